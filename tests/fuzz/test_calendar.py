"""A hundred thousand places, channels, moments and agencies: nobody is reached when a rule forbids it, no hour is lost.

Not part of the ordinary run: `make fuzz`. The judge is `calendar_world.allowed`, which looks at one moment on every
clock. Half of the moments lie around the nights when clocks change, leap days, holidays and year ends.
"""

import random
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.rules.states import ZONES_OF_STATE
from schedules.calendar import REASONS, SAMPLES, AgencyHours, Calendar
from schedules.places import STATES, Place
from schedules.windows import WINDOWS, ContactWindow, Opening
from tests.schedules.calendar_world import (
    CHANNELS,
    DATES,
    FIRST,
    LAW,
    PACIFIC,
    SPECIAL,
    ZONES,
    allowed,
    day_is_open,
    hours_are_open,
    in_window,
    kept_there,
    lawful,
    local,
)

CASES, AGENCIES = 100_000, 400
MINUTE, QUARTER = timedelta(minutes=1), timedelta(minutes=15)
LOOKED_INTO = 29
"""Every so many cases in which zones were given up, it is worked out by hand that they had to be."""
STATES_IN_ORDER = sorted(STATES)


def test_a_hundred_thousand_cases_keep_every_rule():
    dice = random.Random(20261123)  # noqa: S311  (a test's dice)
    seen: Counter[str] = Counter()
    for _ in range(AGENCIES):
        hours = an_agency(dice)
        calendar = Calendar(hours, LAW)
        for _ in range(CASES // AGENCIES):
            place, channel, at = a_place(dice), dice.choice(CHANNELS), a_moment(dice)
            seen[judged(calendar, place, channel, at)] += 1
    assert seen.total() >= CASES
    assert set(seen) >= {"open", "given up", "house_hours", "house_weekday", "agency_hours", "holiday", "skip_day"}
    assert {"closure", "skip_date", "agency_weekday", "law_hours", "law_weekday"} <= set(seen) <= {
        *REASONS, "open", "given up",
    }  # fmt: skip


def judged(calendar: Calendar, place: Place, channel: str, at: datetime) -> str:
    """Check one case and say what it was about."""
    case = (calendar.hours, place, channel, at)
    opening = calendar.next_opening(place, channel, at)
    assert opening, case
    assert at <= opening.opens_at < opening.closes_at, case
    assert calendar.next_opening(place, channel, opening.opens_at) == opening, case
    closed = calendar.why_closed(place, channel, at)
    assert (closed is None) == (opening.opens_at == at), case
    if closed:
        assert bool(closed.law) == closed.code.startswith("law_"), case
    length = opening.closes_at - opening.opens_at
    given_up = not all(
        allowed(calendar.hours, place, channel, opening.opens_at + length * share // 8) for share in range(8)
    )
    (whenever_given_up if given_up else whole)(calendar.hours, place, channel, at, opening)
    return "given up" if given_up else closed.code if closed else "open"


def whole(hours: AgencyHours, place: Place, channel: str, at: datetime, opening: Opening) -> None:
    """An opening begins as soon as everything allows it, and ends when something does not."""
    case = (hours, place, channel, at)
    assert not allowed(hours, place, channel, opening.closes_at), case
    if opening.opens_at > at:
        assert not allowed(hours, place, channel, at), case
        assert not allowed(hours, place, channel, opening.opens_at - timedelta(microseconds=1)), case


def whenever_given_up(hours: AgencyHours, place: Place, channel: str, at: datetime, opening: Opening) -> None:
    """Where clocks share too little, the first zone's own hours, the law and the agency's days off still hold."""
    case = (hours, place, channel, at)
    first = (place.zones or (hours.zone,))[0]
    for share in range(4):
        within = opening.opens_at + (opening.closes_at - opening.opens_at) * share // 4
        assert kept_there(first, place.states, channel, within, hours.state), case
        assert day_is_open(hours, within), case
    if at.minute % LOOKED_INTO == 0:
        assert any(shares_too_little(hours, place, channel, date(year, *day)) for year in years(at) for day in SAMPLES)


def shares_too_little(hours: AgencyHours, place: Place, channel: str, first: date) -> bool:
    """Whether all clocks together leave no hour in an ordinary fortnight, looked at every quarter of an hour."""
    ordinary = AgencyHours(hours.zone, hours.windows)
    begin = datetime.combine(first, time(), ZoneInfo(hours.zone)).astimezone(UTC)
    open_ = [ordinarily(ordinary, place, channel, begin + count * QUARTER) for count in range(14 * 24 * 4)]
    return not any(all(open_[count : count + 4]) for count in range(len(open_) - 3))


def ordinarily(hours: AgencyHours, place: Place, channel: str, at: datetime) -> bool:
    return hours_are_open(hours, channel, at) and all(
        in_window(WINDOWS[channel], local(at, zone)) and lawful(place.states, channel, local(at, zone))
        for zone in place.zones or (hours.zone,)
    )


def years(at: datetime) -> set[int]:
    """The years by whose fortnights the days around a moment may have been judged."""
    return {at.year - 1, at.year}


def an_agency(dice: random.Random) -> AgencyHours:
    own = {channel: a_window(dice, channel) for channel in CHANNELS if dice.random() < 0.4}
    skip_days = frozenset(dice.sample(range(1, 32), dice.choice([0, 0, 1, 3])))
    closures, skip_dates = (frozenset(dice.sample(DATES, dice.choice([0, 1, 2]))) for _ in range(2))
    return AgencyHours(PACIFIC, own, closures, skip_days, skip_dates, "CA")


def a_window(dice: random.Random, channel: str) -> ContactWindow:
    house = WINDOWS[channel]
    opens, length = dice.randrange(6 * 60, 18 * 60, 15), dice.choice([60, 90, 180, 480])
    closes = min(opens + length, 21 * 60)
    middle = time(12), time(14)
    begins, ends = time(opens // 60, opens % 60), time(closes // 60, closes % 60)
    lasting = min(ends, house.closes) > max(begins, house.opens)
    days = dice.sample(sorted(house.weekdays), dice.choice([1, 5, len(house.weekdays)]))
    return ContactWindow(*((begins, ends) if lasting else middle), frozenset(days))


def a_place(dice: random.Random) -> Place:
    if dice.random() < 0.4:
        state = dice.choice(STATES_IN_ORDER)
        return Place(ZONES_OF_STATE[state], (state,))
    zones = dice.sample(ZONES, dice.choice([0, 1, 2, 2, 3]))
    return Place(tuple(zones), tuple(sorted(dice.sample(STATES_IN_ORDER, dice.choice([0, 1, 2])))))


def a_moment(dice: random.Random) -> datetime:
    if dice.random() < 0.5:
        return dice.choice(SPECIAL) + dice.randrange(-36 * 60, 60 * 60) * MINUTE
    begin = datetime.combine(FIRST, time(), SPECIAL[0].tzinfo)
    return begin + dice.randrange((date(2029, 12, 1) - FIRST).days * 24 * 60) * MINUTE
