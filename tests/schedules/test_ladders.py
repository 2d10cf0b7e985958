import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.ladders import BadLadder, Slot, Step, parse_ladder, slot, slots
from schedules.windows import WINDOWS

SHIPPED = files("schedules").joinpath("data/medi_cal_renewal.toml").read_text()
LADDER = parse_ladder(SHIPPED)
[TWO_MONTHS] = LADDER.steps
PACIFIC = ZoneInfo("America/Los_Angeles")
US_ZONES = [
    *map(
        ZoneInfo,
        (
            "America/New_York",
            "America/Chicago",
            "America/Denver",
            "America/Phoenix",
            "America/Los_Angeles",
            "America/Anchorage",
            "America/Adak",
            "Pacific/Honolulu",
            "Pacific/Guam",
            "Pacific/Pago_Pago",
        ),
    )
]
FEBRUARY = date(2027, 2, 1)
LONG_BEFORE = datetime(2025, 10, 1, tzinfo=UTC)

some_months = st.dates(date(2026, 1, 1), date(2030, 12, 31)).map(lambda day: day.replace(day=1))
moments = st.timedeltas(timedelta(), timedelta(days=5 * 365)).map(lambda after: LONG_BEFORE + after)
channels = st.sampled_from([*WINDOWS])
zones = st.sampled_from(US_ZONES)
steps = st.builds(
    Step,
    key=st.just("step"),
    template=st.just("words"),
    months_before=st.integers(-12, 12),
    deadline_day=st.integers(1, 28),
    allowed_statuses=st.just(frozenset({"upcoming"})),
)


def the_slot(channel: str = "sms", *, month: date = FEBRUARY, now: datetime = LONG_BEFORE, **changes: ZoneInfo) -> Slot:
    where = {"zone": PACIFIC, "agency_zone": PACIFIC} | changes
    return slot(TWO_MONTHS, channel=channel, renewal_month=month, now=now, **where)


def pacific(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=PACIFIC)


# --- the shipped ladder -----------------------------------------------------------------------


def test_the_default_ladder_reminds_once_two_months_before():
    assert (LADDER.name, LADDER.program) == ("medi_cal_renewal", "medi_cal")
    assert (TWO_MONTHS.key, TWO_MONTHS.months_before, TWO_MONTHS.deadline_day) == ("renewal_two_months", 2, 14)


def test_the_default_ladder_says_nothing_to_those_who_are_done():
    open_statuses = {"unknown", "upcoming", "packet_mailed", "information_requested", "restored"}
    assert TWO_MONTHS.allowed_statuses == open_statuses


# --- when it is due ---------------------------------------------------------------------------


def test_a_renewal_in_february_is_reminded_on_the_first_of_december_at_nine():
    due = the_slot()
    assert due.due_at == due.first_due_at == pacific(2026, 12, 1, 9)
    assert due.deadline_at == pacific(2027, 1, 15, 0)
    assert due.month == date(2026, 12, 1)
    assert due.fits


def test_a_call_waits_until_ten_and_for_monday_if_the_first_is_a_sunday():
    assert the_slot("voice").due_at == pacific(2026, 12, 1, 10)
    assert the_slot("voice", month=date(2027, 1, 1)).due_at == pacific(2026, 11, 2, 10)
    assert the_slot("sms", month=date(2027, 1, 1)).due_at == pacific(2026, 11, 1, 9)


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
    due = the_slot(month=month)
    assert due.first_due_at == datetime(*first_utc, tzinfo=UTC)
    assert due.deadline_at == datetime(*deadline_utc, tzinfo=UTC)


def test_a_deadline_may_be_the_last_day_of_february():
    last = replace(TWO_MONTHS, deadline_day=28)
    due = slot(last, channel="sms", zone=PACIFIC, renewal_month=date(2027, 3, 1), now=LONG_BEFORE, agency_zone=PACIFIC)
    assert due.deadline_at == pacific(2027, 3, 1)


def test_a_member_elsewhere_is_reminded_by_their_own_clock_and_counted_by_the_agencys():
    guam = ZoneInfo("Pacific/Guam")
    due = the_slot(zone=guam)
    assert due.first_due_at == datetime(2026, 12, 1, 9, tzinfo=guam)
    assert due.month == date(2026, 11, 1)
    assert the_slot(zone=guam, agency_zone=guam).month == date(2026, 12, 1)


@given(steps, channels, zones, some_months, moments)
def test_nothing_is_due_outside_its_window_before_its_month_or_past_its_deadline(step, channel, zone, month, now):
    due = slot(step, channel=channel, zone=zone, renewal_month=month, now=now, agency_zone=PACIFIC)
    window = WINDOWS[channel]
    for moment in (due.first_due_at, due.due_at):
        local = moment.astimezone(zone)
        assert local.weekday() in window.weekdays
        assert window.opens <= local.time() < window.closes
    assert due.due_at >= max(due.first_due_at, now)
    assert due.fits == (due.due_at < due.deadline_at)
    assert due.first_due_at < due.deadline_at


@given(steps, channels, zones, some_months, moments)
def test_planning_again_when_it_is_due_changes_nothing(step, channel, zone, month, now):
    due = slot(step, channel=channel, zone=zone, renewal_month=month, now=now, agency_zone=PACIFIC)
    again = slot(step, channel=channel, zone=zone, renewal_month=month, now=due.due_at, agency_zone=PACIFIC)
    assert again == due


@given(steps, channels, zones, some_months, st.lists(moments, min_size=2, max_size=2).map(sorted))
def test_waiting_never_makes_it_due_sooner_and_never_moves_its_month(step, channel, zone, month, times):
    where = {"channel": channel, "zone": zone, "renewal_month": month, "agency_zone": PACIFIC}
    before, after = [slot(step, now=now, **where) for now in times]
    assert after.due_at >= before.due_at
    assert replace(after, due_at=before.due_at, fits=before.fits) == before


def test_the_table_has_a_row_for_every_zone_channel_and_month_and_is_quick():
    months = [date(2027 + year, month, 1) for year in (0, 1) for month in range(1, 13)]
    begun = time.process_time()
    table = slots(TWO_MONTHS, channels=WINDOWS, zones=US_ZONES, months=months, now=LONG_BEFORE, agency_zone=PACIFIC)
    assert time.process_time() - begun < 0.1
    assert len({(row.zone, row.channel, row.renewal_month) for row in table}) == len(table) == 10 * 3 * 24
    assert the_slot() in table


# --- reading a ladder -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [
        ("[[steps]]", "[[steps]", "the text: .*; write it as TOML"),
        ('program = "medi_cal"', "", "the ladder: `program` is missing; write a name"),
        ('program = "medi_cal"', 'programme = "medi_cal"', "the ladder: `programme` is not known; use only name"),
        ('program = "medi_cal"', 'program = "Medi-Cal"', "the ladder: `program` is not usable; write a name"),
        ("months_before = 2", "months_before = true", "step 1: `months_before` is not usable; write a whole number"),
        ("months_before = 2", "months_before = 13", "step 1: `months_before` is not usable; write a whole number"),
        ("deadline_day = 14", "deadline_day = 31", "step 1: `deadline_day` is not usable; .* from 1 to 28"),
        ('"restored"', "7", "step 1: `allowed_statuses` is not usable; write a list"),
        ("deadline_day = 14", "", "step 1: `deadline_day` is missing"),
        ("[[steps]]", "[steps]", r"the ladder: `steps` is not usable; write at least one \[\[steps\]\] table"),
    ],
)
def test_a_bad_ladder_is_refused_with_what_where_and_how_to_mend_it(old, new, refusal):
    with pytest.raises(BadLadder, match=refusal):
        parse_ladder(SHIPPED.replace(old, new))


def test_two_steps_of_one_key_are_refused():
    with pytest.raises(BadLadder, match="two steps have the same key") as caught:
        parse_ladder(SHIPPED + SHIPPED[SHIPPED.index("[[steps]]") :])
    assert (caught.value.where, caught.value.mend) == ("the ladder", "give each step a key of its own")


def test_a_ladder_may_have_steps_before_and_after_the_due_month():
    after = '\n[[steps]]\nkey = "cure"\ntemplate = "cure"\nmonths_before = -1\ndeadline_day = 28\n'
    ladder = parse_ladder(f'{SHIPPED}{after}allowed_statuses = ["discontinued_procedural"]\n')
    assert [step.months_before for step in ladder.steps] == [2, -1]
