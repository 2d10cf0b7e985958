"""Pacing in the planner: no hour takes more than lanes and county line can, and what presses goes first."""

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.pipeline import pacing
from app.rules.agency import Agency
from app.rules.facts import MilestoneSet, RenewalDue
from app.rules.switches import SwitchAsked, SwitchKind
from tests.app.pipeline.world import FEBRUARY, NINE, SMS, a_member, phone, yes
from tests.conftest import AGENCY

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LOS_ANGELES = ZoneInfo("America/Los_Angeles")


async def limited(world, toml):
    agency = await world.services.tenancy.add(AGENCY + toml)
    assert isinstance(agency, Agency), agency
    world.agency = agency


async def readers(world, count, *, first=0, **more):
    """Bring people with a phone each, who agreed to texts and renew in February."""
    for number in range(first, first + count):
        said = {"emails": (), "consents": yes(SMS), "phones": (phone(f"+1714555{number:04}"),), **more}
        await world.tell(a_member(**said), subject=f"M-{number}")


async def hours(world, channel="sms"):
    return Counter(
        row.due_at.astimezone(LOS_ANGELES).replace(minute=0, second=0, microsecond=0)
        for row in await world.messages()
        if (row.channel, row.status) == (channel, "planned")
    )


async def test_an_agency_without_rates_and_call_centre_is_not_paced(world):
    await readers(world, 5)
    await world.plan()
    assert {row.due_at for row in await world.messages() if row.channel == "sms"} == {NINE}


async def test_texts_come_no_faster_than_people_who_call_back_are_answered(world):
    await limited(world, "[call_centre]\ncalls_per_hour = 0.16\n")  # two texts an hour at 8 of 100
    await readers(world, 5)
    await world.plan()
    due = sorted(row.due_at for row in await world.messages() if row.channel == "sms")
    assert due == [NINE + k * HOUR / 2 for k in range(5)]


async def test_texts_come_no_faster_than_their_lane_carries_segments(world):
    await limited(world, f"[rates]\nsms_segments_per_second = {4 / 3600}\n")  # Ana's text has two segments or more
    await readers(world, 4)
    await world.plan()
    assert max((await hours(world)).values()) <= 2
    assert sum((await hours(world)).values()) == 4


async def test_nobody_is_asked_to_call_while_nobody_answers(world):
    await limited(
        world,
        '[[call_centre.hours]]\ndays = "monday-friday"\nhours = "13:00-15:00"\ncalls_per_hour = 0.08\n',
    )
    await readers(world, 3)
    await world.plan()
    first = NINE + 4 * HOUR
    assert await hours(world) == {first: 1, first + HOUR: 1, first + DAY: 1}


async def test_whoever_comes_later_takes_the_room_that_is_left(world):
    await limited(world, "[call_centre]\ncalls_per_hour = 0.16\n")
    await readers(world, 3)
    await world.plan()
    await readers(world, 2, first=3)
    await world.plan()
    nine = NINE
    assert await hours(world) == {nine: 2, nine + HOUR: 2, nine + 2 * HOUR: 1}


async def test_who_has_more_time_makes_room_for_whom_it_presses(world, all_ladders):
    await limited(world, "[call_centre]\ncalls_per_hour = 0.08\n")
    await readers(world, 15)
    await world.plan()
    before = {row.id: row.due_at for row in await world.messages() if row.status == "planned"}
    urgent = a_member(emails=(), consents=yes(SMS), phones=(phone("+17145559999"),), renewals=())
    await world.tell(urgent, MilestoneSet("work_notice", "medi_cal", date(2026, 12, 1)), subject="M-99")
    await world.plan()
    rows = [row for row in await world.messages() if row.status == "planned"]
    assert next(row.due_at for row in rows if row.step == "work_notice_now") == NINE
    moved = [row for row in rows if row.id in before and row.due_at != before[row.id]]
    assert moved
    assert all(before[row.id] < row.due_at < row.deadline_at for row in moved)


async def test_one_event_among_very_many_moves_nobody(world, monkeypatch):
    monkeypatch.setattr(pacing, "CROWD", 3)
    await limited(world, "[call_centre]\ncalls_per_hour = 0.16\n")
    await readers(world, 5)
    await world.plan()
    before = {row.id: row.due_at for row in await world.messages()}
    await readers(world, 2, first=5)
    await world.plan()
    after = {row.id: row.due_at for row in await world.messages()}
    assert {id_: after[id_] for id_ in before} == before
    nine = NINE
    assert max((await hours(world)).values()) == 2
    assert max(await hours(world)) == nine + 3 * HOUR


async def test_what_finds_no_room_is_spread_over_the_last_days_and_still_planned(world):
    await limited(world, "[call_centre]\ncalls_per_hour = 0.0001\n")
    await readers(world, 6)
    await world.plan()
    found = await hours(world)
    assert sum(found.values()) == 6
    assert min(found) >= datetime(2027, 1, 12, tzinfo=LOS_ANGELES)
    assert max(found.values()) == 1


async def test_nobody_hears_twice_on_a_day_because_of_the_pace(world, all_ladders):
    await limited(world, "[call_centre]\ncalls_per_hour = 0.08\n")
    renewals = (RenewalDue("medi_cal", FEBRUARY),)
    for number in range(8):
        said = a_member(emails=(), consents=yes(SMS), phones=(phone(f"+1714555{number:04}"),), renewals=renewals)
        notice = MilestoneSet("work_notice", "medi_cal", date(2026, 11, 28))
        await world.tell(
            said, notice, MilestoneSet("annual_care_plan", "ccs", date(2026, 12, 28)), subject=f"M-{number}"
        )
    await world.plan()
    rows = [row for row in await world.messages() if row.status == "planned"]
    days = Counter((row.member_id, row.channel, row.due_at.astimezone(LOS_ANGELES).date()) for row in rows)
    assert set(days.values()) == {1}


async def test_planning_again_changes_nothing(world):
    await limited(world, "[call_centre]\ncalls_per_hour = 0.1\n")
    await readers(world, 9)
    await world.plan()
    before = {row.id: row.due_at for row in await world.messages()}
    await world.rows("INSERT INTO replan SELECT agency_id, id FROM renewal")
    await world.plan()
    assert {row.id: row.due_at for row in await world.messages()} == before


async def test_a_call_centre_that_became_smaller_is_kept_to_from_the_next_day_on(world):
    await readers(world, 6)
    await world.plan()
    assert set((await hours(world)).values()) == {6}
    await limited(world, "[call_centre]\ncalls_per_hour = 0.16\n")
    await world.services.planning.daily()
    assert set((await hours(world)).values()) == {2}
    before = {row.id: row.due_at for row in await world.messages()}
    await world.services.planning.daily()
    assert {row.id: row.due_at for row in await world.messages()} == before


async def test_a_call_centre_that_became_larger_lets_what_was_spread_come_earlier_again(world):
    await limited(world, "[call_centre]\ncalls_per_hour = 0.08\n")
    await readers(world, 6)
    await world.plan()
    assert await hours(world) == {NINE + k * HOUR: 1 for k in range(6)}
    await limited(world, "[call_centre]\ncalls_per_hour = 0.24\n")
    await world.plan()
    assert await hours(world) == {NINE: 3, NINE + HOUR: 3}
    before = {row.id: row.due_at for row in await world.messages()}
    await world.rows("INSERT INTO replan SELECT agency_id, id FROM renewal")
    await world.plan()
    await world.services.planning.daily()
    assert {row.id: row.due_at for row in await world.messages()} == before


async def test_without_limits_any_more_everybody_hears_it_at_once(world):
    await limited(world, "[call_centre]\ncalls_per_hour = 0.08\n")
    await readers(world, 4)
    await world.plan()
    await limited(world, "")
    await world.plan()
    assert await hours(world) == {NINE: 4}


async def test_what_a_change_of_something_else_finds_spread_stays_where_it_is(world):
    await limited(world, "[call_centre]\ncalls_per_hour = 0.08\n")
    await readers(world, 2)
    await world.plan()
    await limited(world, "[call_centre]\ncalls_per_hour = 0.08\n[prices]\nsms_segment = 0.01\n")
    assert await world.rows("SELECT 1 FROM replan") == []


async def test_what_a_long_pause_held_is_spread_like_a_plan_of_today(world):
    await limited(world, "[call_centre]\ncalls_per_hour = 0.08\n")
    await readers(world, 6)
    await world.plan()
    pause = await world.services.switches.set(world.agency, SwitchAsked(SwitchKind.PAUSE, "a flood"), by="Kim")
    await world.at(NINE + 10 * HOUR)
    await world.deliver(SMS)
    assert {row.reason for row in await world.messages() if row.channel == "sms"} == {"paused"}
    await world.at(NINE + 2 * DAY - HOUR / 2)
    assert (await world.services.switches.lift(world.agency.id, pause["id"], "Lee"))["resumed"] == 6
    assert await world.deliver(SMS) == 0
    await world.plan()
    assert await hours(world) == {NINE + 2 * DAY + k * HOUR: 1 for k in range(6)}
    assert {row.reason for row in await world.messages() if row.status == "planned"} == {None}
    await world.at(NINE + 2 * DAY)
    await world.deliver(SMS)
    assert len(world.fakes[SMS].sent) == 1


@pytest.fixture
def all_ladders(one_reminder, monkeypatch):
    """Steps whose time begins together: a notice that presses, and a reminder that does not."""


@pytest.fixture
def one_reminder(request, monkeypatch):
    """One step a member, unless a test asks for all ladders."""
    from tests.conftest import ONE_REMINDER

    if "all_ladders" not in request.fixturenames:
        monkeypatch.setattr("app.wiring.services.shipped_ladders", lambda: {"medi_cal_renewal.toml": ONE_REMINDER})
