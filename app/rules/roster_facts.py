"""One record of a roster: from its cells to a member's facts, or to what is wrong with it."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.rules.cells import fold, says_nothing, unguarded
from app.rules.facts import (
    UNCHANGED,
    Channel,
    Consent,
    Maybe,
    MemberUpdated,
    RenewalChanged,
    RenewalDue,
    RenewalStatus,
    Representative,
)
from app.rules.languages import DEFAULT, is_without_words, read_language, spoken, written
from app.rules.months import BadDay, read_birth_date
from app.rules.names import read_first_name
from app.rules.roster_cells import Reading, day, moment, month, single, word
from app.rules.roster_columns import MEMBER_REF, Columns
from app.rules.roster_contacts import emails, phones
from app.rules.roster_rows import Problem, Record, Reject, Row
from app.rules.roster_words import (
    BASES,
    CHANNELS,
    CONSENTS,
    CYCLES,
    DEFAULT_PROGRAM,
    LEFT,
    OWNERS,
    PROGRAMS,
    STATUSES,
    code_of,
)
from app.rules.zones import known_zone, read_zip

MAX_REF: Final = 128
_SCIENTIFIC: Final = re.compile(r"[0-9][.,][0-9]*[eE]\+[0-9]+")
_CONSENT_COLUMNS: Final = {
    Channel.SMS: "consent_sms",
    Channel.EMAIL: "consent_email",
    Channel.VOICE: "consent_voice",
}
_SAYS_NO_MORE: Final = frozenset({RenewalStatus.UNKNOWN, RenewalStatus.UPCOMING})

NO_REF: Final = "the row has no member id; without one nobody can tell whose it is"
LOST_REF: Final = (
    "the spreadsheet turned this member id into a form like 9.11E+08 and lost its digits; "
    "format the column as text and put the id back"
)
LONG_REF: Final = f"a member id has at most {MAX_REF} characters and no control characters"
UNKNOWN_LANGUAGE: Final = "this language is not known; write its English name or its code, such as Vietnamese or VIE"
WITHOUT_WORDS: Final = "we have no words in this language, so English stands in"
NAME_LEFT: Final = "this cannot be greeted as a first name and was left out"
ZIP_LEFT: Final = "this is no ZIP code of five digits and was left out"
CYCLE_LEFT: Final = "the cycle is neither 6 nor 12 months and was left out"
DUE_LEFT: Final = "the due day lies before the day of the packet or the request and was left out"
UNKNOWN_ZONE: Final = "this time zone is not known; write it like America/Los_Angeles"
UNKNOWN_CODE: Final = "this cannot be read; write a plain word"
UNKNOWN_CHANNEL: Final = "this channel is not known; write sms, email or voice, with semicolons between"
NO_MONTH: Final = "a status without a renewal month tells nothing and was left out"
KNOWN_STATUSES: Final = (
    "Auto Renewed, Packet Sent, Form Received, Renewed, Information Requested, Discontinued, Ineligible "
    "or Restored, or leave it blank"
)


@dataclass(frozen=True, slots=True)
class Extras:
    """What a record of nested lists says besides its cells."""

    consents: tuple[Consent, ...] = ()
    renewals: tuple[RenewalDue, ...] = ()
    emptied: Collection[str] = ()
    problems: tuple[Problem, ...] = ()


def read_record(
    record: Record, columns: Columns, *, today: date | None = None, extras: Extras | None = None
) -> Row | Reject:
    """Return the member of a record, or all that is wrong with it.

    Args:
        record: As many cells as there are columns.
        columns: Where each fact stands.
        today: If given, nobody may be born later.
        extras: What a nested record adds.
    """
    more = extras or Extras()
    reading = Reading(record, columns, more.emptied)
    ref = _member_ref(reading)
    facts, status = _facts(reading, columns, today, more)
    left = LEFT.get(fold(reading.text("status")))
    problems = (*reading.problems, *more.problems)
    if problems:
        return Reject(record.line, problems, record.cells)
    return Row(record.line, ref, facts, status, tuple(reading.repairs), left)


def _facts(
    reading: Reading, columns: Columns, today: date | None, more: Extras
) -> tuple[MemberUpdated, tuple[RenewalChanged, ...]]:
    facts = MemberUpdated(
        first_name=single(reading, "first_name", _first_name),
        date_of_birth=_birth(reading, today),
        phones=phones(reading, columns.phones),
        emails=emails(reading, columns.emails),
        language_written=single(reading, "language_written", _written),
        language_spoken=single(reading, "language_spoken", _spoken),
        timezone=single(reading, "timezone", _timezone),
        zip=single(reading, "zip", _zip),
        representative=_representative(reading),
        channels=single(reading, "channels", _channels),
        renewals=(due := renewals(reading)) + more.renewals,
        consents=_consents(reading) + more.consents,
    )
    return facts, _status(reading, due)


def _member_ref(reading: Reading) -> str:
    text = unguarded(reading.text(MEMBER_REF))
    if says_nothing(text):
        reading.bad(MEMBER_REF, NO_REF)
    elif _SCIENTIFIC.fullmatch(text):
        reading.bad(MEMBER_REF, LOST_REF)
    elif len(text) > MAX_REF or not text.isprintable():
        reading.bad(MEMBER_REF, LONG_REF)
    return text


def _first_name(reading: Reading, own: str, text: str) -> Maybe[str]:
    name = read_first_name(text)
    if name is None:
        reading.mended(own, NAME_LEFT)
    return name or UNCHANGED


def _birth(reading: Reading, today: date | None) -> Maybe[date]:
    def read(reading: Reading, own: str, text: str) -> Maybe[date]:
        found = read_birth_date(text, today=today)
        if isinstance(found, BadDay):
            reading.bad(own, found.reason)
            return UNCHANGED
        return found

    return single(reading, "date_of_birth", read)


def _language(reading: Reading, own: str, text: str) -> str | None:
    tag = read_language(text)
    if tag is None and is_without_words(text):
        reading.mended(own, WITHOUT_WORDS)
        return DEFAULT
    if tag is None:
        reading.bad(own, UNKNOWN_LANGUAGE)
    return tag


def _written(reading: Reading, own: str, text: str) -> Maybe[str]:
    tag = _language(reading, own, text)
    return UNCHANGED if tag is None else written(tag)


def _spoken(reading: Reading, own: str, text: str) -> Maybe[str]:
    tag = _language(reading, own, text)
    return UNCHANGED if tag is None else spoken(tag)


def _timezone(reading: Reading, own: str, text: str) -> Maybe[str]:
    if not known_zone(text):
        reading.bad(own, UNKNOWN_ZONE)
    return text


def _zip(reading: Reading, own: str, text: str) -> Maybe[str]:
    found = read_zip(text)
    if found is None:
        reading.mended(own, ZIP_LEFT)
    return found or UNCHANGED


def _representative(reading: Reading) -> Maybe[Representative]:
    if "representative" in reading.emptied:
        return None
    name = single(reading, "representative_first_name", _first_name)
    relation = reading.text("representative_relation")
    known = code_of(relation, {}) if relation else None
    if not isinstance(name, str) and known is None:
        return UNCHANGED
    return Representative(name if isinstance(name, str) else None, known)


def _channels(reading: Reading, own: str, text: str) -> Maybe[tuple[Channel, ...]]:
    words = [part for part in map(fold, re.split(r"[;,|/]", text)) if part]
    unknown = [part for part in words if part not in CHANNELS]
    if unknown:
        reading.bad(own, UNKNOWN_CHANNEL)
    return tuple(dict.fromkeys(CHANNELS[part] for part in words if part in CHANNELS))


def renewals(reading: Reading) -> tuple[RenewalDue, ...]:
    """Return the renewal of the cells; a blank month is ordinary and gives none."""
    due = month(reading, "renewal_month")
    program = code(reading, "program", PROGRAMS) or DEFAULT_PROGRAM
    owner = word(reading, "owner", OWNERS, "County or SSA")
    cycle = _cycle(reading)
    return () if due is None else (RenewalDue(program, due, cycle, owner),)


def _cycle(reading: Reading) -> int | None:
    text = reading.text("cycle_months").removesuffix(".0")
    cycle = CYCLES.get(fold(text))
    if cycle is None and not says_nothing(text):
        reading.mended("cycle_months", CYCLE_LEFT)
    return cycle


def code(reading: Reading, own: str, table: dict[str, str]) -> str:
    """Return the code of a cell's word, empty if it says nothing or nothing readable."""
    text = reading.text(own)
    if says_nothing(text):
        return ""
    found = code_of(text, table)
    if found is None:
        reading.bad(own, UNKNOWN_CODE)
    return found or ""


def _consents(reading: Reading) -> tuple[Consent, ...]:
    """Return a line for each yes or no; a blank cell is no consent and no line."""
    answers = {
        channel: word(reading, own, CONSENTS, "Y, N or a blank cell") for channel, own in _CONSENT_COLUMNS.items()
    }
    basis = code(reading, "consent_basis", BASES)
    at, until = moment(reading, "consent_at"), moment(reading, "consent_until")
    return tuple(
        Consent(channel, answer, basis=basis, at=at, until=until if answer else None)
        for channel, answer in answers.items()
        if answer is not None
    )


def _status(reading: Reading, due: tuple[RenewalDue, ...]) -> tuple[RenewalChanged, ...]:
    """Return what the status word says of the row's renewal; the dates beside it go with it."""
    mailed, by = day(reading, "packet_mailed_on"), day(reading, "due_on")
    requested, received = day(reading, "requested_on"), day(reading, "received_on")
    asked = max(filter(None, (mailed, requested)), default=None)
    if by is not None and asked is not None and by < asked:
        reading.mended("due_on", DUE_LEFT)
        by = None
    text = reading.text("status")
    if fold(text) in LEFT:
        return ()
    status = word(reading, "status", STATUSES, KNOWN_STATUSES)
    if status is None or status in _SAYS_NO_MORE:
        return ()
    if not due:
        reading.mended("status", NO_MONTH)
    return tuple(RenewalChanged(one.program, one.renewal_month, status, mailed, requested, by, received) for one in due)
