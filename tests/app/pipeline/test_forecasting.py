"""Forecasting: the coming months as the planner will plan them, and what to change where they do not fit."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.pipeline.drafting import HORIZON
from app.pipeline.forecasting import changes
from app.rules.agency import Agency
from app.rules.facts import Channel
from schedules.mending import Mend
from tests.app.pipeline.seasons import (
    a_county,
    planned_by_hour,
    planned_day_by_day,
    silent_as_forecast,
    silent_by_reason,
)
from tests.app.pipeline.world import a_member
from tests.conftest import AGENCY

MARCH = date(2027, 2, 28)
TOLD = Mend({}, (), 0)


@pytest.fixture
def one_reminder():
    """All ladders that are shipped."""


@pytest.fixture
async def county(world):
    await world.tell(a_member())
    return world


async def with_calls(world, calls, more=""):
    agency = await world.services.tenancy.add(f"{AGENCY}\n[call_centre]\ncalls_per_hour = {calls}\n{more}")
    assert isinstance(agency, Agency)
    world.agency = agency
    return agency


async def test_the_forecast_counts_messages_segments_cost_and_calls(county):
    found = await county.services.forecasting.until(county.agency, date(2027, 1, 31))
    assert {line.channel for line in found.lines} == {"sms", "email", "voice"}
    texts = [line for line in found.lines if line.channel == "sms"]
    assert all(line.segments >= line.messages for line in texts)
    assert all(line.cost == pytest.approx(line.segments * 0.0083) for line in texts)
    assert found.totals["call_backs"] > 0
    assert found.fits


async def test_a_forecast_writes_nothing(county):
    await county.services.forecasting.months(county.agency, 3)
    assert await county.messages() == []


async def test_months_end_on_the_same_day_of_the_month(county):
    found = await county.services.forecasting.months(county.agency, 3)
    assert (found.first, found.last) == (date(2026, 11, 2), date(2027, 2, 2))


async def test_what_is_planned_already_is_in_the_forecast_once(county):
    before = await county.services.forecasting.months(county.agency, 3)
    await county.plan()
    assert (await county.services.forecasting.months(county.agency, 3)).lines == before.lines


async def test_what_is_overdue_is_counted_too(world):
    await with_calls(world, 300)
    await world.planned(a_member())
    before = (await world.services.forecasting.months(world.agency, 3)).totals["messages"]
    await world.at(datetime(2026, 12, 1, 19, tzinfo=UTC))
    assert (await world.services.forecasting.months(world.agency, 2)).totals["messages"] == before


async def test_people_whom_nothing_reaches_are_counted_with_the_reason(world):
    await world.tell(a_member(consents=()), subject="M-1")
    await world.tell(a_member(phones=(), emails=()), subject="M-2")
    await world.tell(a_member(), subject="M-3")
    found = await world.services.forecasting.months(world.agency, 3)
    assert (found.unreached, found.unreached_people) == ({"no_consent": 1, "no_contact_point": 1}, 2)


async def test_a_day_on_which_the_agency_is_closed_has_no_calls(world):
    agency = await world.services.tenancy.add(
        'closures = ["2026-12-01"]\n' + AGENCY + "\n[call_centre]\ncalls_per_hour = 300\n"
    )
    found = await world.services.forecasting.until(agency, date(2026, 12, 2))
    assert (date(2026, 12, 1), 9) not in found.capacity
    assert found.capacity[date(2026, 12, 2), 9] == 300


async def test_each_lane_says_how_much_of_its_rate_its_busiest_hour_takes(county):
    agency = await county.services.tenancy.add(AGENCY + "\n[rates]\nsms_segments_per_second = 0.001\n")
    found = await county.services.forecasting.until(agency, date(2027, 1, 31))
    (lane,) = (lane for lane in found.lanes if lane.channel == "sms")
    assert lane.per_second == 0.001
    assert lane.share > 0.25


async def test_what_finds_no_room_is_told_with_the_change_that_helps(world):
    agency = await with_calls(world, 0.02)
    await world.apply(*a_county(2, 30))
    found = await world.services.forecasting.until(agency, date(2027, 1, 31))
    assert not found.fits
    assert {one.limit for one in found.late} == {"call_centre"}
    raised = next(change for change in found.changes if change.startswith("Raise `call_centre.calls_per_hour` to"))
    agency = await with_calls(world, raised.removesuffix(".").rpartition(" ")[2])
    assert (await world.services.forecasting.until(agency, date(2027, 1, 31))).fits


@pytest.mark.parametrize(("seed", "calls"), [(1, None), (3, 0.5), (4, 0.2), (9, 0.1)])
async def test_what_is_forecast_is_what_is_planned_day_by_day(world, seed, calls):
    if calls:
        await with_calls(world, calls)
    await world.apply(*a_county(seed, 40))
    ends = datetime.combine(MARCH + timedelta(days=1), time(), ZoneInfo(world.agency.timezone))
    found = await world.services.forecasting.until(world.agency, MARCH)
    await planned_day_by_day(world, MARCH, HORIZON.days)
    told = {(line.day, line.hour, line.channel, line.language): line.messages for line in found.lines}
    assert told == await planned_by_hour(world, ends)
    assert silent_as_forecast(found) == await silent_by_reason(world, ends)
    assert {Channel(line.channel) for line in found.lines} == set(Channel)
    assert all(calls is None or load <= calls + 0.01 for load in found.calls.values())


@pytest.mark.parametrize("seed", [1, 3, 5])
async def test_a_forecast_says_the_same_once_everything_is_planned(world, seed):
    await world.apply(*a_county(seed, 40))
    before = await world.services.forecasting.until(world.agency, MARCH)
    await world.services.planning.daily()
    after = await world.services.forecasting.until(world.agency, MARCH)
    assert after.lines == before.lines
    assert _skipped(after) == _skipped(before)
    assert (after.unreached, after.unreached_people) == (before.unreached, before.unreached_people)


def _skipped(found):
    """Count what is skipped from tomorrow on; what was over before planning came is told once."""
    return {key: n for key, n in silent_as_forecast(found).items() if "skipped" in key and key[0] > found.first}


def agency_with(**more):
    return Agency(id=None, code="o", name="O", county_code="30", phone="+1", **more)


def test_nothing_needs_to_change_where_all_fits():
    assert changes(None, agency_with()) == []


def test_a_rate_is_named_with_the_value_that_it_needs():
    owner = agency_with(rates={"sms_segments_per_second": 10})
    said = changes(Mend({"sms": 1.5}, ("voice",), 2), owner)
    assert said == [
        "Raise `rates.sms_segments_per_second` to 15.", "Or begin what is late 2 weeks earlier.",
        "Or leave out the calls.",
    ]  # fmt: skip


def test_where_no_single_change_helps_that_is_said():
    assert changes(TOLD, agency_with()) == [
        "No single change helps: add hours in which calls are answered, or split the season."
    ]
