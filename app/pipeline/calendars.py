"""The almanac: the dated constants, the law's hours, and every agency's calendar made of them."""

from datetime import date
from functools import lru_cache
from typing import Final

from app.rules.agency import Agency
from schedules.calendar import AgencyHours, Calendar
from schedules.constants import Constants
from schedules.legal import LegalWindows
from schedules.windows import ContactWindow

STATE: Final = "CA"
"""Medi-Cal is California's: every agency is there, and keeps its public holidays."""
KEPT: Final = 256
Windows = tuple[tuple[str, ContactWindow], ...]
Dates = frozenset[date]


class Almanac:
    """What the law and the programs say of times; hands out calendars."""

    def __init__(self, constants: Constants, law: LegalWindows) -> None:
        self.constants, self.law = constants, law
        self._calendar = lru_cache(maxsize=KEPT)(self._built)

    def calendar_of(self, agency: Agency) -> Calendar:
        """Return an agency's calendar; the same one as long as nothing that it says of its hours changed."""
        return self._calendar(
            agency.timezone,
            tuple(sorted(agency.contact_hours.items(), key=lambda pair: pair[0])),
            frozenset(agency.closures),
            frozenset(agency.skip_days),
            frozenset(agency.skip_dates),
        )

    def _built(
        self, zone: str, windows: Windows, closures: Dates, skip_days: frozenset[int], skip_dates: Dates
    ) -> Calendar:
        return Calendar(AgencyHours(zone, dict(windows), closures, skip_days, skip_dates, STATE), self.law)
