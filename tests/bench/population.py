"""A county's worth of people who do not exist, with really sealed names and addresses, loaded by COPY.

Everyone has a mobile phone and an e-mail address, said yes to texts and e-mails (not to calls) and is due
in one month; languages are about as common as among members of Medi-Cal.
"""

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import psycopg
from uuid_utils.compat import uuid7

from app.db.sealed import BlindIndex, KeyRing, associated

AGENCY = """
code = "orange"
name = "Orange County Social Services Agency"
county_code = "30"
phone = "+18002819799"
languages = ["en", "es", "vi", "zh-Hans", "zh-Hant", "ko"]
postal_address = "500 N. State College Blvd, Orange, CA 92868"
[senders]
sms = "+17145550100"
voice = "+17145550101"
email = "Medi-Cal renewals <renewals@orange.example.org>"
[rates]  # the limiter works, and never holds anything up
sms_segments_per_second = 1_000_000
emails_per_second = 1_000_000
"""
NEIGHBOUR = AGENCY.replace("orange", "kern").replace("Orange", "Kern").replace("+1714555", "+1661555")
"""Another agency, with senders of its own."""
MONTH = date(2027, 2, 1)
DUE = datetime(2026, 12, 1, 18, tzinfo=UTC)
"""An hour after the reminders of `MONTH` fall due, on the first morning of the step's month."""
BEFORE = datetime(2026, 11, 1, tzinfo=UTC)
PEOPLE = {
    "en": (52, ("Grace", "Daniel", "Ruth", "Maya")),
    "es": (32, ("Lucía", "Andrés", "María", "José")),
    "vi": (6, ("Thảo", "Hương", "Minh", "Quang")),
    "zh-Hans": (4, ("伟", "芳", "静", "磊")),
    "zh-Hant": (3, ("淑芬", "家豪", "怡君", "志明")),
    "ko": (3, ("지현", "민준", "서연", "도윤")),
}
"""Language: how many of a hundred people, and some first names."""
LANGUAGES = [language for language, (share, _) in PEOPLE.items() for _ in range(share)]

TABLES = {
    "member": "agency_id, id, ref_index, ref_sealed, key_sealed, private_sealed, language_written, language_spoken, "
    "created_at, updated_at",
    "contact_point": "agency_id, id, member_id, kind, value_sealed, value_index, rank, line_kind, zone",
    "consent_state": "agency_id, member_id, address_index, channel, purpose, granted, at",
    "renewal": "agency_id, id, member_id, program, renewal_month, status",
}
"""The tables that are filled; text stands for text, so COPY needs no types."""
CHUNK = 5_000

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class County:
    """Whose people they are, and the keys that seal them."""

    agency: UUID
    ring: KeyRing = field(repr=False)
    index: BlindIndex = field(repr=False)

    def point(self, kind: str, value: str, row: UUID) -> tuple[bytes, bytes]:
        """Return a value sealed for its row, and its blind index."""
        sealed = self.ring.seal(value, associated("contact_point.value", self.agency, row))
        return sealed, self.index.of(f"contact_point.{kind}", self.agency, value)


def load(connection: psycopg.Connection, county: County, size: int) -> None:
    """Fill the tables with `size` people."""
    for rows in _chunks(county, size):
        for table, names in TABLES.items():
            with connection.cursor().copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows[table]:
                    copy.write_row(row)


def _chunks(county: County, size: int) -> Iterator[Mapping[str, Rows]]:
    for start in range(0, size, CHUNK):
        rows: dict[str, Rows] = {table: [] for table in TABLES}
        for number in range(start, min(start + CHUNK, size)):
            _add(county, number, rows)
        yield rows


def _add(county: County, number: int, rows: dict[str, Rows]) -> None:
    agency, member, ref = county.agency, uuid7(), f"M-{number:07}"
    language = LANGUAGES[number * 37 % len(LANGUAGES)]  # 37 and 100 have no common factor: neighbours differ
    names = PEOPLE[language][1]
    private = json.dumps({"first_name": names[number % len(names)], "date_of_birth": "1984-05-17"})
    rows["member"].append((
        agency, member, county.index.of("member.ref", agency, ref),
        county.ring.seal(ref, associated("member.ref", agency, member)),
        county.ring.seal(secrets.token_bytes(32), associated("member.key", agency, member)),
        county.ring.seal(private, associated("member.private", agency, member)), language, language, BEFORE, BEFORE,
    ))  # fmt: skip
    rows["renewal"].append((agency, uuid7(), member, "medi_cal", MONTH, "upcoming"))
    for kind, channel, value, line, zone in (
        ("phone", "sms", f"+1714{2_000_000 + number:07}", "mobile", "America/Los_Angeles"),
        ("email", "email", f"member{number}@example.org", "unknown", None),
    ):
        point = uuid7()
        sealed, index = county.point(kind, value, point)
        rows["contact_point"].append((agency, point, member, kind, sealed, index, 1, line, zone))
        rows["consent_state"].append((agency, member, index, channel, "renewal", True, BEFORE))
