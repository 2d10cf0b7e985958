"""What a storm is judged by: our rows as they stand at the end, their histories, and the providers' book."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Wanted:
    """A reminder that somebody ought to get: `settled_otherwise` if news may have kept it from leaving."""

    member: str
    step: str
    channel: str
    settled_otherwise: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """A row of ours, as it stands at the end."""

    id: str
    member: str
    step: str
    channel: str
    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try of ours, as it stands at the end."""

    id: str
    message: str
    number: int
    channel: str
    state: str
    intended_at: datetime
    """Business time."""
    intended_on_machine: datetime
    provider_id: str = ""
    leaves_at: datetime | None = None
    """Business time until which the provider was asked to hold it."""
    point: str = ""
    withdrawn: bool = False
    paced: bool = True
    """Whether it keeps to hours; codes and replies do not."""
    by_list: bool = False
    """Whether it was found in a provider's list, by a database that did not know of it; it left before."""


@dataclass(frozen=True, slots=True)
class Move:
    """One change of a status or state, in the order in which they were committed; `old` is empty for a new row."""

    seq: int
    id: str
    message: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a provider took: `heard` is false for what it never let out, or a call that was hung up in silence."""

    id: str
    attempt: str
    channel: str
    accepted_at: datetime
    """Machine time."""
    heard: bool = True
    outcome: str = "delivered"
    """What became of it there: delivered, undelivered, or empty while nobody can say."""
    to: str = ""
    """The address, which nobody shares, and which a channel is to reach once; empty where that is not asked."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A person's stop, when it was committed (business time), for one address."""

    point: str
    channel: str
    at: datetime


@dataclass(frozen=True)
class Evidence:
    """Everything that is judged."""

    wanted: Sequence[Wanted] = ()
    messages: Sequence[Message] = ()
    attempts: Sequence[Attempt] = ()
    accepted: Sequence[Accepted] = ()
    message_moves: Sequence[Move] = ()
    attempt_moves: Sequence[Move] = ()
    stops: Sequence[Stop] = ()
    events_answered: frozenset[str] = frozenset()
    """The ids of county events to which we answered 200."""
    events_kept: frozenset[str] = frozenset()
    zones: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    """In which zones a member may be, by the channel; Los Angeles where nothing is said."""
    forgotten: frozenset[str] = frozenset()
    """The attempts that a database knew of before it was put back to an older state."""

    def beside(self, other: "Evidence") -> "Evidence":
        """Return both together; they are about different people."""
        later = max((move.seq for _, move in self.history), default=0)
        moved = {
            name: [*getattr(self, name), *(replace(move, seq=later + move.seq) for move in getattr(other, name))]
            for name in ("message_moves", "attempt_moves")
        }
        rows = {
            name: [*getattr(self, name), *getattr(other, name)]
            for name in ("wanted", "messages", "attempts", "accepted", "stops")
        }
        sets = {
            name: getattr(self, name) | getattr(other, name) for name in ("events_answered", "events_kept", "forgotten")
        }
        return Evidence(**rows, **moved, **sets, zones={**self.zones, **other.zones})

    @cached_property
    def attempt(self) -> Mapping[str, Attempt]:
        """The attempts by id."""
        return {one.id: one for one in self.attempts}

    @cached_property
    def history(self) -> Sequence[tuple[str, Move]]:
        """All moves in the order in which they came, each with the word for what moved."""
        moves = [("message", move) for move in self.message_moves] + [("attempt", move) for move in self.attempt_moves]
        return sorted(moves, key=lambda one: one[1].seq)

    @cached_property
    def message(self) -> Mapping[str, Message]:
        """The messages by id."""
        return {one.id: one for one in self.messages}

    @cached_property
    def copies(self) -> Mapping[str, list[Accepted]]:
        """What the providers took, by message."""
        found = defaultdict(list)
        for one in self.accepted:
            if one.attempt in self.attempt:
                found[self.attempt[one.attempt].message].append(one)
        return found
