"""What bounds an agency's season, and what each of its messages takes of it: lanes, call centre, opening hours."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import blake2s
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from app.db.transaction import Row, Session
from app.pipeline.lanes import RATE_NAMES
from app.pipeline.sizes import sizes
from app.rules.agency import Agency
from app.rules.facts import Channel
from app.rules.wording_checks import SEGMENTS, SEGMENTS_OTHER
from schedules.calendar import Calendar
from schedules.pacing import HOUR, ONE, Capacity, Group, start_of
from schedules.pacing import Loads as Load
from schedules.places import parse_place
from schedules.windows import Opening

CALL_CENTRE: Final = "call_centre"
"""The name of this limit; those of the lanes are their channels."""


class Alike(NamedTuple):
    """Messages that are alike, as the database groups them."""

    channel: str
    place: str
    template: str
    language: str
    earliest: datetime
    deadline: datetime
    n: int


def limits_of(agency: Agency) -> dict[str, Capacity]:
    """Return what bounds an agency: the rates that it set, and what its call centre can take."""
    limits: dict[str, Capacity] = {
        str(channel): partial(_rate, int(agency.rates[name] * HOUR * ONE))
        for channel, name in RATE_NAMES.items()
        if agency.rates.get(name)
    }
    if agency.call_centre:
        limits[CALL_CENTRE] = partial(_calls, agency, ZoneInfo(agency.timezone))
    return limits


def openings_of(
    calendar: Calendar, wanted: Collection[str], since: datetime, until: datetime
) -> dict[str, list[Opening]]:
    """Return the openings of each channel and place."""
    zone = ZoneInfo(calendar.hours.zone)
    first, last = since.astimezone(zone).date() - timedelta(days=1), until.astimezone(zone).date()
    return {
        where: [
            Opening(max(one.opens_at, since), one.closes_at)
            for one in calendar.openings(parse_place(where.partition("|")[2]), channel_of(where), first, last)
            if one.closes_at > since
        ]
        for where in sorted(wanted)
    }


def channel_of(where: str) -> str:
    """Return the channel of openings."""
    return where.partition("|")[0]


def _rate(capacity: int, _hour: int) -> int:
    return capacity


def _calls(agency: Agency, zone: ZoneInfo, hour: int) -> int | None:
    """Return the calls that can be taken in an hour."""
    local = start_of(hour).astimezone(zone)
    calls = 0 if local.date() in agency.closures else agency.call_centre.capacity(local.weekday(), local.hour)
    return None if calls is None else int(calls * ONE)


@dataclass(frozen=True, slots=True)
class Loads:
    """What a message takes: segments or a place of its lane, and a part of a call."""

    agency: Agency
    segments: Mapping[tuple[str, str], int]

    @classmethod
    async def of(cls, session: Session, agency: Agency, asked: Collection[tuple[str, str]]) -> "Loads":
        """Measure the texts, if a rate of segments is set."""
        measured = await sizes(session, agency, asked) if RATE_NAMES[Channel.SMS] in agency.rates else {}
        return cls(agency, {pair: max(size.count, 1) for pair, size in measured.items()})

    def of_one(self, channel: str, template: str, language: str) -> Load:
        """Return what one message takes of each limit."""
        size = 1
        if channel == Channel.SMS:
            size = self.segments.get((template, language), SEGMENTS.get(language, SEGMENTS_OTHER))
        return ((CALL_CENTRE, round(self.agency.call_centre.call_back(channel) * ONE)), (channel, size * ONE))


def group_of(row: Row[Any] | Alike, loads: Loads) -> Group:
    """Make a group; which of two with one deadline goes first is drawn, the same each time."""
    name = f"{row.channel}|{row.place}|{row.template}|{row.language}"
    drawn = blake2s(name.encode(), digest_size=4).hexdigest()
    return Group(
        f"{drawn} {name}", row.n, loads.of_one(row.channel, row.template, row.language),
        f"{row.channel}|{row.place}", row.earliest, row.deadline,
    )  # fmt: skip
