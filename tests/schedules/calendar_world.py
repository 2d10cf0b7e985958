"""Places, agencies and moments for the calendar, and a judge of moments that is too slow to be wrong."""

from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from app.rules.states import ZONES_OF_STATE
from schedules.calendar import AgencyHours, Calendar
from schedules.legal import LegalWindows, parse_legal_windows
from schedules.places import STATES, Place
from schedules.public_holidays import holiday
from schedules.windows import WINDOWS, ContactWindow

PACIFIC = "America/Los_Angeles"
CHANNELS = tuple(WINDOWS)
LAW = parse_legal_windows(files("schedules").joinpath("legal_windows.toml").read_text("utf-8"))
ZONES = tuple(sorted({zone for zones in ZONES_OF_STATE.values() for zone in zones} | {
    "America/Menominee", "America/Kentucky/Louisville", "America/North_Dakota/Center", "America/Juneau",
    "Pacific/Saipan", "America/St_Thomas",
}))  # fmt: skip
FIRST, DAYS = date(2025, 12, 20), 365 * 4
SPECIAL = [
    datetime(*day, tzinfo=UTC)
    for day in (
        (2026, 3, 8), (2026, 11, 1), (2027, 3, 14), (2027, 11, 7), (2028, 2, 29), (2026, 12, 31), (2026, 11, 26),
    )
]  # fmt: skip
"""Clocks change, a leap day, a year's end, a holiday."""

moments = st.builds(lambda minutes: datetime(2025, 12, 20, tzinfo=UTC) + timedelta(minutes=minutes),
                    st.integers(0, DAYS * 24 * 60)) | st.builds(
    lambda day, minutes: day + timedelta(minutes=minutes), st.sampled_from(SPECIAL), st.integers(-36 * 60, 60 * 60)
)  # fmt: skip
channels = st.sampled_from(CHANNELS)
places = st.builds(
    lambda zones, states: Place(tuple(zones), tuple(sorted(states))),
    st.lists(st.sampled_from(ZONES), max_size=3, unique=True),
    st.sets(st.sampled_from(sorted(STATES)), max_size=2),
)
DATES = [date(2026, 11, 27), date(2026, 12, 24), date(2027, 3, 15), date(2028, 2, 29), date(2026, 12, 31)]


def windows(channel: str) -> st.SearchStrategy[ContactWindow]:
    """Windows that an agency may have for a channel."""
    house = WINDOWS[channel]
    return st.builds(
        lambda opens, length, days: ContactWindow(
            time(opens // 60, opens % 60), time((opens + length) // 60, (opens + length) % 60), frozenset(days)
        ),
        st.integers(9 * 60, 17 * 60),
        st.integers(120, 240),
        st.sets(st.sampled_from(sorted(house.weekdays)), min_size=1),
    )


agency_windows = st.fixed_dictionaries({}, optional={channel: windows(channel) for channel in CHANNELS})
agencies = st.builds(
    lambda own, closures, skip_days, skip_dates: AgencyHours(
        PACIFIC, own, frozenset(closures), frozenset(skip_days), frozenset(skip_dates), "CA"
    ),
    agency_windows,
    st.sets(st.sampled_from(DATES), max_size=2),
    st.sets(st.integers(1, 31), max_size=3),
    st.sets(st.sampled_from(DATES), max_size=2),
)


def calendar(hours: AgencyHours | None = None, law: LegalWindows | None = LAW) -> Calendar:
    return Calendar(hours or AgencyHours(PACIFIC, state="CA"), law)


def local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


def in_window(window: ContactWindow, at: datetime) -> bool:
    return at.weekday() in window.weekdays and window.opens <= at.time() < window.closes


def lawful(states: tuple[str, ...], channel: str, at: datetime) -> bool:
    """Whether every law of these states allows a moment of the person's own clock."""
    rules = [
        rule
        for rule in LAW.rules
        if rule.state in {*states, "US"}
        and channel in rule.channels
        and at.weekday() in rule.weekdays
        and rule.begins <= at.date() <= rule.ends
    ]
    return all(rule.hours is not None and rule.hours[0] <= at.time() < rule.hours[1] for rule in rules)


def kept_there(zone: str, states: tuple[str, ...], channel: str, at: datetime, holidays_of: str) -> bool:
    """Whether the person's own clock allows a moment."""
    there = local(at, zone)
    return (
        in_window(WINDOWS[channel], there) and lawful(states, channel, there) and not holiday(holidays_of, there.date())
    )


def day_is_open(hours: AgencyHours, at: datetime) -> bool:
    """Whether the agency leaves the day alone."""
    day = local(at, hours.zone).date()
    off = day in hours.closures | hours.skip_dates or day.day in hours.skip_days
    return not off and not holiday(hours.state, day)


def hours_are_open(hours: AgencyHours, channel: str, at: datetime) -> bool:
    return in_window(hours.windows.get(channel, WINDOWS[channel]), local(at, hours.zone))


def allowed(hours: AgencyHours, place: Place, channel: str, at: datetime) -> bool:
    """Whether everything allows a moment, by every zone of the place and the agency's own."""
    zones = place.zones or (hours.zone,)
    return (
        day_is_open(hours, at)
        and hours_are_open(hours, channel, at)
        and all(kept_there(zone, place.states, channel, at, hours.state) for zone in zones)
    )
