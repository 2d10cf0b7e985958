"""Which fact each column of a roster holds, whatever the county calls the column."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.rules.cells import fold, tidy
from app.rules.facts import LineKind


def _each(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


ALIASES: Final[dict[str, tuple[str, ...]]] = {
    "member_ref": _each(
        "Member ID, Member No, Member Number, Member Reference, Ref, CIN, Client Index Number, Client ID, "
        "Client Number, Subscriber ID, Person ID, Patient ID, ID"
    ),
    "first_name": _each("First, Given Name, Member First Name, Client First Name, FName, Name First, Forename"),
    "date_of_birth": _each("DOB, Birth Date, Birthdate, Birthday, Birth, D.O.B., Member DOB, Born"),
    "language_written": _each(
        "Written Lang, Written Language, Lang Written, Written, Language, Lang, Preferred Language, "
        "Primary Language, Pref Lang, Reading Language, Language Code, Lang Code"
    ),
    "language_spoken": _each("Spoken Lang, Spoken Language, Lang Spoken, Spoken, Speaking Language, Oral Language"),
    "timezone": _each("Time Zone, TZ"),
    "zip": _each("ZIP Code, Zip5, Zip 4, Postal Code, Postcode, Residence ZIP, Home ZIP, Mailing ZIP"),
    "program": _each("Programme, Program Code, Coverage, Aid Program"),
    "renewal_month": _each(
        "Renewal, Renewal Date, Renewal Due Month, RE Month, RE Due Month, Redetermination Month, "
        "Redetermination Date, Redetermination, RD Month, Due Month, Renew Month, Annual Renewal Month, Renewal Mo"
    ),
    "cycle_months": _each("Cycle, Renewal Cycle, Months, Cycle Length, Renewal Period"),
    "owner": _each("Renewal Owner, Case Owner, Owned By, Responsible, Administered By"),
    "status": _each("Renewal Status, Case Status, RE Status, Status Code, Redetermination Status"),
    "packet_mailed_on": _each(
        "Packet Mailed, Packet Mailed Date, Packet Sent, Packet Sent Date, Packet Date, Mailed, Mailed On, Mail Date, "
        "Date Mailed, Form Mailed"
    ),
    "due_on": _each("Due Date, Due, Packet Due, Form Due, Form Due Date, Return By, Renewal Due Date"),
    "requested_on": _each("Requested, Request Date, Information Requested, RFI Date, Date Requested"),
    "received_on": _each("Received, Received Date, Form Received, Packet Received, Date Received"),
    "channels": _each("Channel, Preferred Channels, Preferred Channel, Contact Preference, Contact Preferences"),
    "consent_sms": _each(
        "SMS Consent, Text Consent, Text OK, OK To Text, SMS Opt In, Text Opt In, Consent Text, SMS OK"
    ),
    "consent_email": _each("Email Consent, E-mail Consent, Email OK, OK To Email, Email Opt In, Consent E-mail"),
    "consent_voice": _each(
        "Voice Consent, Call Consent, Phone Consent, Call OK, OK To Call, Voice Opt In, Call Opt In, Consent Call"
    ),
    "consent_basis": _each("Consent Source, Basis, Consent Type, Consent Method"),
    "consent_at": _each("Consent Date, Consent Time, Consented On, Consented At, Date Of Consent, Consent On"),
    "consent_until": _each("Consent Expires, Consent Expiry, Consent End, Consent Expiration, Consent End Date"),
    "representative_first_name": _each(
        "Representative, Rep First Name, Representative Name, Rep Name, Guardian First Name, Guardian, "
        "Guardian Name, Parent First Name, Parent Name, AR First Name, Authorized Representative"
    ),
    "representative_relation": _each("Rep Relation, Relation, Relationship, Rep Relationship, Guardian Relation"),
}
"""Field by field, the names that files use besides the field's own."""

MEMBER_REF: Final = "member_ref"
_ENOUGH_FOR_A_HEADER: Final = 3

_FIELDS: Final = {fold(name): (own, rank) for own, names in ALIASES.items() for rank, name in enumerate((own, *names))}
_LINE_KINDS: Final = {
    **dict.fromkeys(("cell", "mobile", "wireless"), LineKind.MOBILE),
    **dict.fromkeys(("home", "landline", "land", "work"), LineKind.LANDLINE),
}
_WHICH: Final = (
    r"(?:primary|main|preferred|best|member|client|contact|alt|alternate|alternative|secondary|second|other|first)?"
)
_LINE: Final = r"(cell|mobile|wireless|home|landline|land|work|day|evening)"
_PHONE: Final = re.compile(rf"{_WHICH}(?:{_LINE}?(?:telephone|phone|tel)|{_LINE})(?:number|no|num|nbr|line)?([1-9]?)")
_PHONE_KIND: Final = re.compile(rf"{_WHICH}(?:telephone|phone|line)(?:number)?[1-9]?(?:type|kind)[1-9]?")
_EMAIL: Final = re.compile(rf"{_WHICH}e?mail(?:address|addr|id)?[1-9]?")
_ALTERNATE: Final = re.compile(r"alt|secondary|second|other")


@dataclass(frozen=True, slots=True)
class PhoneColumn:
    """Where a phone number stands, where its kind, and the kind that the column's own name tells."""

    place: int
    kind_place: int | None = None
    kind: LineKind = LineKind.UNKNOWN


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each fact stands in a record; `names` are the header's own words."""

    names: tuple[str, ...]
    places: dict[str, int]
    phones: tuple[PhoneColumn, ...]
    emails: tuple[int, ...]
    unknown: tuple[str, ...]
    repeated: tuple[str, ...]

    @property
    def known(self) -> int:
        """Return how many columns hold a fact."""
        kinds = sum(column.kind_place is not None for column in self.phones)
        return len(self.places) + len(self.phones) + len(self.emails) + kinds

    def name_of(self, own: str) -> str:
        """Return the header's word for a field, else our own."""
        return self.names[self.places[own]] if own in self.places else own

    def warnings(self) -> list[str]:
        """Return what the sender should know of the columns that are left out."""
        return [
            *(f'column "{name}" is not known and was left out' for name in self.unknown),
            *(f'column "{name}" says the same as another and was left out' for name in self.repeated),
        ]


def resolve(header: Sequence[str]) -> Columns:
    """Return where each fact stands under a header; case, spaces and marks in names do not matter."""
    names = tuple(map(tidy, header))
    folded = list(map(fold, names))
    places, repeated = _single_places(folded)
    phones = _phone_columns(folded, places)
    emails = tuple(i for i, name in enumerate(folded) if name not in _FIELDS and _EMAIL.fullmatch(name))
    used = {*places.values(), *repeated, *emails}
    used.update(place for column in phones for place in (column.place, column.kind_place) if place is not None)
    unknown = tuple(name for i, name in enumerate(names) if name and i not in used)
    return Columns(names, places, phones, emails, unknown, tuple(names[i] for i in sorted(repeated)))


def missing_member_ref(columns: Columns) -> str:
    """Return why a file without a column of member ids cannot be read.

    What was found is named only if it looks like a header, for else it is somebody's data.
    """
    needed = 'the file has no column with the member ids (such as "Member ID" or "member_ref")'
    if columns.known < _ENOUGH_FOR_A_HEADER:
        return f"{needed}; its first line must name the columns"
    return f"{needed}; found: {', '.join(filter(None, columns.names))}"


def _single_places(folded: list[str]) -> tuple[dict[str, int], set[int]]:
    """Return the place of each single fact by its best name, and the places that are left over."""
    found: dict[str, list[tuple[int, int]]] = {}
    for place, name in enumerate(folded):
        if name in _FIELDS:
            own, rank = _FIELDS[name]
            found.setdefault(own, []).append((rank, place))
    places = {own: min(candidates)[1] for own, candidates in found.items()}
    every = {place for candidates in found.values() for _, place in candidates}
    return places, every - set(places.values())


def _phone_columns(folded: list[str], places: dict[str, int]) -> tuple[PhoneColumn, ...]:
    """Return the phone columns, first choice first, each with the column of its kind."""
    taken = set(places.values())
    free = [(place, name) for place, name in enumerate(folded) if place not in taken and name not in _FIELDS]
    kinds: dict[int, int] = {}
    for place, name in free:
        if _PHONE_KIND.fullmatch(name):
            kinds.setdefault(_slot(name), place)
    found = [(_slot(name), place, match) for place, name in free if (match := _PHONE.fullmatch(name))]
    return tuple(
        PhoneColumn(place, kinds.pop(slot, None), _LINE_KINDS.get(match[1] or match[2], LineKind.UNKNOWN))
        for slot, place, match in sorted(found, key=lambda item: item[:2])
    )


def _slot(name: str) -> int:
    """Return which of several numbers a column's name means: 1 is the first choice."""
    digits = re.sub(r"[^0-9]", "", name)
    return int(digits) if digits else 1 + bool(_ALTERNATE.search(name))
