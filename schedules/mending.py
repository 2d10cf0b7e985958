"""What would have to change so that all messages fit before their deadlines: tried out, not guessed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from schedules.pacing import Capacity, Fit, Group, Late, fit
from schedules.windows import DAY, Opening

FARTHEST: Final = 2**20
"""Where even so much more of a limit leaves something late, the limit is not what is wrong."""
NEAR_ENOUGH: Final = 1.05
WEEKS_EARLIER: Final = (1, 2, 4)


@dataclass(frozen=True, slots=True)
class Mend:
    """Changes of which each alone lets everything fit."""

    grow: Mapping[str, float]
    """By how much each limit that is in the way must grow; empty where no growth helps."""
    drop: tuple[str, ...]
    """The channels, any of which to leave out."""
    weeks_earlier: int
    """How much earlier the late messages would have to begin; 0 where that does not help."""


Trial = Callable[[Sequence[Group], Mapping[str, Capacity]], Fit]


def mend(
    groups: Sequence[Group],
    found: Fit,
    *,
    limits: Mapping[str, Capacity],
    openings: Mapping[str, Sequence[Opening]],
    booked: Mapping[tuple[str, int], int],
    channel_of: Callable[[Group], str],
) -> Mend:
    """Return what would let everything fit that does not."""

    def tried(several: Sequence[Group], allowed: Mapping[str, Capacity]) -> Fit:
        return fit(several, limits=allowed, openings=openings, booked=booked)

    channels = sorted({channel_of(group) for group in groups})
    kept = {channel: [group for group in groups if channel_of(group) != channel] for channel in channels}
    drop = [channel for channel in channels if kept[channel] and not tried(kept[channel], limits).late]
    return Mend(_growth(tried, groups, limits, found.late), tuple(drop), _weeks(tried, groups, limits, found.late))


def _growth(
    tried: Trial, groups: Sequence[Group], limits: Mapping[str, Capacity], late: Sequence[Late]
) -> dict[str, float]:
    """Return the least factor, to a few percent, by which the limits in the way must grow."""
    names = _in_the_way(tried, groups, limits, late)
    low, high = 1.0, 2.0
    while names and high < FARTHEST and tried(groups, _grown(limits, names, high)).late:
        low, high = high, high * 2
    while names and high / low > NEAR_ENOUGH:
        middle = (low * high) ** 0.5
        if tried(groups, _grown(limits, names, middle)).late:
            low = middle
        else:
            high = middle
    return dict.fromkeys(sorted(names), high)


def _in_the_way(
    tried: Trial, groups: Sequence[Group], limits: Mapping[str, Capacity], late: Sequence[Late]
) -> set[str]:
    """Return the limits that must grow, nothing where that does not help; behind one another may be in the way."""
    names, still = set[str](), late
    while still and (more := {one.limit for one in still} - {""} - names):
        names |= more
        still = tried(groups, _grown(limits, names, FARTHEST)).late
    return set() if still else names


def _grown(limits: Mapping[str, Capacity], names: set[str], factor: float) -> dict[str, Capacity]:
    def grown(capacity: Capacity) -> Capacity:
        def more(hour: int) -> int | None:
            plain = capacity(hour)
            return None if plain is None else int(plain * factor)

        return more

    return {name: grown(capacity) if name in names else capacity for name, capacity in limits.items()}


def _weeks(tried: Trial, groups: Sequence[Group], limits: Mapping[str, Capacity], late: Sequence[Late]) -> int:
    """Return how many weeks earlier the late messages would have to begin."""
    keys = {(one.key, one.deadline) for one in late}
    for weeks in WEEKS_EARLIER:
        sooner = [
            replace(one, earliest=one.earliest - 7 * weeks * DAY) if (one.key, one.deadline) in keys else one
            for one in groups
        ]
        if not tried(sooner, limits).late:
            return weeks
    return 0
