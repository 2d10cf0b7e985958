"""Applies a county event to what is held of a member: newer facts win, group by group.

Each group of facts (name, languages, each contact list, each program's renewal, each consent) keeps the
time that last set it. An event whose every group is older changes nothing: it is stale
(`interface.md`, County systems). A death is never undone by a later file.
"""

from datetime import UTC
from enum import StrEnum
from typing import assert_never

from app.rules.facts import (
    UNCHANGED,
    Channel,
    Consent,
    CountyEvent,
    Email,
    LineKind,
    Maybe,
    MemberLeft,
    MemberUpdated,
    MilestoneSet,
    Phone,
    RenewalChanged,
)
from app.rules.folding_renewals import renewal_changed, renewal_due
from app.rules.folding_state import COUNTY, STAFF, Fold, Tools
from app.rules.record import BY_STAFF, KIND_OF, WEAK, ConsentHeld, ConsentLine, Member, Point

__all__ = ["Applied", "Tools", "apply"]

RENEWAL = "renewal"
"""What consent is about where nothing else is said: reminders."""


class Applied(StrEnum):
    """What an event did."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    STALE = "stale"


def apply(event: CountyEvent, member: Member, tools: Tools) -> Applied:
    """Apply one event to a member, in place, and say what it did."""
    fold = Fold(member, (event.time, event.source, event.id), tools, STAFF if event.source == BY_STAFF else COUNTY)
    match event.facts:
        case MemberUpdated() as facts:
            _updated(fold, facts)
        case MemberLeft() as facts:
            _left(fold, facts)
        case RenewalChanged() as facts:
            renewal_changed(fold, facts)
        case MilestoneSet() as facts:
            _milestone(fold, facts)
        case Consent() as facts:
            _consent(fold, facts)
        case _ as never:
            assert_never(never)
    if not fold.fresh and not fold.changed:
        return Applied.STALE
    member.changed = member.changed or fold.changed
    return Applied.CHANGED if fold.changed else Applied.UNCHANGED


def _updated(fold: Fold, facts: MemberUpdated) -> None:
    member = fold.member
    if member.new:
        fold.changed = True
        fold.fresh += 1
    _back_again(fold)
    _private_facts(fold, facts)
    _languages(fold, facts)
    _lists(fold, facts)
    for consent in facts.consents:
        _consent(fold, consent, facts)
    for due in facts.renewals:
        renewal_due(fold, due)


def _languages(fold: Fold, facts: MemberUpdated) -> None:
    said = {name: getattr(facts, name) for name in ("language_written", "language_spoken")}
    values = {name: value for name, value in said.items() if value is not UNCHANGED}
    if values and fold.newer("languages"):
        for name, value in values.items():
            fold.put(fold.member, name, value)
    if facts.timezone is not UNCHANGED and fold.newer("timezone"):
        fold.member.relocated |= fold.member.timezone != facts.timezone
        fold.put(fold.member, "timezone", facts.timezone)


def _lists(fold: Fold, facts: MemberUpdated) -> None:
    if facts.channels is not UNCHANGED and fold.newer("channels"):
        chosen = None if facts.channels is None else [str(channel) for channel in facts.channels]
        fold.put(fold.member, "channels", chosen)
    if facts.phones is not UNCHANGED and fold.newer("phones"):
        _points(fold, "phone", facts.phones or ())
    if facts.emails is not UNCHANGED and fold.newer("emails"):
        _points(fold, "email", facts.emails or ())


def _back_again(fold: Fold) -> None:
    """A member who had moved or was removed, and of whom we hear again later, is back; nobody is back from death."""
    if fold.newer("status", counts=False) and fold.member.status != "deceased":
        fold.put(fold.member, "status", "active")
        fold.put(fold.member, "to_county_code", None)


def _private_facts(fold: Fold, facts: MemberUpdated) -> None:
    name, born, zip_code, person = facts.first_name, facts.date_of_birth, facts.zip, facts.representative
    if name is not UNCHANGED and fold.newer("name"):
        fold.private("first_name", name)
    if born is not UNCHANGED and fold.newer("birth"):
        fold.private("date_of_birth", born.isoformat() if born else None)
    if zip_code is not UNCHANGED and fold.newer("zip"):
        fold.member.relocated |= fold.member.private.get("zip") != zip_code
        fold.private("zip", zip_code)
    if person is not UNCHANGED and fold.newer("representative"):
        fold.private("representative_first_name", person.first_name if person else None)
        fold.private("representative_relation", person.relation if person else None)


def _points(fold: Fold, kind: str, listed: tuple[Phone | Email, ...]) -> None:
    """Make the list of one kind what the event says; what it no longer lists is kept, unlisted."""
    member, wanted = fold.member, set()
    for entry in listed:
        value = _value(entry)
        index = fold.tools.index(kind, value)
        wanted.add(index)
        point = member.points.get(index)
        if point is None:
            point = Point(fold.tools.new_id(), kind, index, entry.rank, changed=True)
            member.points[index] = point
            fold.changed = True
            member.relocated = True
        point.value = value
        fold.put(point, "rank", entry.rank)
        member.relocated |= not point.listed
        fold.put(point, "listed", True)  # noqa: FBT003
        if isinstance(entry, Phone):
            fold.put(point, "line_kind", entry.kind or LineKind.UNKNOWN)
    for index, point in member.points.items():
        if point.kind == kind and index not in wanted:
            fold.put(point, "listed", False)  # noqa: FBT003


def _consent(fold: Fold, consent: Consent, beside: MemberUpdated | None = None) -> None:
    """Write a line for each address and channel the consent is about, unless the ledger knows better."""
    for channel in [consent.channel] if consent.channel else list(Channel):
        kind = KIND_OF[channel]
        indexes = _addresses(fold, consent, kind, beside)
        for index in indexes:
            _consent_line(fold, consent, channel, index, listed=beside is not None)
        if not indexes and beside is None and not _late(fold, kind):
            fold.fresh += 1  # it is about the points held at this moment, even where there are none


def _late(fold: Fold, kind: str) -> bool:
    """Say whether the points of a kind were listed anew since the event's time."""
    return fold.member.stamps.get(f"{kind}s", fold.stamp) > fold.stamp


def _addresses(fold: Fold, consent: Consent, kind: str, beside: MemberUpdated | None) -> list[bytes]:
    """Return what a consent is about; a late yes is about the list it came with, never about a later one."""
    if consent.address is not None:
        return [fold.tools.index(kind, consent.address)] if ("@" in consent.address) == (kind == "email") else []
    listed: Maybe[tuple[Phone | Email, ...]] = getattr(beside, f"{kind}s", UNCHANGED)
    if listed is not UNCHANGED:
        return [fold.tools.index(kind, _value(entry)) for entry in listed or ()]
    if consent.granted and _late(fold, kind):
        return []
    return [point.index for point in fold.member.points_of(kind)]


def _value(entry: Phone | Email) -> str:
    return entry.number if isinstance(entry, Phone) else entry.address


def _consent_line(fold: Fold, consent: Consent, channel: Channel, index: bytes, *, listed: bool) -> None:
    """Write one line; a weak yes (`listed`, without a date) counts only where nothing else was said.

    A yes to reminders for one address, by an event of its own, lifts an earlier stop of it.
    """
    moment, *source = fold.stamp
    weak = listed and consent.granted and consent.at is None
    lifts = not listed and consent.granted and consent.address is not None and consent.purpose == RENEWAL
    at, tie = consent.at or moment, "\x1f".join((WEAK if weak else "", moment.astimezone(UTC).isoformat(), *source))
    key = (channel, consent.purpose, index)
    held, said = fold.member.consents.get(key), ConsentHeld(consent.granted, at, tie, consent.until)
    if held is not None and held.weight() >= said.weight():
        return
    fold.fresh += 1
    fold.member.consents[key] = said
    fold.member.consents_set.add(key)
    same = held is not None and (held.granted, held.until) == (consent.granted, consent.until)
    if same and not lifts and at <= moment:
        return  # it only says again what the ledger already says
    fold.changed = fold.changed or not same
    line = ConsentLine(
        index, channel, consent.purpose, consent.granted, consent.basis or fold.basis, at,
        consent.until, consent.evidence, fold.basis, tie, address_stopped=False if lifts else None,
        again=same and at <= moment,
    )  # fmt: skip
    fold.member.lines.append(line)


def _left(fold: Fold, facts: MemberLeft) -> None:
    died = facts.how == "deceased"
    if fold.newer("death" if died else "status") and (died or fold.member.status != "deceased"):
        fold.put(fold.member, "status", facts.how)
        fold.put(fold.member, "to_county_code", facts.to_county_code)


def _milestone(fold: Fold, facts: MilestoneSet) -> None:
    name = f"{facts.kind}:{facts.program}"
    if not fold.newer(f"milestone:{name}"):
        return
    wanted = facts.on and facts.on.isoformat()
    if fold.member.milestones.get(name) != wanted:
        fold.changed = True
        fold.member.milestones.pop(name, None)
        if wanted:
            fold.member.milestones[name] = wanted
