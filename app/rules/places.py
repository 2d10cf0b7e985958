"""Where a person may be, by their address and by their number."""

from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import timezone as phone_zones

from app.rules.states import ZONES_OF_STATE, state_of_area_code, state_of_zip, zones_of_zip
from app.rules.zones import known_zone
from schedules.places import Place

OURS: Final = "+1"
AREA: Final = slice(2, 5)
EXCHANGE: Final = slice(2, 8)
"""A number says no more about its place than these six digits of `+17145550100`."""
MOST_ZONES: Final = 4
"""So many has the state with the most, Alaska."""


def place_of(*, timezone: str | None = None, zip_code: str | None = None, number: str | None = None) -> Place:
    """Return where a person may be: the zones of the address, then those of the number; the states of both.

    Args:
        timezone: The zone that the county gave; it goes before that of the ZIP code.
        zip_code: Of the address.
        number: A phone number in E.164; None for an e-mail address.
    """
    given = (timezone,) if timezone and known_zone(timezone) else zones_of_zip(zip_code or "")
    zones = dict.fromkeys((*given, *zones_of_number(number or "")))
    states = {state_of_zip(zip_code or ""), state_of_number(number or "")} - {None}
    return Place(tuple(zones), tuple(sorted(filter(None, states))))


def state_of_number(number: str) -> str | None:
    """Return the state or territory of a number in E.164, if its area code is known."""
    return state_of_area_code(number[AREA]) if number.startswith(OURS) else None


def zones_of_number(number: str) -> tuple[str, ...]:
    """Return every zone that a number in E.164 may be in; none for one that says nothing."""
    return _zones(number[EXCHANGE]) if number.startswith(OURS) and number[EXCHANGE].isdecimal() else ()


@lru_cache(maxsize=16384)
def _zones(exchange: str) -> tuple[str, ...]:
    """Return the zones that the numbers of an exchange have, else those of the state of its area code."""
    sample = phonenumbers.PhoneNumber(country_code=1, national_number=int(exchange.ljust(6, "2") + "5678"))
    found = tuple(sorted(zone for zone in phone_zones.time_zones_for_number(sample) if known_zone(zone)))
    state = state_of_area_code(exchange[:3])
    # Of a number without a place of its own, such as a new one, the library names every zone of the whole plan.
    return found if 0 < len(found) <= MOST_ZONES else ZONES_OF_STATE[state] if state else ()
