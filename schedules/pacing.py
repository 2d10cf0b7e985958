"""Pacing: spreads messages over the hours before their deadlines, so that no lane and no county line drowns.

The messages of the earliest deadline choose first, and each takes the first hour that has room for it. What
is left when a deadline comes is spread evenly over the last openings before it, and reported. The same input
gives the same answer in whatever order it comes, and whoever comes later displaces only later deadlines.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Final

from schedules.windows import DAY, Opening

HOUR: Final = 3600
ONE: Final = 1_000_000
"""Loads and capacities are counted in whole millionths, so that adding them up never drifts."""
LAST_DAYS: Final = 3 * DAY
"""Over how many days before its deadline, at most, what does not fit is spread."""

Capacity = Callable[[int], int | None]
"""What a limit allows in an hour (counted from 1970): millionths; None for no limit."""
Loads = tuple[tuple[str, int], ...]
"""What one message takes of each limit, in millionths."""


@dataclass(frozen=True, slots=True)
class Group:
    """Messages that are alike: the same openings, load, deadline and earliest moment."""

    key: str
    """Decides between groups of one deadline; groups of one key share openings and loads."""
    count: int
    loads: Loads
    where: str
    """Which openings are theirs."""
    earliest: datetime
    deadline: datetime


@dataclass(frozen=True, slots=True)
class Share:
    """Some of a group, one after the other: number `first` at `begins`, each next one `gap` seconds later."""

    first: int
    count: int
    begins: datetime
    gap: float
    fits: bool = True


@dataclass(frozen=True, slots=True)
class Late:
    """How many of a key and deadline find no room, and which limit is in their way."""

    key: str
    where: str
    earliest: datetime
    deadline: datetime
    count: int
    loads: Loads
    limit: str


@dataclass(frozen=True, slots=True)
class Fit:
    """When everything is due, what does not fit, and the load of each limit and hour."""

    shares: Sequence[tuple[Share, ...]]
    """In the order in which the groups came."""
    late: tuple[Late, ...]
    load: Mapping[tuple[str, int], int]


def fit(
    groups: Sequence[Group],
    *,
    limits: Mapping[str, Capacity],
    openings: Mapping[str, Sequence[Opening]],
    booked: Mapping[tuple[str, int], int],
) -> Fit:
    """Give every message its time; `openings` are in order for each `where`, `booked` is load by limit and hour."""
    board = _Board(limits, openings, Counter(booked))
    shares: dict[int, tuple[Share, ...]] = {}
    late: list[Late] = []
    ordered = sorted(enumerate(groups), key=lambda one: (one[1].deadline, one[1].key, one[1].earliest))
    for _, same in groupby(ordered, key=lambda one: (one[1].deadline, one[1].key)):
        entries = [(place, one, board.place(one)) for place, one in same]
        lefts = [one.count - sum(share.count for share in found) for _, one, found in entries]
        if any(lefts):
            late.append(board.late([one for _, one, _ in entries], sum(lefts)))
        for (place, one, found), left in zip(entries, lefts, strict=True):
            shares[place] = (*found, *board.squeeze(one, left))
    return Fit([shares[place] for place in range(len(groups))], tuple(late), board.used)


@dataclass(frozen=True, slots=True)
class _Piece:
    """The part of an hour that an opening covers, in seconds since 1970."""

    hour: int
    begins: int
    ends: int


@dataclass(slots=True)
class _Pieces:
    """All hours of some openings, and for each kind of load where the next hour with room is."""

    pieces: list[_Piece]
    ends: list[int]
    free: dict[Loads, list[int]] = field(default_factory=dict)

    def next_free(self, loads: Loads, at: int) -> int:
        """Return the first hour from `at` on that is not known to be full; shortens the way for the next."""
        free = self.free.setdefault(loads, list(range(len(self.pieces) + 1)))
        root = at
        while free[root] != root:
            root = free[root]
        while free[at] != root:
            free[at], at = root, free[at]
        return root


class _Board:
    """What is taken of each limit, hour by hour."""

    def __init__(
        self, limits: Mapping[str, Capacity], openings: Mapping[str, Sequence[Opening]], used: Counter[tuple[str, int]]
    ) -> None:
        self.used = used
        self._limits, self._capacity = limits, dict[tuple[str, int], int | None]()
        self._pieces = {where: _cut(several) for where, several in openings.items()}

    def place(self, group: Group) -> list[Share]:
        """Give as many of a group as find room their time."""
        hours = self._pieces[group.where]
        earliest, deadline = _seconds(group.earliest), _seconds(group.deadline)
        at, left, shares = bisect_right(hours.ends, earliest), group.count, list[Share]()
        while left and (at := hours.next_free(group.loads, at)) < len(hours.pieces):
            whole = hours.pieces[at]
            piece = _Piece(whole.hour, max(whole.begins, earliest), min(whole.ends, deadline))
            if piece.begins >= piece.ends:
                break
            taken = min(left, self._room(piece, group.loads, left))
            if taken:
                shares.append(self._take(piece, group.loads, taken, group.count - left))
                left -= taken
            if not self._room(whole, group.loads, 1):
                hours.free[group.loads][at] = at + 1
            at += 1
        return shares

    def squeeze(self, group: Group, left: int) -> list[Share]:
        """Spread what found no room evenly over the last openings."""
        if not left:
            return []
        pieces = self._last(group)
        if not pieces:
            return [Share(group.count - left, left, group.earliest, 0.0, fits=False)]
        total, before, shares = sum(one.ends - one.begins for one in pieces), 0, list[Share]()
        first = group.count - left
        for piece in pieces:
            until = before + piece.ends - piece.begins
            count = left * until // total - left * before // total
            if count:
                gap = (piece.ends - piece.begins) / count
                shares.append(Share(first, count, _moment(piece.begins), gap, fits=False))
                self._add(piece.hour, group.loads, count)
            first, before = first + count, until
        return shares

    def late(self, entries: Sequence[Group], count: int) -> Late:
        """Say which limit was in the way of a key's messages most."""
        first = entries[0]
        blame = Counter(self._fullest(piece.hour, one.loads) for one in entries for piece in self._last(one))
        limit = min(blame, key=lambda name: (-blame[name], name), default="")
        earliest = min(one.earliest for one in entries)
        return Late(first.key, first.where, earliest, first.deadline, count, first.loads, limit)

    def _last(self, group: Group) -> list[_Piece]:
        """Return the hours of the last openings before a group's deadline."""
        hours = self._pieces[group.where]
        earliest, deadline = _seconds(group.earliest), _seconds(group.deadline)
        begin = bisect_right(hours.ends, earliest)
        found = [
            _Piece(one.hour, max(one.begins, earliest), min(one.ends, deadline))
            for one in hours.pieces[begin : bisect_right(hours.ends, deadline) + 1]
            if one.begins < deadline
        ]
        since = found[-1].ends - LAST_DAYS.total_seconds() if found else 0
        return [one for one in found if one.begins >= since]

    def _room(self, piece: _Piece, loads: Loads, most: int) -> int:
        """Return how many more messages, up to `most`, a piece of an hour can take."""
        for name, load in loads:
            capacity = self._of(name, piece.hour)
            if capacity is not None and load:
                part = capacity * (piece.ends - piece.begins) // HOUR
                most = min(most, (part - self.used[name, piece.hour]) // load)
        return max(most, 0)

    def _take(self, piece: _Piece, loads: Loads, count: int, first: int) -> Share:
        """Book messages into a piece of an hour: the k-th of the hour is due k/capacity into it."""
        begins = self._filled(piece.hour, loads)
        self._add(piece.hour, loads, count)
        ends = self._filled(piece.hour, loads)
        return Share(first, count, _moment(piece.begins + begins), (ends - begins) / count)

    def _filled(self, hour: int, loads: Loads) -> float:
        """Return how far an hour is filled, in seconds, by the fullest of the limits that these loads touch."""
        filled = [
            self.used[name, hour] / capacity for name, load in loads if load and (capacity := self._of(name, hour))
        ]
        return HOUR * max(filled, default=0.0)

    def _fullest(self, hour: int, loads: Loads) -> str:
        """Name the limit that leaves the smallest part of an hour to these loads."""
        known = [(name, capacity) for name, load in loads if load and (capacity := self._of(name, hour)) is not None]
        free = [((capacity - self.used[name, hour]) / max(capacity, 1), name) for name, capacity in known]
        return min(free)[1] if free else ""

    def _add(self, hour: int, loads: Loads, count: int) -> None:
        for name, load in loads:
            self.used[name, hour] += load * count

    def _of(self, name: str, hour: int) -> int | None:
        """Return what a limit allows in an hour."""
        key = name, hour
        if key not in self._capacity:
            self._capacity[key] = self._limits[name](hour) if name in self._limits else None
        return self._capacity[key]


def hour_of(moment: datetime) -> int:
    """Return the hour of a moment, counted from 1970."""
    return _seconds(moment) // HOUR


def start_of(hour: int) -> datetime:
    """Return the moment at which an hour begins."""
    return _moment(hour * HOUR)


def _cut(openings: Sequence[Opening]) -> _Pieces:
    """Cut openings into hours."""
    pieces = [
        _Piece(hour, max(hour * HOUR, begins), min((hour + 1) * HOUR, ends))
        for begins, ends in ((_seconds(one.opens_at), _seconds(one.closes_at)) for one in openings)
        for hour in range(begins // HOUR, -(-ends // HOUR))
    ]
    return _Pieces(pieces, [one.ends for one in pieces])


def _seconds(moment: datetime) -> int:
    return -int(-moment.timestamp() // 1)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
