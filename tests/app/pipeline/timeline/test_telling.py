"""Telling a timeline reads and drafts, and changes nothing."""

from tests.app.pipeline.timeline.told import messages, told
from tests.app.pipeline.world import NINE, SMS, a_member
from tests.conftest import AGENCY


async def everything(world):
    return [
        [tuple(row) for row in await world.rows(f"SELECT * FROM {table} ORDER BY id")]  # noqa: S608
        for table in ("message", "renewal", "member", "attempt")
    ]


async def test_a_timeline_changes_nothing_not_even_of_an_agency_that_is_paced(world):
    await world.services.tenancy.add(f"{AGENCY}[call_centre]\ncalls_per_hour = 2\n")
    for number in range(4):
        await world.planned(a_member(phones=(), emails=()), subject=f"N-{number}")
    await world.planned()
    before = await everything(world)
    assert await told(world) is not None
    assert await everything(world) == before
    assert await world.rows("SELECT * FROM replan") == []


async def test_asked_twice_it_says_the_same(world):
    await world.planned()
    first, second = await told(world), await told(world)
    assert [entry["explanation"] for entry in first.entries] == [entry["explanation"] for entry in second.entries]
    assert first.known == second.known


async def test_a_stranger_has_no_timeline(world):
    assert await told(world, "M-none") is None


async def test_a_person_without_anything_due_has_a_past_only(world):
    await world.planned(a_member(renewals=()))
    found = await told(world)
    assert messages(found) == []
    assert {entry["what"] for entry in found.entries if not entry["ahead"]} == {"event", "consent"}


async def test_it_looks_thirteen_months_ahead(world):
    await world.planned()
    last = max(entry["at"] for entry in messages(await told(world)))
    assert (last.year, last.month) == (2027, 12)


async def test_what_another_agency_knows_stays_with_it(world):
    await world.planned()
    other = await world.services.tenancy.add(AGENCY.replace("orange", "kings").replace("714555010", "559555010"))
    assert await world.services.timeline.of(other.id, "M-1") is None


async def test_what_was_sent_and_what_is_to_come_stand_side_by_side(world):
    await world.sent()
    found = messages(await told(world))
    sent = [entry for entry in found if entry["channel"] == SMS and entry["row"]]
    assert [(entry["status"], entry["at"] >= NINE) for entry in sent] == [("sent", True)]
