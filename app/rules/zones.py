"""Time zones: the known names, and the zone of a ZIP code."""

import re
from functools import lru_cache
from typing import Final
from zoneinfo import available_timezones

PACIFIC: Final = "America/Los_Angeles"
EASTERN: Final = "America/New_York"
CENTRAL: Final = "America/Chicago"
MOUNTAIN: Final = "America/Denver"

# First and last prefix of three digits, where a whole run keeps one zone. Runs that a zone's border
# crosses (the Florida panhandle, Tennessee, the Navajo Nation and others) are left out on purpose.
_RUNS: Final = (
    (5, 5, EASTERN),
    (6, 9, "America/Puerto_Rico"),
    (10, 89, EASTERN),
    (100, 319, EASTERN),
    (326, 339, EASTERN),
    (341, 349, EASTERN),
    (350, 352, CENTRAL),
    (354, 369, CENTRAL),
    (386, 397, CENTRAL),
    (398, 399, EASTERN),
    (430, 459, EASTERN),
    (480, 497, EASTERN),
    (500, 567, CENTRAL),
    (590, 599, MOUNTAIN),
    (600, 658, CENTRAL),
    (700, 714, CENTRAL),
    (716, 797, CENTRAL),
    (798, 799, MOUNTAIN),
    (800, 831, MOUNTAIN),
    (840, 847, MOUNTAIN),
    (850, 859, "America/Phoenix"),
    (863, 864, "America/Phoenix"),
    (870, 885, MOUNTAIN),
    (889, 897, PACIFIC),
    (900, 961, PACIFIC),
    (967, 968, "Pacific/Honolulu"),
    (970, 978, PACIFIC),
    (980, 994, PACIFIC),
    (995, 998, "America/Anchorage"),
)
_BY_PREFIX: Final = {f"{prefix:03}": zone for first, last, zone in _RUNS for prefix in range(first, last + 1)}
_ZIP: Final = re.compile(r"([0-9]{5})(?:[- ]?[0-9]{4})?(?:\.0+)?")


def read_zip(text: str) -> str | None:
    """Return the five digits of a ZIP or ZIP+4 code, or None."""
    found = _ZIP.fullmatch(text.strip())
    return found[1] if found and found[1] != "00000" else None


def zone_of_zip(zip_code: str) -> str | None:
    """Return the IANA zone that all of a ZIP code's area shares, if it has one."""
    digits = read_zip(zip_code)
    return _BY_PREFIX.get(digits[:3]) if digits else None


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


@lru_cache(maxsize=1024)
def known_zone(name: str) -> bool:
    """Tell whether a name is an IANA zone such as `America/Los_Angeles`, spelled exactly."""
    return "/" in name and name in _names()
