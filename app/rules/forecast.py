"""What a season will look like: counts by day, hour, channel and language against lanes and call centre."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

from app.rules.reasons import sentence

A_HUNDREDTH: Final = 2
FINE: Final = 4
"""Decimals of what may be far below one."""
ROUNDING: Final = 0.005
UNREACHED_BY: Final = (
    "no_contact_point", "no_consent", "consent_expired", "opted_out", "landline", "contact_bounced",
    "contact_wrong_person", "contact_opted_out", "channel_not_chosen", "no_sender", "cannot_render", "deadline_passed",
    "asked_too_often", "words_not_approved",
)  # fmt: skip
"""Why a person for whom something falls due may be reached on no channel; other reasons mean that nothing is due."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is due in an hour of a day, on the agency's clock, on one channel in one language."""

    day: date
    hour: int
    channel: str
    language: str
    messages: int
    segments: int
    cost: float
    call_backs: float
    forced_by: str = ""
    """Which characters make its texts cost more segments."""


@dataclass(frozen=True, slots=True)
class Silent:
    """What will not be sent, counted under the day on which it would have been due, and why."""

    day: date
    channel: str
    language: str | None
    status: str
    reason: str
    messages: int


@dataclass(frozen=True, slots=True)
class Lane:
    """How much of a lane's rate its busiest hour takes."""

    channel: str
    per_second: float
    day: date
    hour: int
    share: float


@dataclass(frozen=True, slots=True)
class LateOnes:
    """Messages that find no room before their deadline, and what is in their way."""

    channel: str
    deadline: date
    messages: int
    limit: str


@dataclass(frozen=True)
class Forecast:
    """The coming time of one agency."""

    agency: str
    first: date
    last: date
    lines: Sequence[Line]
    silent: Sequence[Silent]
    lanes: Sequence[Lane]
    capacity: Mapping[tuple[date, int], float]
    """Calls that the call centre can take, by day and hour; empty if it has no bounds."""
    unreached: Mapping[str, int]
    """People whom nothing reaches, by reason; who has several reasons is in each."""
    unreached_people: int = 0
    late: Sequence[LateOnes] = ()
    changes: Sequence[str] = ()
    """What would let everything fit, in sentences."""

    @property
    def fits(self) -> bool:
        """Say whether everything finds room before its deadline."""
        return not self.late

    @cached_property
    def calls(self) -> Mapping[tuple[date, int], float]:
        """Expected call-backs by day and hour."""
        found = Counter[tuple[date, int]]()
        for line in self.lines:
            found[line.day, line.hour] += line.call_backs  # type: ignore[assignment]  # (a counter adds up anything)
        return found

    @cached_property
    def too_many_calls(self) -> frozenset[tuple[date, int]]:
        """The days and hours in which more calls are expected than the call centre can take."""
        over = (at for at, calls in self.calls.items() if calls > self.capacity.get(at, calls) + ROUNDING)
        return frozenset(over)

    @cached_property
    def days(self) -> list[dict[str, Any]]:
        """One row for each day on which something is due."""
        by_day = defaultdict[date, list[Line]](list)
        for line in self.lines:
            by_day[line.day].append(line)
        return [self._day(day, lines) for day, lines in sorted(by_day.items())]

    @property
    def busiest(self) -> tuple[date, int] | None:
        """The hour with the most messages."""
        found = Counter[tuple[date, int]]()
        for line in self.lines:
            found[line.day, line.hour] += line.messages
        return min(found, key=lambda at: (-found[at], at)) if found else None

    @property
    def totals(self) -> dict[str, Any]:
        """Everything added up."""
        return {
            **_sums(self.lines),
            "not_sent": sum(one.messages for one in self.silent),
            "unreached_people": self.unreached_people,
            "late": sum(one.messages for one in self.late),
        }

    def shown(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        at = self.busiest
        return {
            "agency": self.agency, "from": self.first, "to": self.last, "fits": self.fits, "totals": self.totals,
            "busiest_hour": at and {"day": at[0], "hour": at[1]}, "changes": list(self.changes),
            "late": [asdict(one) for one in self.late], "lanes": [asdict(one) for one in self.lanes],
            "unreached": [
                {"reason": reason, "people": people, "sentence": sentence(reason)}
                for reason, people in sorted(self.unreached.items(), key=lambda pair: (-pair[1], pair[0]))
            ],
            "days": self.days, "data": [asdict(line) for line in self.lines],
            "not_sent": [asdict(one) for one in self.silent],
        }  # fmt: skip

    def _day(self, day: date, lines: Sequence[Line]) -> dict[str, Any]:
        by_hour, by_channel = Counter[int](), Counter[str]()
        for line in lines:
            by_hour[line.hour] += line.messages
            by_channel[line.channel] += line.messages
        taken = (calls for (on, _), calls in self.capacity.items() if on == day)
        capacity = round(sum(taken), FINE) if self.capacity else None
        sums = _sums(lines)
        return {
            "day": day, **{channel: by_channel[channel] for channel in ("sms", "email", "voice")},
            "messages": sums["messages"], "segments": sums["segments"], "cost": sums["cost"],
            "call_backs": sums["call_backs"], "capacity": capacity,
            "busiest_hour": min(by_hour, key=lambda hour: (-by_hour[hour], hour)),
        }  # fmt: skip


def counted(count: float, one: str, more: str = "") -> str:
    """Return a count with its noun: 1 message, 2 messages, 1,200 messages."""
    shown = f"{count:,.0f}"
    return f"{shown} {one if shown == '1' else more or one + 's'}"


def no_room(count: int, by: str = "") -> str:
    """Return that so many messages, on a channel if one is named, find no room."""
    return f"{counted(count, 'message')}{by and f' by {by}'} {'finds' if count == 1 else 'find'} no room"


def _sums(lines: Iterable[Line]) -> dict[str, Any]:
    several = list(lines)
    return {
        "messages": sum(line.messages for line in several),
        "segments": sum(line.segments for line in several),
        "cost": round(sum(line.cost for line in several), A_HUNDREDTH),
        "call_backs": round(sum(line.call_backs for line in several), A_HUNDREDTH),
    }
