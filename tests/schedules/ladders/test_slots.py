"""When each step is due: by examples, and by properties over all zones, leap days and nights of changing clocks."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.calendar import AgencyHours, Calendar
from schedules.ladders.model import Anchor, Offset
from schedules.ladders.slots import anchor_days_due, days_of, slots
from schedules.places import Place
from schedules.windows import WINDOWS
from tests.schedules.ladders.ladder_world import CONSTANTS, STEPS

TWO_MONTHS = STEPS["renewal_two_months"]
PACIFIC = ZoneInfo("America/Los_Angeles")
US_ZONES = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
    "America/Anchorage", "America/Adak", "Pacific/Honolulu", "America/Puerto_Rico", "Pacific/Guam", "Pacific/Pago_Pago",
)  # fmt: skip
FEBRUARY = date(2027, 2, 1)
LONG_BEFORE = datetime(2025, 10, 1, tzinfo=UTC)
NOWHERE = Place()
HERE = Calendar(AgencyHours("America/Los_Angeles"))
"""No holidays are in the way of most examples: they begin where none is."""

a_day = st.dates(date(2026, 1, 1), date(2031, 12, 31))
moments = st.timedeltas(timedelta(), timedelta(days=5 * 365)).map(lambda after: LONG_BEFORE + after)
channels = st.sampled_from([*WINDOWS])
places = st.lists(st.sampled_from(US_ZONES), max_size=2, unique=True).map(lambda zones: Place(tuple(sorted(zones))))
steps = st.sampled_from([*STEPS.values()])


def the_slot(channel="sms", *, step=TWO_MONTHS, anchor=FEBRUARY, place=NOWHERE, now=LONG_BEFORE, calendar=HERE):
    (found,) = slots(step, [anchor], [place], [channel], calendar=calendar, constants=CONSTANTS, now=now)
    return found


def pacific(*parts):
    return datetime(*parts, tzinfo=PACIFIC)


def anchored(step, day):
    return day.replace(day=1) if step.anchor is Anchor.RENEWAL_MONTH else day


# --- examples ---------------------------------------------------------------------------------


def test_a_renewal_in_february_is_reminded_on_the_first_of_december_at_nine():
    due = the_slot()
    assert due.due_at == due.first_due_at == pacific(2026, 12, 1, 9)
    assert due.deadline_at == pacific(2027, 1, 15, 0)
    assert due.month == date(2026, 12, 1)
    assert due.fits


def test_a_call_waits_until_ten_and_for_monday_if_the_first_is_a_sunday():
    assert the_slot("voice").due_at == pacific(2026, 12, 1, 10)
    assert the_slot("voice", anchor=date(2027, 1, 1)).due_at == pacific(2026, 11, 2, 10)
    assert the_slot("sms", anchor=date(2027, 1, 1)).due_at == pacific(2026, 11, 1, 9)


def test_a_member_learned_of_late_is_reminded_at_the_next_allowed_time():
    late = the_slot(now=pacific(2026, 12, 9, 22))
    assert late.due_at == pacific(2026, 12, 10, 9)
    assert late.first_due_at == pacific(2026, 12, 1, 9)
    assert late.month == date(2026, 12, 1)
    at_noon = pacific(2026, 12, 9, 12)
    assert the_slot(now=at_noon).due_at == at_noon


@pytest.mark.parametrize(
    ("channel", "now", "fits"),
    [
        pytest.param("sms", (2027, 1, 14, 19, 59), True, id="in the last minute"),
        pytest.param("sms", (2027, 1, 14, 20), False, id="after the last window"),
        pytest.param("voice", (2027, 1, 14, 19), False, id="after the last call"),
        pytest.param("sms", (2027, 1, 15, 0), False, id="after the last day"),
    ],
)
def test_a_reminder_that_would_come_too_late_does_not_fit(channel, now, fits):
    assert the_slot(channel, now=pacific(*now)).fits is fits


@pytest.mark.parametrize(
    ("month", "first_utc", "deadline_utc"),
    [
        pytest.param(date(2027, 1, 1), (2026, 11, 1, 17), (2026, 12, 15, 8), id="due on the day clocks go back"),
        pytest.param(date(2027, 4, 1), (2027, 2, 1, 17), (2027, 3, 15, 7), id="deadline after clocks go on"),
        pytest.param(date(2027, 12, 1), (2027, 10, 1, 16), (2027, 11, 15, 8), id="deadline after clocks go back"),
    ],
)
def test_clock_changes_move_neither_nine_nor_midnight(month, first_utc, deadline_utc):
    due = the_slot(anchor=month)
    assert due.first_due_at == datetime(*first_utc, tzinfo=UTC)
    assert due.deadline_at == datetime(*deadline_utc, tzinfo=UTC)


def test_a_deadline_may_be_a_leap_day():
    step = replace(TWO_MONTHS, ends=Offset(Anchor.RENEWAL_MONTH, days=-1))
    assert the_slot(step=step, anchor=date(2028, 3, 1)).deadline_at == pacific(2028, 3, 1)
    assert days_of(step, date(2028, 3, 1), CONSTANTS)[1] == date(2028, 2, 29)


def test_a_member_elsewhere_is_reminded_by_their_own_clock_and_counted_by_the_agencys():
    due = the_slot(place=Place(("America/New_York",)))
    assert due.first_due_at == pacific(2026, 12, 1, 9)
    assert due.deadline_at == datetime(2027, 1, 15, tzinfo=ZoneInfo("America/New_York"))
    there = Calendar(AgencyHours("Pacific/Guam"))
    assert the_slot(place=Place(("Pacific/Guam",)), calendar=there).month == date(2026, 12, 1)


def test_a_place_of_several_zones_begins_with_the_last_and_ends_with_the_first():
    both = Place(("America/Los_Angeles", "America/New_York"))
    due = the_slot(place=both)
    assert due.first_due_at >= pacific(2026, 12, 1, 9)
    assert due.deadline_at == datetime(2027, 1, 15, tzinfo=ZoneInfo("America/New_York"))


def test_a_step_without_any_opening_is_counted_where_it_would_have_begun():
    never = Calendar(AgencyHours("America/Los_Angeles", skip_days=frozenset(range(1, 32))))
    due = the_slot(calendar=never)
    assert not due.fits
    assert due.month == date(2026, 12, 1)
    assert due.due_at == due.deadline_at


def test_the_table_has_a_row_for_every_anchor_day_place_and_channel():
    months = [date(2027, month, 1) for month in range(1, 13)]
    some = [Place((zone,)) for zone in US_ZONES]
    table = slots(TWO_MONTHS, months, some, WINDOWS, calendar=HERE, constants=CONSTANTS, now=LONG_BEFORE)
    assert len({(row.place, row.channel, row.anchor_on) for row in table}) == len(table) == 11 * 3 * 12
    assert the_slot(place=Place(("America/Los_Angeles",))) in table


# --- properties -------------------------------------------------------------------------------


@given(steps, channels, places, a_day, moments)
def test_nothing_is_due_before_its_first_day_nor_past_its_last(step, channel, place, day, now):
    anchor = anchored(step, day)
    due = the_slot(channel, step=step, anchor=anchor, place=place, now=now)
    first_day, last_day = days_of(step, anchor, CONSTANTS)
    for zone in map(ZoneInfo, place.zones or ("America/Los_Angeles",)):
        assert due.first_due_at.astimezone(zone).date() >= first_day
        assert (due.deadline_at - timedelta(seconds=1)).astimezone(zone).date() <= last_day
        if due.fits:
            assert first_day <= due.due_at.astimezone(zone).date() <= last_day
    assert due.due_at >= max(due.first_due_at, now)
    assert due.fits == (due.due_at < due.deadline_at)


@given(steps, channels, places, a_day, moments)
def test_planning_again_when_it_is_due_changes_nothing(step, channel, place, day, now):
    anchor = anchored(step, day)
    due = the_slot(channel, step=step, anchor=anchor, place=place, now=now)
    assert the_slot(channel, step=step, anchor=anchor, place=place, now=due.due_at) == due


@given(steps, channels, places, a_day, st.lists(moments, min_size=2, max_size=2).map(sorted))
def test_waiting_never_makes_it_due_sooner_and_never_moves_its_month(step, channel, place, day, times):
    anchor = anchored(step, day)
    before, after = [the_slot(channel, step=step, anchor=anchor, place=place, now=now) for now in times]
    assert after.due_at >= before.due_at
    assert replace(after, due_at=before.due_at, fits=before.fits) == before


@given(steps, a_day)
def test_a_later_anchor_is_never_due_sooner_and_no_step_ends_before_it_begins(step, day):
    first, last = days_of(step, anchored(step, day), CONSTANTS)
    next_first, next_last = days_of(step, anchored(step, day + timedelta(days=1)), CONSTANTS)
    assert first <= last
    assert (first, last) <= (next_first, next_last)


@given(steps, st.sampled_from(US_ZONES), a_day, moments, st.integers(0, 200))
def test_whoever_has_a_step_in_these_days_is_found(step, zone, day, now, ahead):
    anchor, horizon = anchored(step, day), now + timedelta(days=ahead)
    due = the_slot(step=step, anchor=anchor, place=Place((zone,)), now=now)
    begins = datetime.combine(days_of(step, anchor, CONSTANTS)[0], datetime.min.time(), ZoneInfo(zone))
    found = anchor_days_due(step, CONSTANTS, now, horizon)
    if begins <= horizon and now < due.deadline_at:
        assert found is not None
        assert found[0] <= anchor <= found[1]


@given(steps, moments, st.integers(0, 200))
def test_no_anchor_day_is_found_whose_step_is_more_than_a_day_away(step, now, ahead):
    horizon = now + timedelta(days=ahead)
    found = anchor_days_due(step, CONSTANTS, now, horizon)
    assert found is not None
    for anchor in found:
        first, last = days_of(step, anchor, CONSTANTS)
        assert first <= horizon.date() + timedelta(days=1)
        assert last >= now.date() - timedelta(days=1)


def test_a_step_by_a_constant_is_found_as_well():
    step, now = STEPS["apply_again"], datetime(2027, 6, 1, 12, tzinfo=UTC)
    first, last = anchor_days_due(step, CONSTANTS, now, now)
    assert days_of(step, first, CONSTANTS)[1] == date(2027, 6, 1)
    assert days_of(step, last, CONSTANTS)[0] == date(2027, 6, 2)


def test_a_weekday_of_a_month_is_found_as_well():
    step = replace(
        STEPS["cure_now"],
        starts=Offset(Anchor.EFFECTIVE_ON, 1, 0, "second tuesday"),
        ends=Offset(Anchor.EFFECTIVE_ON, 1, 5, "second tuesday"),
    )
    now = datetime(2027, 2, 10, 12, tzinfo=UTC)
    assert anchor_days_due(step, CONSTANTS, now, now) == (date(2027, 1, 1), date(2027, 1, 31))
