"""Why a message is due just then: situations and their sentences."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.explaining.moments import Moment, Near, local, why_then
from schedules.calendar import AgencyHours, Calendar
from schedules.legal import LegalWindows, parse_legal_windows
from schedules.places import parse_place
from schedules.windows import ContactWindow
from tests.app.rules.explaining.texts import FLORIDA_HAS_SUNDAYS_OFF

PACIFIC, EASTERN = "America/Los_Angeles", "America/New_York"
HERE = f"{PACIFIC};CA"
DAY = timedelta(days=1)
LAW = "A law of Florida, section 1"


def at(text: str, zone: str = PACIFIC) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def county(law: LegalWindows | None = None, **hours) -> Calendar:
    return Calendar(AgencyHours(PACIFIC, state="CA", **hours), law)


def moment(begins: str, calendar: Calendar, channel: str = "sms", place: str = HERE, **facts) -> Moment:
    """A message that is due at its step's first opening, but for the facts that the test is about."""
    zone = parse_place(place).zones[0]
    start = at(begins, zone)
    opening = calendar.next_opening(parse_place(place), channel, start)
    assert opening
    first = opening.opens_at
    told = {"due_at": first, "asked_at": start - 30 * DAY, **facts}
    return Moment(channel, place, zone, start, first, **told)


def told(begins: str, calendar: Calendar | None = None, **facts) -> str:
    calendar = calendar or county()
    return why_then(moment(begins, calendar, **facts), calendar).sentence


def test_the_plain_case_is_the_first_moment_of_the_window():
    why = why_then(moment("2026-12-01", county()), county())
    assert why.sentence == (
        "It is to go out on Tuesday 2026-12-01 09:00 Los Angeles time, the first moment in the contact window that the "
        "step allows."
    )
    assert (why.rule, why.law) == ("ladder", None)


WEEKDAY_CALLS = county(windows={"voice": ContactWindow(time(10), time(16), frozenset(range(5)))})
AFTERNOONS = county(windows={"sms": ContactWindow(time(13), time(17))})


@pytest.mark.parametrize(
    ("begins", "channel", "calendar", "when", "why"),
    [
        ("2026-12-06", "voice", county(), "Monday 2026-12-07 10:00", "this service makes no calls on Sundays"),
        ("2026-12-05", "voice", WEEKDAY_CALLS, "Monday 2026-12-07 10:00", "this agency makes no calls on Saturdays"),
        ("2026-12-25", "sms", county(), "Saturday 2026-12-26 09:00", "public holiday (Christmas Day)"),
        ("2026-11-26", "email", county(), "Saturday 2026-11-28 09:00", "public holiday (Thanksgiving"),
        ("2026-12-03", "sms", county(closures=frozenset({date(2026, 12, 3)})), "Friday 2026-12-04 09:00",
         "the agency is closed on 2026-12-03"),
        ("2026-12-08", "sms", county(skip_days=frozenset({8})), "Wednesday 2026-12-09 09:00",
         "on day 8 of a month the county's own system writes to people"),
        ("2026-12-09", "sms", county(skip_dates=frozenset({date(2026, 12, 9)})), "Thursday 2026-12-10 09:00",
         "the agency leaves 2026-12-09 alone"),
        ("2026-12-01", "sms", AFTERNOONS, "Tuesday 2026-12-01 13:00",
         "not before: this agency sends no texts outside 13:00-17:00 on its own clock"),
    ],
)  # fmt: skip
def test_what_closed_an_earlier_day_is_named(begins, channel, calendar, when, why):
    said = told(begins, calendar, channel=channel)
    assert when in said
    assert why in said


def test_days_in_a_row_with_one_reason_are_one_clause_and_other_reasons_another():
    closed = county(closures=frozenset({date(2026, 12, 1), date(2026, 12, 2)}), skip_days=frozenset({3}))
    said = told("2026-12-01", closed)
    assert "the agency is closed on 2026-12-01 (on Tuesday 2026-12-01)" in said
    assert "writes to people (on Thursday 2026-12-03)" in said
    assert "Friday 2026-12-04 09:00" in said


def test_a_law_is_named_only_where_it_alone_is_the_reason():
    law = parse_legal_windows(FLORIDA_HAS_SUNDAYS_OFF)
    florida = f"{EASTERN};FL"
    sunday, week = county(law), county()
    why = why_then(moment("2026-12-06", sunday, place=florida), sunday)
    assert (why.rule, why.law) == ("law", LAW)
    assert LAW in why.sentence
    for calendar, begins, channel, place in (
        (sunday, "2026-12-06", "voice", florida),  # the house makes no calls on Sundays anyway
        (sunday, "2026-12-07", "sms", florida),
        (week, "2026-12-06", "sms", florida),
        (sunday, "2026-12-06", "sms", HERE),
    ):
        why = why_then(moment(begins, calendar, channel=channel, place=place), calendar)
        assert why.law is None
        assert LAW not in why.sentence


def test_somebody_who_may_be_in_several_zones_waits_for_an_hour_that_is_right_in_all():
    said = told("2026-12-01", place=f"{PACIFIC}|Pacific/Honolulu;CA")
    assert "the first hour that is right in Los Angeles and Honolulu" in said
    assert "11:00 Los Angeles time" in said


def test_who_is_east_of_the_agency_is_told_the_time_by_their_own_clock():
    said = told("2026-12-01", place=f"{EASTERN};NY")
    assert "12:00 New York time" in said
    assert "by the agency's clock (Los Angeles time) too" in said


def test_hours_that_changed_since_are_not_blamed():
    then = moment("2026-12-01", AFTERNOONS)
    assert "the first moment that the step allowed when it was planned" in why_then(then, county()).sentence
    gone = Moment("sms", HERE, PACIFIC, None, at("2026-12-01"), at("2026-12-01"), asked_at=at("2026-11-01"))
    assert "the first moment that the step allowed when it was planned" in why_then(gone, county()).sentence


FIRST = at("2026-12-01T09:00")


@pytest.mark.parametrize(
    ("facts", "rule", "why"),
    [
        ({"due_at": at("2026-12-08T11:30"), "asked_at": at("2026-12-08T11:30")}, "calendar",
         "the next allowed moment, for its step had begun on Tuesday 2026-12-01 09:00 Los Angeles time, before"),
        ({"due_at": FIRST + DAY, "near": [Near(date(2026, 12, 1), "work_notice", same_person=False)]}, "spacing",
         "because another message goes to the same address on Tuesday 2026-12-01, and never two on one day"),
        ({"due_at": FIRST + DAY, "ladder": "cure_window",
          "near": [Near(date(2026, 11, 29), "cure_window", same_person=True)]}, "spacing",
         "because a step of the same ladder goes on Sunday 2026-11-29, and they keep three days apart"),
        ({"due_at": FIRST + 9 * DAY, "cap": 2,
          "near": [Near(date(2026, 11, 10 + n), "x", same_person=True) for n in range(2)]}, "cap",
         "because one address gets at most 2 messages on this channel in 30 days"),
        ({"due_at": FIRST + timedelta(minutes=7), "pace": "the county's line can answer: 300 calls an hour"}, "pacing",
         "spread so that the county's line can answer: 300 calls an hour"),
        ({"due_at": FIRST + 3 * DAY, "waits_days": 3}, "ladder",
         "only if nothing was delivered on another channel within 3 days"),
        ({"due_at": FIRST + timedelta(minutes=5), "tried": "The provider could not be reached"}, "provider",
         "after a try before it: The provider could not be reached"),
        ({"due_at": FIRST + timedelta(hours=2)}, None,
         "put off from Tuesday 2026-12-01 09:00 Los Angeles time; nothing that is kept says why"),
        ({"due_at": FIRST + 5 * DAY, "near": [Near(date(2026, 12, 20), "x", same_person=True)]}, None,
         "nothing that is kept says why"),
        ({"held": "a pause that Kim set"}, "switch", "It is held by a pause that Kim set."),
    ],
)  # fmt: skip
def test_what_moved_a_message_is_told_from_what_is_kept(facts, rule, why):
    found = why_then(moment("2026-12-01", county(), **facts), county())
    assert why in found.sentence
    assert (found.rule, found.law) == (rule, None)


LINE = "the county's line can answer: 300 calls an hour"


@pytest.mark.parametrize("asked", [FIRST - DAY, FIRST + timedelta(hours=2)])
def test_what_goes_within_the_minute_is_not_said_to_be_spread(asked):
    due = max(FIRST, asked) + timedelta(seconds=12)
    why = why_then(moment("2026-12-01", county(), due_at=due, asked_at=asked, pace=LINE), county())
    assert "spread" not in why.sentence
    assert "nothing that is kept" not in why.sentence
    spread = due + timedelta(minutes=1)
    why = why_then(moment("2026-12-01", county(), due_at=spread, asked_at=asked, pace=LINE), county())
    assert why.rule == "pacing"


def test_a_moment_is_told_by_weekday_and_clock():
    assert local(datetime(2026, 12, 7, 18, tzinfo=UTC), PACIFIC) == "Monday 2026-12-07 10:00 Los Angeles time"


@given(
    day=st.dates(date(2026, 11, 1), date(2028, 3, 1)), channel=st.sampled_from(["sms", "email", "voice"]),
    place=st.sampled_from([HERE, f"{EASTERN};FL", f"{EASTERN}|{PACIFIC};", "Pacific/Honolulu;HI"]),
    later=st.timedeltas(timedelta(), timedelta(days=20)),
)  # fmt: skip
def test_every_moment_has_one_sentence_that_begins_with_when_and_names_no_law_without_one(day, channel, place, later):
    calendar = county()
    one = moment(day.isoformat(), calendar, channel=channel, place=place)
    why = why_then(Moment(one.channel, one.place, one.zone, one.begins, one.first_due_at, one.first_due_at + later,
                          asked_at=one.asked_at), calendar)  # fmt: skip
    assert why.sentence.startswith(f"It is to go out on {local(one.first_due_at + later, one.zone)}, ")
    assert why.sentence.endswith(".")
    assert why.law is None
    assert (why.rule is None) == (later >= timedelta(minutes=1))
