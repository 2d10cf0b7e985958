"""Caps: how often one address may be written to or called, whoever it is for. Pure; all moments are business time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from app.rules.facts import Channel

WITHIN = timedelta(days=30)
A_DAY = timedelta(days=1)
TOO_OFTEN: Final[Mapping[Channel, str]] = MappingProxyType(
    {
        Channel.SMS: "asked_too_often",
        Channel.EMAIL: "asked_too_often",
        Channel.VOICE: "called_often",
    }
)
"""Why a message ends whose address has no turn before its deadline."""


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many on one local day and so many in thirty days, each at least `apart` from the one before."""

    a_day: int
    in_thirty_days: int
    apart: timedelta = timedelta()


def next_turn(cap: Cap, before: Sequence[datetime], now: datetime, zone: str) -> datetime:
    """Return when an address is free again (`now`: at once), given when it was reached in the last thirty days."""
    if not before:
        return now
    last = sorted(before)
    free = max(now, last[-1] + cap.apart)
    if len(last) >= cap.in_thirty_days:
        free = max(free, last[-cap.in_thirty_days] + WITHIN)
    here = ZoneInfo(zone)
    day = free.astimezone(here).date()
    while sum(one.astimezone(here).date() == day for one in last) >= cap.a_day:
        day += A_DAY
        free = datetime.combine(day, time(), here).astimezone(now.tzinfo)
    return free
