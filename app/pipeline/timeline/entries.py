"""What was said and sent, and what is to be sent: an entry each, with its sentence, its rule, and the law if one is."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.db.transaction import Row
from app.pipeline.lanes import RATE_NAMES
from app.pipeline.laying_out import Rules
from app.rules.agency import Agency
from app.rules.explaining import past, wording
from app.rules.explaining.cycles import Foreseen
from app.rules.explaining.grounds import ground
from app.rules.explaining.moments import Moment, Near, Why, local, why_then
from app.rules.explaining.steps import OCCASIONS, in_words
from app.rules.facts import Channel
from app.rules.reasons import sentence
from app.rules.record import Member
from schedules.ladders.slots import days_of
from schedules.places import parse_place

Tries = Mapping[UUID, Sequence[tuple[Row[Any], Sequence[Row[Any]]]]]
"""By message: each try, and what the provider said of it."""
SHOWN: Final = ("id", "kind", "channel", "language", "step", "template", "status", "reason", "due_at", "deadline_at")
PLANNED, CANCELED = "planned", "canceled"
OVER: Final = frozenset({"skipped", "canceled", "expired"})
NOT_YET: Final = "It is not planned yet; this is what the rules say today."


@dataclass(frozen=True, slots=True)
class Known:
    """What explanations are made of besides the rows themselves."""

    agency: Agency
    member: Member
    rules: Rules
    now: datetime
    tries: Tries
    near: Sequence[Row[Any]]


@dataclass(frozen=True, slots=True)
class Drafted:
    """What is open and to come, for what, by which channels; what else goes to the same addresses."""

    rows: Sequence[Row[Any]]
    occasions: Sequence[Row[Any]]
    reach: Sequence[Row[Any]]
    near: Sequence[Row[Any]]
    foreseen: Mapping[UUID, Foreseen]
    """The renewals that nobody told yet, by the ids that they have in the draft."""


def of_event(row: Row[Any]) -> dict[str, Any]:
    """Return what the county said."""
    stale = row.outcome == "stale"
    older = " (older than what we knew)" if stale else ""
    summary = f"the county told us {row.type.removeprefix(past.PREFIX)}{older}"
    return {"at": row.time, "what": "event", "type": row.type, "source": row.source, "outcome": row.outcome,
            "summary": summary, "explanation": past.of_event(row.type, stale=stale), "rule": "county", "law": None,
            "ahead": False}  # fmt: skip


def of_consent(row: Row[Any]) -> dict[str, Any]:
    """Return what the person said, or somebody for them."""
    said = "yes" if row.granted else "no"
    told = past.of_consent(granted=row.granted, purpose=row.purpose, channel=row.channel, basis=row.basis)
    return {"at": row.at, "what": "consent", "channel": row.channel, "purpose": row.purpose, "granted": row.granted,
            "basis": row.basis, "summary": f"{said} to {row.purpose} by {row.channel} ({row.basis})",
            "explanation": told, "rule": "consent", "law": None, "ahead": False}  # fmt: skip


def of_messages(known: Known, rows: Sequence[Row[Any]], drafted: Drafted) -> list[dict[str, Any]]:
    """Return an entry for each message, and for each that is to come."""
    near = _near(known, rows, drafted)
    live = {_key(row): row for row in rows if row.status != CANCELED}
    new = [row for row in drafted.rows if _key(row) not in live]
    later = live | {_key(row): row for row in new}
    last = {_key(row): row.id for row in rows if row.status == CANCELED} | {key: row.id for key, row in later.items()}
    kept = [
        _entry(known, row, near[row.channel], row_kept=True)
        | {"superseded": row.step is not None and last[_key(row)] != row.id}
        for row in rows
    ]
    return kept + [
        _entry(known, row, near[row.channel], row_kept=False) | {"superseded": False} | _assumed(row, drafted)
        for row in new
    ]


def _key(row: Row[Any]) -> tuple[Any, ...]:
    return row.renewal_id, row.step, row.channel


def _near(known: Known, rows: Sequence[Row[Any]], drafted: Drafted) -> dict[str, dict[UUID, Near]]:
    """Return, by channel, what else goes to the member's addresses, on which day."""
    found: dict[str, dict[UUID, Near]] = defaultdict(dict)
    for one in known.near:
        found[one.channel][one.id] = Near(one.on_day, one.ladder, one.same_person)
    for row in (*rows, *drafted.rows):
        if row.status not in OVER and row.step is not None:
            at = getattr(row, "handed_at", None) or row.due_at
            found[row.channel][row.id] = Near(at.astimezone(ZoneInfo(row.zone)).date(), row.ladder, same_person=True)
    return found


def _entry(known: Known, row: Row[Any], near: Mapping[UUID, Near], *, row_kept: bool) -> dict[str, Any]:
    values = row._mapping if row_kept else {**row._mapping, "kind": "reminder"}  # noqa: SLF001
    tries = known.tries.get(row.id, ())
    why = _why(known, row, [one for id_, one in near.items() if id_ != row.id], tries, row_kept=row_kept)
    subject = f"{values['kind']} by {row.channel}" if row.channel != "none" else values["kind"]
    month = f" for {row.renewal_month:%Y-%m}" if row.renewal_month else ""
    return {
        "at": _at(known, row, row_kept=row_kept),
        "what": "message",
        **{name: values[name] for name in SHOWN},
        "id": row.id if row_kept else None,
        "row": row_kept,
        "ahead": row.status == PLANNED or not row_kept,
        "ladder": row.ladder,
        "occasion": row.occasion,
        "program": row.program,
        "renewal_month": f"{row.renewal_month:%Y-%m}" if row.renewal_month else None,
        "renewal_id": row.renewal_id,
        "place": _place(known, row),
        "due_local": local(row.due_at, row.zone),
        "words": _words(known, row),
        "explanation": why.sentence,
        "rule": why.rule,
        "law": why.law,
        "tries": _told(tries, row.zone),
        "summary": f"{subject}{month}: {row.status}",
    }


def _at(known: Known, row: Row[Any], *, row_kept: bool) -> datetime:
    """Return when a message stands in the order of time."""
    moment: datetime = row.due_at
    if row.status == PLANNED:
        return moment
    if not row_kept:
        begins: datetime = row.first_due_at
        return max(begins, known.now)
    ended: datetime | None = row.ended_at or row.handed_at
    return ended or moment


def _assumed(row: Row[Any], drafted: Drafted) -> dict[str, Any]:
    found = drafted.foreseen.get(row.renewal_id)
    told = f"If the renewal of {found.after:%Y-%m} ends well; the county has not told this one yet." if found else None
    return {"assumed": told, "renewal_id": None if found else row.renewal_id}


def _place(known: Known, row: Row[Any]) -> str:
    """Return which step it is, in words."""
    held = _step(known, row)
    if held is None:
        return ""
    about = OCCASIONS.get(held[0].occasion, "") if row.occasion != "renewal" else ""
    return in_words(*held) + (f", about {about}" if about else "")


def _step(known: Known, row: Row[Any]) -> Any:  # noqa: ANN401  (a ladder and its step, if it is in force)
    return next((held for held in known.rules.steps if held[1].key == row.step), None)


def _words(known: Known, row: Row[Any]) -> str:
    """Return the words' language and version, and why that language, as far as that still holds."""
    if row.channel not in set(Channel) or row.language is None or row.step is None:
        return ""
    member = known.member
    reads = member.language_written or member.language_spoken
    wanted = (member.language_spoken or reads) if row.channel == Channel.VOICE else reads
    try:
        now, _ = known.rules.phrases.version(row.template, Channel(row.channel), wanted)
    except KeyError:
        now = ""
    return wording.in_words(row.template, row.version, row.language, wanted, row.channel, holds=now == row.language)


def _why(known: Known, row: Row[Any], near: Sequence[Near], tries: Any, *, row_kept: bool) -> Why:  # noqa: ANN401
    if row.status == PLANNED:
        if row.step is None:
            return _direct(row)
        found = why_then(_moment(known, row, near, tries, row_kept=row_kept), known.rules.calendar)
        return found if row_kept else found._replace(sentence=f"{found.sentence} {NOT_YET}")
    heard = [receipt for _, told in tries for receipt in told]
    reasons = {one.reason for one in (*heard, *(attempt for attempt, _ in tries))}
    settled = past.by_a_person(row.status, row.reason, {one.status for one in heard}, reasons)
    told = " ".join(filter(None, (past.of_end(row.status, row.reason, settled=settled), *_more(known, row, row_kept))))
    rule = "person" if settled else ground(row.reason) or ("receipt" if row.status == "delivered" else None)
    return Why(told, rule)


def _direct(row: Row[Any]) -> Why:
    """Return when what belongs to no step goes out: a broadcast in its time, a code or a reply at once."""
    when = f"It is to go out on {local(row.due_at, row.zone)}"
    if row.switch_kind:
        return Why(f"It is held by {_switch(row)}.", "switch")
    if row.kind == "broadcast":
        return Why(f"{when}, in the time of the broadcast that it belongs to.", "broadcast")
    return Why(f"{when}, as soon as it can.", "direct")


def _more(known: Known, row: Row[Any], row_kept: bool) -> Iterator[str]:  # noqa: FBT001
    """Give what else is kept of an end: whose switch, which deadline, when it is tried once more."""
    if row.switch_kind:
        yield f"It was {_switch(row)}."
    if row.reason == "deadline_passed":
        asked = row.created_at if row_kept else known.now
        late = ", before it could be planned" if asked >= row.deadline_at else ""
        yield f"Its days ended on {local(row.deadline_at, row.zone)}{late}."
    if row_kept and row.status == "undelivered" and row.again_at:
        yield f"It is tried once more on {local(row.again_at, row.zone)}."


def _moment(known: Known, row: Row[Any], near: Sequence[Near], tries: Any, *, row_kept: bool) -> Moment:  # noqa: ANN401
    held = _step(known, row)
    caps = known.rules.constants.on(known.rules.day(known.now))
    return Moment(
        row.channel, row.place or f"{row.zone};", row.zone, _begins(known, row), row.first_due_at, row.due_at,
        asked_at=row.created_at if row_kept else known.now, ladder=row.ladder,
        waits_days=held[1].fallback_days if held else 0, near=near, cap=caps.get(f"{row.channel}_cap_30_days", 0),
        pace=_pace(known, row), tried=_last(tries) if tries else "",
        held=_switch(row) if row.switch_kind else "",
    )  # fmt: skip


def _begins(known: Known, row: Row[Any]) -> datetime | None:
    """Return when the step's first day has begun wherever the person may be."""
    held = _step(known, row)
    if held is None or row.anchor_on is None:
        return None
    first, _ = days_of(held[1], row.anchor_on, known.rules.constants)
    zones = parse_place(row.place).zones or (known.agency.timezone,)
    return max(datetime.combine(first, time(), ZoneInfo(zone)) for zone in zones)


def _pace(known: Known, row: Row[Any]) -> str:
    """Return what the agency paces by in the hour in which a message is due."""
    agency, local_hour = known.agency, row.due_at.astimezone(ZoneInfo(known.agency.timezone))
    calls = agency.call_centre.capacity(local_hour.weekday(), local_hour.hour)
    if calls is not None:
        return f"the county's line can answer: {calls:g} calls an hour"
    rate = agency.rates.get(RATE_NAMES[Channel(row.channel)])
    return f"its sender can keep up: {rate:g} a second" if rate else ""


def _switch(row: Row[Any]) -> str:
    return past.of_switch(
        row.switch_kind, row.switch_reason, by=row.switch_by, since=row.switch_at, until=row.switch_until, zone=row.zone
    )


def _last(tries: Any) -> str:  # noqa: ANN401
    """Return how the last try ended, as a clause."""
    attempt = tries[-1][0]
    return (sentence(attempt.reason) or past.STATES[attempt.state]).rstrip(".")


def _told(tries: Any, zone: str) -> list[str]:  # noqa: ANN401
    found = list[str]()
    for attempt, heard in tries:
        found.append(past.of_attempt(
            attempt.state, attempt.provider, attempt.intended_at, zone, reason=attempt.reason, send_at=attempt.send_at,
            withdrawn=attempt.withdraw_reason,
        ))  # fmt: skip
        found += [past.of_receipt(one.status, one.reason, one.received_at, zone) for one in heard]
    return found
