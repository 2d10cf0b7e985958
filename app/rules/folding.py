"""Applies a county event to what is held of a member: newer facts win, group by group.

Each group of facts (name, languages, each contact list, each program's renewal, each consent) keeps the
time that last set it. An event whose every group is older changes nothing: it is stale
(`interface.md`, County systems). A death is never undone by a later file.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, assert_never
from uuid import UUID

from app.rules.facts import (
    UNCHANGED,
    Channel,
    Consent,
    CountyEvent,
    Email,
    LineKind,
    MemberLeft,
    MemberUpdated,
    MilestoneSet,
    Phone,
    RenewalChanged,
    RenewalDue,
    RenewalStatus,
)
from app.rules.record import KIND_OF, ConsentHeld, ConsentLine, Member, Point, Renewal, Stamp

OPEN_STATUSES = frozenset({
    RenewalStatus.UNKNOWN, RenewalStatus.UPCOMING, RenewalStatus.PACKET_MAILED,
    RenewalStatus.INFORMATION_REQUESTED, RenewalStatus.RESTORED,
})  # fmt: skip
"""A renewal in one of these is still ahead; a moved month cancels it."""

DATES = ("packet_mailed_on", "requested_on", "due_on", "received_on", "effective_on")


class Applied(StrEnum):
    """What an event did."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Tools:
    """What folding needs from outside: new ids, the blind index of a contact value, a number's zone."""

    new_id: Callable[[], UUID]
    index: Callable[[str, str], bytes]
    zone_of_phone: Callable[[str], str | None]
    zone_of_zip: Callable[[str], str | None]


@dataclass(slots=True)
class _Fold:
    member: Member
    stamp: Stamp
    tools: Tools
    basis: str = "county"
    fresh: int = 0
    changed: bool = False

    def newer(self, group: str) -> bool:
        """Say whether the event may set a group, and if so put its stamp there."""
        held = self.member.stamps.get(group)
        if held is not None and held >= self.stamp:
            return False
        self.member.stamps[group] = self.stamp
        self.member.touched = True
        self.fresh += 1
        return True

    def put(self, thing: Any, name: str, value: object) -> None:  # noqa: ANN401
        """Set one fact and note whether it is another than before."""
        if getattr(thing, name) != value:
            setattr(thing, name, value)
            self.changed = True
            if not isinstance(thing, Member):
                thing.changed = True

    def private(self, name: str, value: str | None) -> None:
        """Set or remove one fact that is sealed."""
        if self.member.private.get(name) != value:
            self.changed = True
            if value is None:
                self.member.private.pop(name, None)
            else:
                self.member.private[name] = value


def apply(event: CountyEvent, member: Member, tools: Tools) -> Applied:
    """Apply one event to a member, in place, and say what it did."""
    fold = _Fold(member, (event.time, event.source, event.id), tools)
    match event.facts:
        case MemberUpdated() as facts:
            _updated(fold, facts)
        case MemberLeft() as facts:
            _left(fold, facts)
        case RenewalChanged() as facts:
            _renewal_changed(fold, facts)
        case MilestoneSet() as facts:
            _milestone(fold, facts)
        case Consent() as facts:
            _consent(fold, facts)
        case _ as never:
            assert_never(never)
    if not fold.fresh:
        return Applied.STALE
    member.changed = member.changed or fold.changed
    return Applied.CHANGED if fold.changed else Applied.UNCHANGED


def _updated(fold: _Fold, facts: MemberUpdated) -> None:
    member = fold.member
    if member.new:
        fold.changed = True
        fold.fresh += 1
    _back_again(fold)
    _private_facts(fold, facts)
    _languages(fold, facts)
    _lists(fold, facts)
    for consent in facts.consents:
        _consent(fold, consent, of_a_list=True)
    for due in facts.renewals:
        _renewal_due(fold, due)


def _languages(fold: _Fold, facts: MemberUpdated) -> None:
    said = {name: getattr(facts, name) for name in ("language_written", "language_spoken")}
    values = {name: value for name, value in said.items() if value is not UNCHANGED}
    if values and fold.newer("languages"):
        for name, value in values.items():
            fold.put(fold.member, name, value)
    if facts.timezone is not UNCHANGED and fold.newer("timezone"):
        fold.put(fold.member, "timezone", facts.timezone)


def _lists(fold: _Fold, facts: MemberUpdated) -> None:
    if facts.channels is not UNCHANGED and fold.newer("channels"):
        chosen = None if facts.channels is None else [str(channel) for channel in facts.channels]
        fold.put(fold.member, "channels", chosen)
    if facts.phones is not UNCHANGED and fold.newer("phones"):
        _points(fold, "phone", facts.phones or ())
    if facts.emails is not UNCHANGED and fold.newer("emails"):
        _points(fold, "email", facts.emails or ())


def _back_again(fold: _Fold) -> None:
    """A member who had moved or was removed, and of whom we hear again later, is back."""
    if fold.member.status in {"moved", "removed"} and fold.newer("status"):
        fold.put(fold.member, "status", "active")
        fold.put(fold.member, "to_county_code", None)


def _private_facts(fold: _Fold, facts: MemberUpdated) -> None:
    name, born, zip_code, person = facts.first_name, facts.date_of_birth, facts.zip, facts.representative
    if name is not UNCHANGED and fold.newer("name"):
        fold.private("first_name", name)
    if born is not UNCHANGED and fold.newer("birth"):
        fold.private("date_of_birth", born.isoformat() if born else None)
    if zip_code is not UNCHANGED and fold.newer("zip"):
        fold.private("zip", zip_code)
    if person is not UNCHANGED and fold.newer("representative"):
        fold.private("representative_first_name", person.first_name if person else None)
        fold.private("representative_relation", person.relation if person else None)


def _points(fold: _Fold, kind: str, listed: tuple[Phone | Email, ...]) -> None:
    """Make the list of one kind what the event says; what it no longer lists is kept, unlisted."""
    member, wanted = fold.member, set()
    zip_zone = fold.tools.zone_of_zip(member.private.get("zip", ""))
    for entry in listed:
        value = entry.number if isinstance(entry, Phone) else entry.address
        index = fold.tools.index(kind, value)
        wanted.add(index)
        point = member.points.get(index)
        if point is None:
            point = Point(fold.tools.new_id(), kind, index, entry.rank, value=value, changed=True)
            member.points[index] = point
            fold.changed = True
        fold.put(point, "rank", entry.rank)
        fold.put(point, "listed", True)  # noqa: FBT003
        if isinstance(entry, Phone):
            fold.put(point, "line_kind", entry.kind or LineKind.UNKNOWN)
            fold.put(point, "zone", zip_zone or fold.tools.zone_of_phone(value))
        else:
            fold.put(point, "zone", zip_zone)
    for index, point in member.points.items():
        if point.kind == kind and index not in wanted:
            fold.put(point, "listed", False)  # noqa: FBT003


def _consent(fold: _Fold, consent: Consent, *, of_a_list: bool = False) -> None:
    """Write a line for each address and channel the consent is about, unless the ledger knows better."""
    for channel in [consent.channel] if consent.channel else list(Channel):
        for index in _addresses(fold, channel, consent.address):
            _consent_line(fold, consent, channel, index, weak=of_a_list and consent.at is None)
    if consent.address is None:
        fold.fresh += 1  # it is about the points held at this moment, even where there are none


def _addresses(fold: _Fold, channel: Channel, address: str | None) -> list[bytes]:
    kind = KIND_OF[channel]
    if address is None:
        return [point.index for point in fold.member.points_of(kind)]
    return [fold.tools.index(kind, address)] if ("@" in address) == (kind == "email") else []


def _consent_line(fold: _Fold, consent: Consent, channel: Channel, index: bytes, *, weak: bool) -> None:
    """Write one line; a `weak` yes (from a list, without a date) never undoes a no."""
    at: datetime = consent.at or fold.stamp[0]
    tie = "\x1f".join(fold.stamp[1:])
    key = (channel, consent.purpose, index)
    held = fold.member.consents.get(key)
    if held is not None and ((held.at, held.tie) >= (at, tie) or (weak and consent.granted and not held.granted)):
        return
    fold.fresh += 1
    fold.member.consents[key] = ConsentHeld(consent.granted, at, tie, consent.until)
    fold.member.consents_set.add(key)
    if held is not None and (held.granted, held.until) == (consent.granted, consent.until):
        return  # it only says again what the ledger already says
    fold.changed = True
    line = ConsentLine(
        index, channel, consent.purpose, consent.granted, consent.basis or fold.basis, at,
        consent.until, consent.evidence, fold.basis, tie,
    )  # fmt: skip
    fold.member.lines.append(line)


def _left(fold: _Fold, facts: MemberLeft) -> None:
    if fold.member.status != "deceased" and fold.newer("status"):
        fold.put(fold.member, "status", facts.how)
        fold.put(fold.member, "to_county_code", facts.to_county_code)


def _milestone(fold: _Fold, facts: MilestoneSet) -> None:
    name = f"{facts.kind}:{facts.program}"
    if not fold.newer(f"milestone:{name}"):
        return
    wanted = facts.on and facts.on.isoformat()
    if fold.member.milestones.get(name) != wanted:
        fold.changed = True
        fold.member.milestones.pop(name, None)
        if wanted:
            fold.member.milestones[name] = wanted


def _renewal_due(fold: _Fold, due: RenewalDue) -> None:
    """Set or move the month of a program's renewal."""
    if fold.newer(f"renewal:{due.program}"):
        _open_month(fold, due)


def _open_month(fold: _Fold, due: RenewalDue) -> Renewal:
    member = fold.member
    for other in member.renewals.values():
        if other.program == due.program and other.month != due.renewal_month and other.status in OPEN_STATUSES:
            fold.put(other, "status", RenewalStatus.CANCELED)
    renewal = _renewal(fold, due.program, due, RenewalStatus.UPCOMING)
    if renewal.status in {RenewalStatus.CANCELED, RenewalStatus.UNKNOWN}:
        fold.put(renewal, "status", RenewalStatus.UPCOMING)
    return renewal


def _renewal(fold: _Fold, program: str, said: RenewalDue | RenewalChanged, status: RenewalStatus) -> Renewal:
    """Return the renewal of a month, opened if it is not held, with cycle and owner as said."""
    key = (program, said.renewal_month)
    renewal = fold.member.renewals.get(key)
    if renewal is None:
        cycle = next((r.cycle_months for r in fold.member.renewals.values() if r.program == program), 12)
        owner = next((r.owner for r in fold.member.renewals.values() if r.program == program), "county")
        renewal = Renewal(fold.tools.new_id(), program, said.renewal_month, status, cycle, owner, changed=True)
        fold.member.renewals[key] = renewal
        fold.changed = True
    for name in ("cycle_months", "owner"):
        if getattr(said, name) is not None:
            fold.put(renewal, name, getattr(said, name))
    return renewal


def _renewal_changed(fold: _Fold, facts: RenewalChanged) -> None:
    if not fold.newer(f"renewal:{facts.program}"):
        return
    if facts.status is RenewalStatus.UPCOMING:
        _open_month(fold, RenewalDue(facts.program, facts.renewal_month, facts.cycle_months, facts.owner))
        return
    renewal = _renewal(fold, facts.program, facts, facts.status)
    fold.put(renewal, "status", facts.status)
    for name in DATES:
        if getattr(facts, name) is not None:
            fold.put(renewal, name, getattr(facts, name))
    if facts.next_renewal_month is not None and facts.next_renewal_month != facts.renewal_month:
        _open_month(fold, RenewalDue(facts.program, facts.next_renewal_month))
