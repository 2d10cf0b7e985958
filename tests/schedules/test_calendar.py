import pickle
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.states import ZONES_OF_STATE
from schedules.calendar import DAYS_AHEAD, AgencyHours, Closed, sentence
from schedules.places import Place, parse_place
from schedules.windows import WINDOWS, ContactWindow, Opening
from tests.schedules.calendar_world import (
    CHANNELS,
    PACIFIC,
    SPECIAL,
    ZONES,
    agencies,
    allowed,
    calendar,
    channels,
    day_is_open,
    kept_there,
    moments,
    places,
)

HERE = parse_place("America/Los_Angeles;CA")
MINUTE = timedelta(minutes=1)


def pacific(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(PACIFIC))


def hours(**own) -> AgencyHours:
    return AgencyHours(PACIFIC, state="CA", **own)


def opens(text: str, channel: str, at: datetime, agency: AgencyHours | None = None) -> str:
    """When a place is next open, on the agency's clock."""
    opening = calendar(agency).next_opening(parse_place(text), channel, at)
    assert opening is not None
    begin, end = (moment.astimezone(ZoneInfo(PACIFIC)) for moment in (opening.opens_at, opening.closes_at))
    return f"{begin:%a %d %H:%M}-{end:%H:%M}"


# --- what closes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "channel", "at", "opening"),
    [
        (HERE, "sms", (2026, 12, 1, 0), "Tue 01 09:00-20:00"),
        (HERE, "sms", (2026, 12, 1, 13, 5), "Tue 01 13:05-20:00"),
        (HERE, "voice", (2026, 12, 5, 19), "Mon 07 10:00-19:00"),
        (HERE, "sms", (2026, 12, 24, 20), "Sat 26 09:00-20:00"),
        (HERE, "email", (2026, 11, 26, 12), "Sat 28 09:00-20:00"),
        ("America/New_York;NY", "sms", (2026, 12, 1, 0), "Tue 01 09:00-17:00"),
        ("America/Los_Angeles|America/New_York;CA|NY", "sms", (2026, 12, 1, 0), "Tue 01 09:00-17:00"),
        ("Pacific/Honolulu;HI", "voice", (2026, 12, 1, 0), "Tue 01 12:00-19:00"),
        ("America/Phoenix;AZ", "voice", (2026, 7, 1, 0), "Wed 01 10:00-19:00"),
        ("America/Phoenix;AZ", "voice", (2026, 12, 1, 0), "Tue 01 10:00-18:00"),
        ("America/Chicago;TX", "sms", (2026, 12, 6, 0), "Sun 06 10:00-18:00"),
        ("America/New_York;RI", "sms", (2026, 12, 1, 0), "Tue 01 09:00-15:00"),
        ("America/New_York;RI", "email", (2026, 12, 1, 0), "Tue 01 09:00-17:00"),
        ("America/Chicago;AL", "sms", (2026, 12, 6, 0), "Mon 07 09:00-18:00"),
        ("America/Chicago;AL", "email", (2026, 12, 6, 0), "Sun 06 09:00-18:00"),
        (";", "voice", (2026, 12, 1, 0), "Tue 01 10:00-19:00"),
    ],
    ids=str,
)
def test_a_place_opens_when_every_clock_agrees(place, channel, at, opening):
    assert opens(str(place), channel, pacific(*at)) == opening


@pytest.mark.parametrize(
    ("own", "channel", "at", "opening"),
    [
        ({"closures": frozenset({date(2026, 12, 1)})}, "sms", (2026, 12, 1, 0), "Wed 02 09:00-20:00"),
        ({"skip_days": frozenset({22})}, "email", (2026, 12, 22, 0), "Wed 23 09:00-20:00"),
        ({"skip_dates": frozenset({date(2026, 12, 2)})}, "voice", (2026, 12, 2, 9), "Thu 03 10:00-19:00"),
        ({"windows": {"sms": ContactWindow(time(8), time(12))}}, "sms", (2026, 12, 1, 0), "Tue 01 09:00-12:00"),
        (
            {"windows": {"voice": ContactWindow(time(10), time(18), frozenset({1}))}},
            "voice",
            (2026, 12, 2, 0),
            "Tue 08 10:00-18:00",
        ),
        ({"windows": {"sms": ContactWindow(time(9), time(12))}}, "email", (2026, 12, 1, 0), "Tue 01 09:00-20:00"),
    ],
)
def test_an_agency_adds_its_own_hours_and_days(own, channel, at, opening):
    assert opens(str(HERE), channel, pacific(*at), hours(**own)) == opening


def test_an_agencys_earlier_hours_let_it_reach_the_east_when_it_is_morning_there():
    early = hours(windows={"sms": ContactWindow(time(6), time(17))})
    assert opens("America/New_York;NY", "sms", pacific(2026, 12, 1), early) == "Tue 01 06:00-17:00"


def test_zones_that_share_nothing_give_up_the_numbers_first():
    both = Place(("Pacific/Guam", "America/New_York"), ("GU", "NY"))
    assert opens(str(both), "voice", pacific(2026, 12, 1)) == opens("Pacific/Guam;GU|NY", "voice", pacific(2026, 12, 1))
    swapped = Place(("America/New_York", "Pacific/Guam"), ("GU", "NY"))
    assert opens(str(swapped), "voice", pacific(2026, 12, 1)) == "Tue 01 10:00-16:00"


def test_a_person_whose_day_never_meets_the_agencys_is_reached_in_the_persons_own_hours():
    narrow = hours(windows={"voice": ContactWindow(time(10), time(11))})
    guam = calendar(narrow).next_opening(parse_place("Pacific/Guam;GU"), "voice", pacific(2026, 12, 1, 2))
    assert guam == Opening(datetime(2026, 12, 2, tzinfo=UTC), datetime(2026, 12, 2, 9, tzinfo=UTC))


def test_an_agency_that_closes_for_half_a_year_reaches_nobody():
    days = frozenset(date(2026, 12, 1) + timedelta(days=day) for day in range(DAYS_AHEAD + 60))
    closed = calendar(hours(closures=days))
    assert closed.next_opening(HERE, "sms", pacific(2026, 12, 1)) is None
    assert closed.why_closed(HERE, "sms", pacific(2026, 12, 1, 12)) == Closed("closure", "2026-12-01")


# --- why ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "channel", "at", "said"),
    [
        (HERE, "voice", (2026, 12, 6, 12), "this service makes no calls on Sundays"),
        (HERE, "sms", (2026, 12, 1, 8), "this service sends no texts outside 09:00-20:00"),
        (HERE, "email", (2026, 12, 25, 12), "nobody is bothered on a public holiday (Christmas Day)"),
        (
            "America/Chicago;TX", "sms", (2026, 12, 6, 9, 30),
            "the law allows such messages from 12:00-21:00 only: Texas Business and Commerce Code 301.051",
        ),
        (
            "America/Denver;UT", "sms", (2026, 12, 6, 12),
            "the law allows no such message on Sundays: Utah Code 13-25a-103(3)",
        ),
        ("America/Denver;UT", "voice", (2026, 12, 6, 12), "this service makes no calls on Sundays"),
        ("America/New_York;NY", "sms", (2026, 12, 1, 18), "this service sends no texts outside 09:00-20:00"),
    ],
    ids=str,
)  # fmt: skip
def test_a_closed_moment_has_its_reason_and_a_law_only_if_nothing_else_closes_it(place, channel, at, said):
    closed = calendar().why_closed(parse_place(str(place)), channel, pacific(*at))
    assert closed
    assert sentence(closed, channel) == said


def test_an_agencys_own_choice_is_said_to_be_its_own():
    agency = hours(windows={"voice": ContactWindow(time(11), time(18), frozenset({0, 1, 2, 3, 4}))})
    why = {at: calendar(agency).why_closed(HERE, "voice", pacific(2026, 12, *at)) for at in ((5, 12), (4, 10), (4, 12))}
    assert why == {
        (5, 12): Closed("agency_weekday", "Saturdays"),
        (4, 10): Closed("agency_hours", "11:00-18:00"),
        (4, 12): None,
    }


def test_days_that_an_agency_leaves_alone_say_so():
    agency = hours(skip_days=frozenset({22}), skip_dates=frozenset({date(2026, 12, 3)}))
    found = [calendar(agency).why_closed(HERE, "sms", pacific(2026, 12, day, 12)) for day in (22, 3)]
    assert found == [Closed("skip_day", "22"), Closed("skip_date", "2026-12-03")]


# --- for every place ---------------------------------------------------------------------------


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("begin", SPECIAL, ids=lambda day: f"{day:%Y-%m-%d}")
def test_every_place_opens_within_ten_days(channel, begin):
    plain = calendar()
    of_states = [Place(zones, (state,)) for state, zones in ZONES_OF_STATE.items()]
    for place in (Place(), *of_states, *(Place(two) for two in permutations(ZONES, 2))):
        opening = plain.next_opening(place, channel, begin)
        assert opening, place
        assert opening.opens_at - begin < timedelta(days=10), place


@given(places, channels, moments, agencies)
@settings(max_examples=100)
def test_nobody_is_reached_where_the_law_the_house_or_a_day_off_forbids_it(place, channel, at, agency):
    opening = calendar(agency).next_opening(place, channel, at)
    assert opening
    first = (place.zones or (agency.zone,))[0]
    for share in range(8):
        within = opening.opens_at + (opening.closes_at - opening.opens_at) * share // 8
        assert kept_there(first, place.states, channel, within, agency.state)
        assert day_is_open(agency, within)


@given(st.sampled_from(ZONES), channels, moments, agencies)
@settings(max_examples=100)
def test_the_next_opening_is_not_past_and_final_and_whole(zone, channel, at, agency):
    there, place = calendar(agency), Place((zone,))
    opening = there.next_opening(place, channel, at)
    assert opening
    assert at <= opening.opens_at < opening.closes_at
    assert opening.opens_at.tzinfo is opening.closes_at.tzinfo is UTC
    assert there.next_opening(place, channel, opening.opens_at) == opening
    later = there.next_opening(place, channel, opening.closes_at)
    assert later
    assert later.opens_at > opening.closes_at
    assert there.why_closed(place, channel, opening.opens_at) is None
    assert there.why_closed(place, channel, opening.closes_at) is not None


@given(places, channels, moments)
@settings(max_examples=60)
def test_no_earlier_moment_was_missed(place, channel, at):
    plain = hours()
    opening = calendar(plain).next_opening(place, channel, at)
    assert opening
    while at < opening.opens_at:
        assert not allowed(plain, place, channel, at)
        at += 13 * MINUTE


@given(places, channels, st.dates(date(2025, 12, 1), date(2028, 6, 1)), agencies)
@settings(max_examples=100)
def test_openings_are_in_order_apart_and_the_same_as_one_after_the_other(place, channel, first, agency):
    there = calendar(agency)
    last = first + timedelta(days=70)
    found = list(there.openings(place, channel, first, last))
    assert all(one.closes_at < other.opens_at for one, other in pairwise(found))
    days = [opening.opens_at.astimezone(ZoneInfo(PACIFIC)).date() for opening in found]
    assert all(first <= day <= last for day in days)
    assert all(there.next_opening(place, channel, one.closes_at) == other for one, other in pairwise(found))
    halves = [*there.openings(place, channel, first, first + timedelta(days=33))]
    halves += there.openings(place, channel, first + timedelta(days=34), last)
    assert halves == found


@given(places, channels, moments, agencies)
@settings(max_examples=100)
def test_a_moment_is_open_or_has_a_reason_never_both(place, channel, at, agency):
    there = calendar(agency)
    opening = there.next_opening(place, channel, at)
    assert opening
    closed = there.why_closed(place, channel, at)
    assert (closed is None) == (opening.opens_at <= at)
    if closed:
        assert sentence(closed, channel)
        assert bool(closed.law) == closed.code.startswith("law_")


@given(places, channels, moments)
def test_more_zones_never_open_earlier(place, channel, at):
    """Not even where they share nothing and are given up, for the first is given up last."""
    plain = hours()
    whole = calendar(plain).next_opening(place, channel, at)
    alone = calendar(plain).next_opening(Place(place.zones[:1], place.states), channel, at)
    assert whole
    assert alone
    assert whole.opens_at >= alone.opens_at


def test_a_law_holds_from_its_day_on():
    law = parse_law('state = "CA"\nchannels = ["sms"]\nhours = "12:00-20:00"\nfrom = 2027-01-01\nsource = "A new law"')
    there = calendar(hours(), law)
    old, new = (there.next_opening(HERE, "sms", pacific(*day)) for day in ((2026, 12, 30), (2027, 1, 2)))
    assert [one.opens_at.astimezone(ZoneInfo(PACIFIC)).hour for one in (old, new) if one] == [9, 12]


def parse_law(row: str):
    from schedules.legal import parse_legal_windows

    return parse_legal_windows(f"[[windows]]\n{row}")


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="without a zone"):
        calendar().next_opening(HERE, "sms", pacific(2026, 12, 1).replace(tzinfo=None))


def test_an_agencys_hours_can_be_handed_to_another_process():
    assert pickle.loads(pickle.dumps(hours())) == hours()  # noqa: S301  (our own)


def test_the_house_hours_lie_inside_federal_law():
    assert all(time(8) <= window.opens < window.closes <= time(21) for window in WINDOWS.values())


# --- what a person chose ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "channel", "opening"),
    [
        ("America/Los_Angeles;CA;13-15;", "sms", "Tue 01 13:00-15:00"),
        ("America/Los_Angeles;CA;13-15;", "voice", "Tue 01 13:00-15:00"),
        ("America/Los_Angeles;CA;8-10;", "sms", "Tue 01 09:00-10:00"),
        ("America/Los_Angeles;CA;17-24;", "voice", "Tue 01 17:00-19:00"),
        ("America/Los_Angeles;CA;;2026-12-14", "sms", "Mon 14 09:00-20:00"),
        ("America/Los_Angeles;CA;13-15;2026-12-13", "voice", "Mon 14 13:00-15:00"),
        ("America/New_York;NY;13-15;", "sms", "Tue 01 10:00-12:00"),
        ("America/Los_Angeles|America/New_York;CA;13-15;", "sms", "Tue 01 13:00-15:00"),
        ("America/Los_Angeles|America/New_York;CA;10-16;", "sms", "Tue 01 10:00-13:00"),
    ],
)
def test_what_a_person_chose_narrows_the_window(place, channel, opening):
    assert opens(place, channel, pacific(2026, 12, 1)) == opening


@pytest.mark.parametrize("channel", CHANNELS)
def test_hours_at_night_open_nothing(channel):
    place = parse_place("America/Los_Angeles;CA;20-22;")
    assert calendar(hours()).next_opening(place, channel, pacific(2026, 12, 1)) is None


def test_a_moment_in_a_pause_or_outside_the_hours_says_why():
    place, own = parse_place("America/Los_Angeles;CA;13-15;2026-12-14"), calendar(hours())
    paused = own.why_closed(place, "sms", pacific(2026, 12, 1, 14))
    assert sentence(paused, "sms") == "this person wants nothing before 2026-12-14"
    early = own.why_closed(place, "sms", pacific(2026, 12, 15, 10))
    assert sentence(early, "sms") == "this person chose the hours 13:00-15:00"


@given(places, channels, moments, st.tuples(st.integers(0, 23), st.integers(1, 24)), st.integers(-40, 80))
def test_a_choice_only_ever_takes_away(place, channel, at, chosen, days):
    first, last = min(chosen[0], chosen[1] - 1), max(chosen[0] + 1, chosen[1])
    until = at.date() + timedelta(days=days)
    narrowed = Place(place.zones, place.states, (first, last), until)
    own = calendar(None)
    opening = own.next_opening(narrowed, channel, at)
    if opening is None:
        return
    home = ZoneInfo((place.zones or (own.hours.zone,))[0])
    for moment in (opening.opens_at, opening.closes_at - timedelta(seconds=1)):
        assert own.why_closed(place, channel, moment) is None
        local = moment.astimezone(home)
        assert first <= local.hour < last
        assert local.date() >= until
