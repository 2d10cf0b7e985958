"""Pacing: gives the draft's messages times that its agency's lanes and call centre can keep up with.

An agency that sets neither rates nor a call centre is not paced: everything is due as soon as it may be. A lane
is an agency's own (senders belong to one agency), and so is its rate: no agency's season can slow another's.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from app.db import pacing
from app.db.transaction import Row, Session
from app.pipeline.loads import Alike, Loads, channel_of, group_of, limits_of, openings_of
from app.rules.agency import Agency
from schedules.calendar import Calendar
from schedules.mending import WEEKS_EARLIER, Mend, mend
from schedules.pacing import Capacity, Group, Late, fit, hour_of, start_of
from schedules.pacing import Fit as Fitted
from schedules.windows import Opening

FEW: Final = 100
CROWD: Final = 2000
"""Up to `FEW` newcomers among more than these find themselves a place without anybody being moved."""
AHEAD: Final = (2, 10, 30, 1000)
"""How many days they look ahead, one after the other."""
GROUPED_BY: Final = ("channel", "place", "template", "language", "earliest", "deadline")
BEFORE: Final = timedelta(weeks=max(WEEKS_EARLIER))


Rows = Sequence[Row[Any]]


@dataclass(frozen=True, slots=True)
class Fit:
    """How everything fits, what does not, and how to find out what would have to change."""

    late: tuple[Late, ...] = ()
    groups: tuple[Group, ...] = ()
    limits: Mapping[str, Capacity] | None = None
    openings: Mapping[str, Sequence[Opening]] | None = None
    booked: Mapping[tuple[str, int], int] | None = None
    fitted: Fitted | None = None
    rows: Rows = ()

    def hours(self) -> Iterator[tuple[Row[Any], int, int]]:
        """Give how many of each group are due in which hour (counted from 1970)."""
        for row, shares in zip(self.rows, self.fitted.shares if self.fitted else (), strict=True):
            for share in shares:
                yield row, hour_of(share.begins), share.count

    def mend(self) -> Mend | None:
        """Try out what would let everything fit; None if it does."""
        if self.fitted is None or not self.late:
            return None
        return mend(
            self.groups, self.fitted, limits=self.limits or {}, openings=self.openings or {},
            booked=self.booked or {}, channel_of=lambda group: channel_of(group.where),
        )  # fmt: skip


async def pace(session: Session, agency: Agency, calendar: Calendar) -> Fit:
    """Spread the draft's new messages over the hours before their deadlines; return what does not fit.

    Who has more time makes room for whom it presses. Only a few newcomers among very many find themselves a
    place without anybody being moved: one event may not cost what a season costs.
    """
    limits = limits_of(agency)
    scope = await pacing.scope(session) if limits else None
    if scope is None:
        return Fit()
    season = _Season(session, agency, calendar, limits, max(start_of(hour_of(scope.since)), session.now))
    if scope.n <= FEW and not await pacing.are_few(session, agency.id, season.since, scope.until, CROWD):
        return await season.in_between()
    rows, found = await season.anew()
    await pacing.give(session, _columns(rows, found))
    return found


async def foresee_pace(session: Session, agency: Agency, calendar: Calendar) -> Fit:
    """Return how whatever is planned or drafted from now on fits; no message and no draft learns its time."""
    limits = limits_of(agency)
    if not limits:
        return Fit()
    _, found = await _Season(session, agency, calendar, limits, session.now).anew(keep=False)
    return found


async def pace_again(session: Session, agency: Agency, calendar: Calendar) -> int:
    """Move what waits in hours that are too full, as they are since rates or call centre changed; return how many."""
    season = _Season(session, agency, calendar, limits_of(agency), session.now)
    if not await season.is_too_full():
        return 0
    rows, found = await season.anew()
    return await pacing.move(session, _columns(rows, found))


@dataclass(frozen=True, slots=True)
class _Season:
    """One agency's hours from a moment on, to be filled."""

    session: Session
    agency: Agency
    calendar: Calendar
    limits: Mapping[str, Capacity]
    since: datetime

    async def anew(self, *, keep: bool = True) -> tuple[Rows, Fit]:
        """Fit everybody from the moment on."""
        rows = await pacing.everybody(self.session, self.agency.id, self.since, keep=keep)
        until = max((row.deadline for row in rows), default=self.since)
        return rows, replace(self._fit(await self._groups(rows), until, {}), rows=rows)

    async def is_too_full(self) -> bool:
        """Say whether more is due in some hour to come than a limit allows."""
        rows = (
            await pacing.hours(self.session, self.agency.id, start_of(hour_of(self.since) + 1)) if self.limits else []
        )
        loads = await Loads.of(self.session, self.agency, {(row.template, row.language) for row in rows})
        taken = Counter[tuple[str, int]]()
        for row in rows:
            for name, load in loads.of_one(row.channel, row.template, row.language):
                taken[name, row.hour] += load * row.n
        allowed = {key: self.limits[key[0]](key[1]) for key in taken if key[0] in self.limits}
        return any(most is not None and taken[key] > most for key, most in allowed.items())

    async def in_between(self) -> Fit:
        """Fit a few newcomers into the room that many others leave, and give them their times."""
        alike = defaultdict[tuple[Any, ...], list[Row[Any]]](list)
        for row in await pacing.newcomers(self.session, self.since):
            alike[tuple(getattr(row, name) for name in GROUPED_BY)].append(row)
        rows = [Alike._make((*key, len(several))) for key, several in alike.items()]
        groups, found = await self._groups(rows), Fit()
        for days in AHEAD:
            ends = min(self.since + timedelta(days=days), max(group.deadline for group in groups))
            found = self._fit(groups, ends, await self._filled(groups, ends))
            if not found.late:
                break
        await pacing.give_each(self.session, list(_times(alike.values(), found)))
        return found

    async def _groups(self, rows: Sequence[Row[Any] | Alike]) -> list[Group]:
        loads = await Loads.of(self.session, self.agency, {(row.template, row.language) for row in rows})
        return [group_of(row, loads) for row in rows]

    async def _filled(self, groups: Sequence[Group], until: datetime) -> Counter[tuple[str, int]]:
        """Return what is taken of the open hours, as far as the last message of each shows."""
        openings = openings_of(self.calendar, {group.where for group in groups}, self.since, until)
        asked = {
            hour
            for several in openings.values()
            for one in several
            for hour in range(hour_of(one.opens_at), hour_of(one.closes_at) + 1)
        }
        parts = await pacing.filled(self.session, self.agency.id, sorted(asked))
        return Counter({
            (name, hour): int(part * capacity) + 1
            for hour, part in parts.items()
            for name, limit in self.limits.items()
            if (capacity := limit(hour)) is not None
        })  # fmt: skip

    def _fit(self, groups: Sequence[Group], until: datetime, taken: Mapping[tuple[str, int], int]) -> Fit:
        begin = max(self.since - BEFORE, self.session.now)
        openings = openings_of(self.calendar, {group.where for group in groups}, begin, until)
        fitted = fit(groups, limits=self.limits, openings=openings, booked=taken)
        return Fit(fitted.late, tuple(groups), self.limits, openings, taken, fitted)


def _times(alike: Iterable[Sequence[Row[Any]]], found: Fit) -> Iterator[tuple[str, datetime]]:
    """Give each message its time, by where it stands in the draft."""
    for rows, shares in zip(alike, found.fitted.shares if found.fitted else (), strict=True):
        for share in shares:
            for number in range(share.count):
                yield rows[share.first + number].at, share.begins + timedelta(seconds=number * share.gap)


def _columns(rows: Rows, found: Fit) -> dict[str, list[Any]]:
    """Return the groups and their shares, column by column; a share names its group by number, from 1 on."""
    shares = found.fitted.shares if found.fitted else []
    flat = [(number, share) for number, several in enumerate(shares, 1) for share in several]
    groups: dict[str, list[Any]] = {name: [getattr(row, name) for row in rows] for name in GROUPED_BY}
    columns = {name: [getattr(share, name) for _, share in flat] for name in ("first", "begins", "gap")}
    return {**groups, "number": [number for number, _ in flat], **columns}
