"""What the statements' own tests stand on: a database with two counties, and a look at it from outside."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import dict_row
from uuid_utils.compat import uuid7

from app.db import agencies
from app.db.sealed import BlindIndex, KeyRing
from app.db.transaction import Database, Session
from app.queue import open_queue
from app.rules.agency import read_profile
from app.rules.facts import Channel, CountyEvent, Facts
from app.rules.folding import Tools, apply
from app.rules.record import Member, index_form

KEYS = (bytes([1]) * 32, bytes([2]) * 32)
INDEX = BlindIndex(bytes([3]) * 32)
COUNTY = """
code = "{code}"
name = "{code} county"
county_code = "{number}"
phone = "+18002819799"
senders = {{ sms = "+1714555{number}00", email = "Renewals <renewals@{code}.example.org>" }}
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A database with the counties of Orange and Fresno."""

    url: str
    database: Database
    orange: UUID
    fresno: UUID

    @asynccontextmanager
    async def session(self, agency: UUID | None) -> AsyncIterator[Session]:
        """Open a transaction for one county, or for all."""
        async with self.database.transaction(agency) as tx:
            yield tx.session

    def rows(self, statement: str, *values: object) -> list[dict[str, Any]]:
        """Look into the tables as their owner."""
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            return connection.execute(statement, values).fetchall()

    def run(self, statement: str, *values: object) -> int:
        """Change the tables as their owner, and return how many rows that touched."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement, values).rowcount


@asynccontextmanager
async def standing_in(url: str) -> AsyncIterator[Place]:
    """Open a database and add the two counties."""
    database = Database(url, queue=open_queue(url), ring=KeyRing(KEYS), index=INDEX, pool=2)
    put_clock_right(url)
    try:
        async with database.transaction(None) as tx:
            ids = [await a_county(tx.session, *one) for one in (("orange", "30"), ("fresno", "10"))]
        yield Place(url, database, *ids)
    finally:
        await database.close()
        put_clock_right(url)


def put_clock_right(url: str) -> None:
    """Let business time be machine time: the tests of this folder share a database."""
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE business_clock SET ahead = '0'")


async def a_county(session: Session, code: str, number: str) -> UUID:
    """Add a county with its senders."""
    profile = read_profile(COUNTY.format(code=code, number=number))
    assert isinstance(profile, dict)
    agency = await agencies.save(session, uuid7(), profile)
    await agencies.set_senders(session, agency)
    return agency.id


def address(agency: UUID, channel: Channel, value: str) -> bytes:
    """Return the blind index of an address."""
    kind = "email" if channel is Channel.EMAIL else "phone"
    return INDEX.of(f"contact_point.{kind}", agency, index_form(kind, value))


def a_member(ref: str = "M-1") -> Member:
    """Begin a member."""
    return Member(uuid7(), ref, new=True, touched=True, changed=True)


def learned(member: Member, agency: UUID, when: Any, facts: Facts) -> Member:
    """Apply facts to a member as intake does."""
    tools = Tools(
        new_id=uuid7,
        index=lambda kind, value: INDEX.of(f"contact_point.{kind}", agency, index_form(kind, value)),
        zone=ZoneInfo("America/Los_Angeles"),
        cycle=lambda months, _: months,
    )
    apply(CountyEvent(uuid7().hex, "/test", "test", when, member.ref, facts), member, tools)
    return member
