import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import text

from app.db import county_events, members
from app.db.county_events import Kept, digest
from app.db.sealed import KeyRing, associated
from app.rules.facts import CountyEvent, MemberUpdated
from tests.app.db.standing import KEYS, a_member, standing_in

NOW = datetime(2026, 11, 2, tzinfo=UTC)
PAYLOAD = b'{"data": {"first_name": "Ana"}}'


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as opened:
        yield opened


@pytest.fixture
async def ana(place):
    member = a_member()
    async with place.session(place.orange) as session:
        await members.save(session, place.orange, [member])
    return member


def event(id_="1", source="/calsaws", hours=0):
    return CountyEvent(id_, source, "member.updated", NOW + timedelta(hours=hours), "M-1", MemberUpdated(), PAYLOAD)


async def keep(place, member, *events, outcome="applied"):
    async with place.session(place.orange) as session:
        kept = [Kept(one, member.id, outcome, digest(session, place.orange, one.payload)) for one in events]
        await county_events.keep(session, place.orange, kept)


def opened(place, agency, row, key_row):
    """Open a kept event with the key of a member."""
    sealed_key = bytes(key_row["key_sealed"])
    key = KeyRing(KEYS).open_bytes(sealed_key, associated("member.key", agency, key_row["id"]))
    sealed = bytes(row["payload_sealed"])
    aad = associated("county_event.payload", agency, row["id"])
    return AESGCM(key).decrypt(sealed[:12], sealed[12:], aad)


async def test_an_event_is_known_again_by_source_and_id_with_its_payloads_digest(place, ana):
    await keep(place, ana, event("1"), event("2", source="/benefitscal"))
    asked = [event("1"), event("2"), event("1", source="/benefitscal"), event("2", source="/benefitscal")]
    async with place.session(place.orange) as session:
        assert await county_events.known(session, place.orange, asked) == {
            ("/calsaws", "1"): digest(session, place.orange, PAYLOAD),
            ("/benefitscal", "2"): digest(session, place.orange, PAYLOAD),
        }  # fmt: skip
        assert await county_events.known(session, place.orange, []) == {}
    async with place.session(place.fresno) as session:
        assert await county_events.known(session, place.fresno, asked) == {}


async def test_the_same_event_is_never_kept_twice(place, ana):
    await keep(place, ana, event())
    with pytest.raises(Exception, match="county_event_agency_id_source_event_id_key"):
        await keep(place, ana, event())


async def test_an_event_is_sealed_as_received_under_its_members_own_key(place, ana):
    await keep(place, ana, event())
    (row,), (key,) = place.rows("SELECT * FROM county_event"), place.rows("SELECT id, key_sealed FROM member")
    assert opened(place, place.orange, row, key) == PAYLOAD
    assert "Ana" not in str(row)
    assert b"Ana" not in bytes(row["payload_sealed"])


async def test_without_the_members_key_an_event_cannot_be_read(place, ana):
    await keep(place, ana, event())
    ben = a_member("M-2")
    async with place.session(place.orange) as session:
        await members.save(session, place.orange, [ben])
    (row,), (key,) = (
        place.rows("SELECT * FROM county_event"),
        place.rows("SELECT id, key_sealed FROM member WHERE id = %s", ben.id),
    )
    with pytest.raises(InvalidTag):
        opened(place, place.orange, row, key)


async def test_no_two_events_are_sealed_with_the_same_nonce(place, ana):
    await keep(place, ana, *(event(str(number)) for number in range(300)))
    nonces = place.rows("SELECT DISTINCT substr(payload_sealed, 1, 12) AS nonce FROM county_event")
    assert len(nonces) == 300


async def test_keeping_nothing_is_nothing(place, ana):
    await keep(place, ana)
    assert place.rows("SELECT 1 FROM county_event") == []


async def test_what_the_county_told_is_listed_in_the_order_of_its_time(place, ana):
    await keep(place, ana, event("late", hours=2), event("early", hours=1))
    async with place.session(place.orange) as session:
        rows = await members.events(session, place.orange, ana.id)
    assert [(row.event_id, row.outcome) for row in rows] == [("early", "applied"), ("late", "applied")]
    assert "payload_sealed" not in rows[0]._fields


async def test_one_agencys_events_are_applied_one_batch_at_a_time(place):
    order, second = [], asyncio.Event()

    async def batch(agency, name, wait=None):
        async with place.session(agency) as session:
            await county_events.one_at_a_time(session, agency)
            order.append(name)
            if wait is not None:
                await wait.wait()
            order.append(name)

    first = asyncio.create_task(batch(place.orange, "first", second))
    while not order:
        await asyncio.sleep(0)
    later = asyncio.create_task(batch(place.orange, "later"))
    await batch(place.fresno, "elsewhere")
    second.set()
    await asyncio.gather(first, later)
    assert order == ["first", "elsewhere", "elsewhere", "first", "later", "later"]


@pytest.mark.parametrize("change", ["UPDATE county_event SET outcome = 'stale'", "DELETE FROM county_event"])
async def test_a_county_event_is_never_changed_or_deleted(place, ana, change):
    await keep(place, ana, event())
    async with place.session(place.orange) as session:
        with pytest.raises(Exception, match="permission denied"):
            await session.run(text(change))
    assert [row["outcome"] for row in place.rows("SELECT outcome FROM county_event")] == ["applied"]
