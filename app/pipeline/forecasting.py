"""Forecasting: drafts the coming months by the rules that send, counts the draft, and keeps nothing of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.db import forecast
from app.db.transaction import Database, Row
from app.pipeline.drafting import Drafting
from app.pipeline.lanes import PRICE_NAMES, RATE_NAMES
from app.pipeline.loads import CALL_CENTRE, channel_of
from app.pipeline.pacing import Fit
from app.pipeline.sizes import sizes
from app.rules.agency import DEFAULT_RATES, Agency
from app.rules.facts import Channel
from app.rules.forecast import UNREACHED_BY, Forecast, Lane, LateOnes, Line, Silent
from app.rules.wording_checks import Size
from schedules.ladders.model import Anchor, Offset
from schedules.mending import Mend
from schedules.pacing import HOUR, hour_of, start_of

FROM_HERE_WHOLE: Final = 10
PLANNED: Final = "planned"
Sizes = Mapping[tuple[str, str], Size]


class Forecasting:
    """Says what is to come."""

    def __init__(self, database: Database, *, drafting: Drafting) -> None:
        self._database, self._drafting = database, drafting

    async def months(self, agency: Agency, months: int) -> Forecast:
        """Return the forecast of so many months from today."""
        async with self._database.transaction(None) as tx:
            today = agency.day(tx.now)
        return await self.until(agency, Offset(Anchor.ON, months=months).day(today, {}))

    async def until(self, agency: Agency, last: date) -> Forecast:
        """Return the forecast until the end of a day."""
        zone = ZoneInfo(agency.timezone)
        ends = datetime.combine(last + timedelta(days=1), time(), zone)
        async with self._database.transaction(agency.id) as tx:
            fit = await self._drafting.draft(tx.session, agency, ends)
            paced = _paced(fit, zone, ends)
            rows = await forecast.counts(tx.session, agency.id, agency.timezone, ends, planned=not paced)
            going: Sequence[_Due | Row[Any]] = [*paced, *(row for row in rows if row.status == PLANNED)]
            measured = await sizes(
                tx.session, agency, {(row.template, row.language) for row in going if row.channel == Channel.SMS}
            )
            unreached, people = await forecast.unreached(tx.session, agency.id, ends, UNREACHED_BY)
            first = tx.now.astimezone(zone).date()
        lines = _lines(going, agency, measured)
        return Forecast(
            agency.code, first, last, lines, _silent(rows), _lanes(lines, agency), _capacity(first, last, agency),
            unreached, people, _late(fit, zone, ends), changes(fit.mend(), agency),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Due:
    """How many of one template, language and channel are due in an hour."""

    day: date
    hour: int
    channel: str
    language: str
    template: str
    n: int


def _paced(fit: Fit, zone: ZoneInfo, ends: datetime) -> list[_Due]:
    """Return what is due hour by hour, where lanes and call centre decide it."""
    last = hour_of(ends)
    clock = {hour: start_of(hour).astimezone(zone) for hour in {hour for _, hour, _ in fit.hours()} if hour < last}
    return [
        _Due(at.date(), at.hour, row.channel, row.language, row.template, n)
        for row, hour, n in fit.hours()
        if (at := clock.get(hour))
    ]


def _lines(rows: Sequence[_Due | Row[Any]], agency: Agency, measured: Sizes) -> list[Line]:
    """Add up the templates of an hour, a channel and a language."""
    several = defaultdict[tuple[date, int, str, str], list[_Due | Row[Any]]](list)
    for row in rows:
        several[row.day, row.hour, row.channel, row.language or "en"].append(row)
    return [_line(key, templates, agency, measured) for key, templates in sorted(several.items())]


def _line(key: tuple[date, int, str, str], rows: Sequence[_Due | Row[Any]], agency: Agency, measured: Sizes) -> Line:
    day, hour, channel, language = key
    messages = sum(row.n for row in rows)
    texts = [(row.n, measured[row.template, language]) for row in rows if channel == Channel.SMS]
    segments = sum(n * max(size.count, 1) for n, size in texts)
    return Line(
        day, hour, channel, language, messages, segments, round(_cost(agency, channel, messages, segments), 4),
        round(messages * agency.call_centre.call_back(channel), 4),
        ", ".join(sorted({size.cause for _, size in texts if size.cause})),
    )  # fmt: skip


def _cost(agency: Agency, channel: str, messages: int, segments: int) -> float:
    """Return what messages cost; a call is taken for a minute."""
    return agency.prices[PRICE_NAMES[Channel(channel)]] * (segments if channel == Channel.SMS else messages)


def _silent(rows: Iterable[Row[Any]]) -> list[Silent]:
    counts: dict[tuple[date, str, str | None, str, str], int] = defaultdict(int)
    for row in rows:
        if row.status != PLANNED:
            counts[row.day, row.channel, row.language, row.status, row.reason or ""] += row.n
    return [Silent(*key, n) for key, n in sorted(counts.items(), key=lambda pair: tuple(map(str, pair[0])))]


def _lanes(lines: Sequence[Line], agency: Agency) -> list[Lane]:
    """Return the busiest hour of each lane, against the rate that it has or would have live."""
    taken: dict[str, dict[tuple[date, int], int]] = defaultdict(lambda: defaultdict(int))
    for line in lines:
        taken[line.channel][line.day, line.hour] += line.segments or line.messages
    found = []
    for channel, hours in sorted(taken.items()):
        name = RATE_NAMES[Channel(channel)]
        rate = agency.rates.get(name) or DEFAULT_RATES[name]
        day, hour = min(hours, key=lambda at: (-hours[at], at))
        found.append(Lane(channel, rate, day, hour, round(hours[day, hour] / (rate * HOUR), 4)))
    return found


def _capacity(first: date, last: date, agency: Agency) -> dict[tuple[date, int], float]:
    """Return what the call centre can take in every hour; nothing on a day on which the agency is closed."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)] if agency.call_centre else []
    return {
        (day, hour): calls
        for day in days
        for hour in range(24)
        if (calls := agency.call_centre.capacity(day.weekday(), hour)) is not None and day not in agency.closures
    }


def _late(fit: Fit, zone: ZoneInfo, ends: datetime) -> list[LateOnes]:
    """Return what is late, by channel, last day and limit."""
    counts: dict[tuple[str, date, str], int] = defaultdict(int)
    for one in fit.late:
        if one.earliest < ends:
            last = (one.deadline - timedelta(microseconds=1)).astimezone(zone).date()
            counts[channel_of(one.where), last, one.limit] += one.count
    return [LateOnes(channel, day, n, limit) for (channel, day, limit), n in sorted(counts.items())]


def changes(mend: Mend | None, agency: Agency) -> list[str]:
    """Say what would let everything fit, each sentence a change; several limits in the way must all be raised."""
    if mend is None:
        return []
    said = []
    if mend.grow:
        said.append("Raise " + " and ".join(_raised(name, factor, agency) for name, factor in mend.grow.items()) + ".")
    if mend.weeks_earlier:
        weeks = f"{mend.weeks_earlier} week{'s' if mend.weeks_earlier > 1 else ''}"
        said.append(f"Or begin what is late {weeks} earlier.")
    said += [f"Or leave out {NAMES[channel]}." for channel in mend.drop]
    return said or ["No single change helps: add hours in which calls are answered, or split the season."]


NAMES: Final = {"sms": "the texts", "email": "the e-mails", "voice": "the calls"}


def _raised(name: str, factor: float, agency: Agency) -> str:
    """Name a limit with the value that it would need."""
    if name != CALL_CENTRE:
        setting = RATE_NAMES[Channel(name)]
        return f"`rates.{setting}` to {_up(agency.rates[setting] * factor)}"
    calls = agency.call_centre.calls_per_hour
    if calls is None or agency.call_centre.hours:
        return f"the calls that the call centre takes by {factor - 1:.0%} in every hour"
    return f"`call_centre.calls_per_hour` to {_up(calls * factor)}"


def _up(value: float) -> str:
    """Write a value rounded up, so that it is enough: whole from 10 on, else to hundredths."""
    parts = 1 if value >= FROM_HERE_WHOLE else 100
    return f"{ceil(value * parts) / parts:g}"
