"""An agency's calendar: when a person at a place may be contacted on a channel, and why not at other hours."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, partial
from operator import attrgetter
from typing import Final
from zoneinfo import ZoneInfo

from schedules.clocks import Clock, Daily, DaysOff, Legal, Rule, Weekly, joined
from schedules.closed import REASONS, Closed, sentence
from schedules.legal import LegalWindows
from schedules.places import Place
from schedules.public_holidays import holiday
from schedules.windows import DAY, WINDOWS, ContactWindow, Opening

__all__ = ["REASONS", "AgencyHours", "Calendar", "Closed", "sentence"]

ALWAYS: Final = datetime.min.replace(tzinfo=UTC)
DAYS_AHEAD: Final = 120
"""How far an opening is looked for; a place that is open on none of these days is open nowhere."""
BLOCK: Final = 32
"""So many days are computed at once, and kept."""
BLOCKS_KEPT: Final = 2048
USEFUL: Final = timedelta(hours=1)
"""A place whose zones share less than this on every day has to do with fewer of them."""
SAMPLES: Final = ((1, 8), (7, 8))
"""Month and day at which a fortnight of winter time and one of summer time are looked at."""
FORTNIGHT: Final = timedelta(days=13)


@dataclass(frozen=True, slots=True)
class AgencyHours:
    """What an agency adds to the hours of the law: its own zone and windows, closures, days it leaves alone."""

    zone: str
    windows: Mapping[str, ContactWindow] = field(default_factory=dict)
    """By channel, on the agency's own clock; where there is none, the house's."""
    closures: frozenset[date] = frozenset()
    skip_days: frozenset[int] = frozenset()
    """Days of the month on which the county's own system writes to people."""
    skip_dates: frozenset[date] = frozenset()
    state: str = ""
    """Whose public holidays are kept beside the federal ones."""


class Calendar:
    """One agency's calendar.

    A moment is open if the house's window, the law and no holiday close it on any clock of the place, and neither
    the agency's window nor its days off on the agency's clock. What the person chose only ever takes hours and days
    away from that.
    """

    def __init__(self, hours: AgencyHours, law: LegalWindows | None = None) -> None:
        self.hours = hours
        self._zone = ZoneInfo(hours.zone)
        self._law = law or LegalWindows(())
        self._holidays = DaysOff("holiday", partial(holiday, hours.state))
        self._days_off: tuple[Rule, ...] = (
            DaysOff("closure", partial(_date_in, hours.closures)),
            self._holidays,
            DaysOff("skip_day", partial(_day_in, hours.skip_days)),
            DaysOff("skip_date", partial(_date_in, hours.skip_dates)),
        )
        self._block = lru_cache(maxsize=BLOCKS_KEPT)(self._computed)
        self._clocks = lru_cache(maxsize=BLOCKS_KEPT)(self._chosen)
        self._stretches = lru_cache(maxsize=BLOCKS_KEPT)(Clock.stretches)

    def openings(self, place: Place, channel: str, first: date, last: date) -> Iterator[Opening]:
        """Give the stretches in which the channel is open at a place, in order; they open on these agency's days."""
        resumes, always = self._resumes(place), place.unpaused
        for number in range(first.toordinal() // BLOCK, last.toordinal() // BLOCK + 1):
            for opening in self._block(always, channel, number):
                left = Opening(max(opening.opens_at, resumes), opening.closes_at)
                if left.opens_at < left.closes_at and first <= self._day(left.opens_at) <= last:
                    yield left

    def next_opening(self, place: Place, channel: str, at: datetime) -> Opening | None:
        """Return the rest of the opening that `at` falls into, else the next one whole; None if there is none.

        Raises:
            ValueError: `at` has no zone.
        """
        if at.tzinfo is None:
            raise ValueError("a moment without a zone has no opening")
        at, always = max(at.astimezone(UTC), self._resumes(place)), place.unpaused
        today = self._day(at).toordinal()
        for number in range((today - 1) // BLOCK, (today + DAYS_AHEAD) // BLOCK + 1):
            block = self._block(always, channel, number)
            found = bisect_right(block, at, key=attrgetter("closes_at"))
            if found < len(block):
                return Opening(max(at, block[found].opens_at), block[found].closes_at)
        return None

    def why_closed(self, place: Place, channel: str, at: datetime) -> Closed | None:
        """Return why a moment is closed, None if it is open; a law is named if nothing else closes it.

        The agency's own reasons go first, then those of the house.
        """
        opening = self.next_opening(place, channel, at)
        if opening and opening.opens_at <= at:
            return None
        clocks = self._clocks(place.unpaused, channel, _first(self._day(at).toordinal() // BLOCK).year)
        found = [why for clock in clocks if (why := clock.why_closed(at))]
        if at < self._resumes(place):
            found.append(Closed("paused", str(place.paused_until)))
        return next((why for why in found if not why.law), found[0] if found else self._clock_change(channel))

    def _resumes(self, place: Place) -> datetime:
        """Return when a pause is over on every clock of the place; long ago if there is none.

        It stands outside the blocks, which are kept: of pauses there are as many as people who want one.
        """
        if place.paused_until is None:
            return ALWAYS
        zones = [ZoneInfo(zone) for zone in place.zones] or [self._zone]
        return max(datetime.combine(place.paused_until, time(), zone).astimezone(UTC) for zone in zones)

    def _clock_change(self, channel: str) -> Closed:
        """Return the reason of an hour that comes twice: only one of the two is open."""
        window = self._window(channel)
        return Closed(f"{self._whose(channel)}_hours", f"{window.opens:%H:%M}-{window.closes:%H:%M}")

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._zone).date()

    def _window(self, channel: str) -> ContactWindow:
        return self.hours.windows.get(channel, WINDOWS[channel])

    def _whose(self, channel: str) -> str:
        return "agency" if channel in self.hours.windows else "house"

    def _computed(self, place: Place, channel: str, number: int) -> tuple[Opening, ...]:
        first = _first(number)
        last = first + (BLOCK - 1) * DAY
        clocks = self._clocks(place, channel, first.year)
        found = joined([self._stretches(clock, first - DAY, last + DAY) for clock in clocks])
        return tuple(opening for opening in found if first <= self._day(opening.opens_at) <= last)

    def _chosen(self, place: Place, channel: str, year: int) -> tuple[Clock, ...]:
        """Return the clocks to keep, the agency's first.

        All of them, if they leave an opening now and then in winter and in summer. Else the number's zones are given
        up, from the last to the first; at the end the agency's window, but never the law where the person is.
        """
        choices = list(self._choices(place))
        for zones, whole in choices:
            if self._opens_all_year(self._plain(zones, place.states, channel, whole=whole), year):
                break
        clocks = self._with_days_off(zones, place.states, channel, whole=whole)
        return self._as_chosen(clocks, place, self._plain(zones, place.states, channel, whole=whole), year)

    def _as_chosen(
        self, clocks: tuple[Clock, ...], place: Place, plain: tuple[Clock, ...], year: int
    ) -> tuple[Clock, ...]:
        """Return the clocks with the hours that the person chose: on each clock of the place, or on the likeliest.

        They are never a reason to give up a zone: then we would call where it may be night.
        """
        if place.hours is None:
            return clocks
        theirs = [Clock(clock.zone, (Daily("chosen", *place.hours),)) for clock in clocks[1:]]
        return (*clocks, *(theirs if self._opens_all_year((*plain, *theirs), year) else theirs[:1]))

    def _opens_all_year(self, clocks: tuple[Clock, ...], year: int) -> bool:
        """Say whether clocks leave an opening now and then, in winter and in summer."""
        return all(self._opens(clocks, date(year, *day)) for day in SAMPLES)

    def _choices(self, place: Place) -> Iterator[tuple[tuple[str, ...], bool]]:
        zones = place.zones or (self.hours.zone,)
        for count in range(len(zones), 0, -1):
            yield zones[:count], True
        yield zones[:1], False

    def _opens(self, clocks: tuple[Clock, ...], first: date) -> bool:
        found = joined([self._stretches(clock, first, first + FORTNIGHT) for clock in clocks])
        return any(opening.closes_at - opening.opens_at >= USEFUL for opening in found)

    def _plain(
        self, zones: tuple[str, ...], states: tuple[str, ...], channel: str, *, whole: bool
    ) -> tuple[Clock, ...]:
        """Return the clocks of an ordinary week: the agency's, with its window if `whole`, and each of the place's."""
        own: tuple[Rule, ...] = (Weekly(self._whose(channel), self._window(channel)),) if whole else ()
        legal: tuple[Rule, ...] = tuple(map(Legal, self._law.about(states, channel)))
        theirs: tuple[Rule, ...] = (Weekly("house", WINDOWS[channel]), *legal)
        return (Clock(self._zone, own), *(Clock(ZoneInfo(zone), theirs) for zone in zones))

    def _with_days_off(
        self, zones: tuple[str, ...], states: tuple[str, ...], channel: str, *, whole: bool
    ) -> tuple[Clock, ...]:
        own, *theirs = self._plain(zones, states, channel, whole=whole)
        return (
            Clock(own.zone, (*self._days_off, *own.rules)),
            *(Clock(clock.zone, (self._holidays, *clock.rules)) for clock in theirs),
        )


def _first(number: int) -> date:
    """Return the first day of a block."""
    return date.fromordinal(number * BLOCK)


def _date_in(dates: frozenset[date], day: date) -> str:
    return day.isoformat() if day in dates else ""


def _day_in(days: frozenset[int], day: date) -> str:
    return str(day.day) if day.day in days else ""
