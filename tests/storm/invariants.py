"""What must hold after a storm, as pure questions to what was kept: our rows, their histories, the provider's book.

Each finding names the invariant that it breaks and the ids it is about; no finding at all is a storm survived.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.rules.statuses import FOLLOWS, Status
from tests.storm.evidence import Accepted, Attempt, Evidence, Message

TERMINAL = frozenset({"delivered", "undelivered", "failed", "unknown", "canceled", "skipped", "expired"})
OPEN = frozenset({"intended", "unclear", "accepted"})
"""The states of an attempt that keep another one from being made."""
PROVEN = frozenset({"rejected", "absent", "undelivered"})
"""The states that let a message be sent once more."""
SKEW = timedelta(milliseconds=5)
"""Two processes of one machine read its clock a moment apart."""
HOURS: Mapping[str, tuple[time, time]] = {
    "sms": (time(9), time(20)), "email": (time(9), time(20)), "voice": (time(10), time(19)),
}  # fmt: skip
SUNDAY = 6
ZONE = "America/Los_Angeles"
ONE_ID_A_REQUEST = frozenset({"email"})
"""The channels whose provider names a whole request, for up to a thousand people."""
REACHED = frozenset({"sent", "delivered", "undelivered", "unknown"})
"""What a message can be that a provider has."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One break."""

    invariant: str
    what: str
    about: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.invariant}: {self.what} ({', '.join(self.about)})"


Question = Callable[[Evidence], Iterator[Finding]]


def no_send_without_intent(seen: Evidence) -> Iterator[Finding]:
    """I1: nothing is at a provider without an intent that was written before."""
    for one in seen.accepted:
        attempt = seen.attempt.get(one.attempt)
        if attempt is None and one.attempt in seen.forgotten:
            continue
        if attempt is None:
            yield Finding("I1", "sent without an intent", (one.id, one.attempt))
        elif not attempt.by_list and one.accepted_at + SKEW < attempt.intended_on_machine:
            yield Finding("I1", "sent before its intent", (one.id, one.attempt))


def one_open_attempt(seen: Evidence) -> Iterator[Finding]:
    """I2: a message has at most one open attempt, at every moment."""
    open_: dict[str, set[str]] = defaultdict(set)
    for kind, move in seen.history:
        mine = open_[move.message]
        if kind == "message":
            if move.new == "undelivered":
                mine.clear()
            continue
        (mine.add if move.new in OPEN else mine.discard)(move.id)
        if len(mine) > 1:
            yield Finding("I2", "two open attempts", (move.message, *sorted(mine)))


def evidence_before_a_second_attempt(seen: Evidence) -> Iterator[Finding]:
    """I3: before each further attempt the one before was rejected, proven absent, or answered with "undelivered"."""
    state: dict[str, str] = {}
    last: dict[str, str] = {}
    for kind, move in seen.history:
        if kind == "message":
            if move.new == "undelivered" and move.id in last:
                state[last[move.id]] = move.new
            continue
        if not move.old:
            before = last.get(move.message)
            if before is not None and state[before] not in PROVEN:
                yield Finding("I3", f"tried again while the attempt before was {state[before]}", (move.message, before))
            last[move.message] = move.id
        state[move.id] = move.new


def a_provider_id_belongs_to_one_attempt(seen: Evidence) -> Iterator[Finding]:
    """I4: an id of a provider stands at one attempt, and at the one that its message was sent by."""
    theirs: dict[str, set[str]] = defaultdict(set)
    for one in seen.accepted:
        theirs[one.attempt].add(one.id)
    taken: dict[tuple[str, str], str] = {}
    for attempt in seen.attempts:
        key = (attempt.channel, attempt.provider_id)
        if not attempt.provider_id:
            continue
        if key in taken and attempt.channel not in ONE_ID_A_REQUEST:
            yield Finding("I4", "one provider id at two attempts", (attempt.id, taken[key]))
        taken[key] = attempt.id
        if theirs[attempt.id] and attempt.provider_id not in theirs[attempt.id]:
            yield Finding("I4", "a provider id at a foreign attempt", (attempt.id, attempt.provider_id))


def status_never_falls(seen: Evidence) -> Iterator[Finding]:
    """I5: each change of a status is a step of the table."""
    by_list = {attempt.message for attempt in seen.attempts if attempt.by_list}  # what is found there may have ended
    for move in seen.message_moves:
        found = move.id in by_list and move.old == "planned" and move.new in REACHED
        if move.old and move.old != move.new and not found and not _may_follow(move.old, move.new):
            yield Finding("I5", f"{move.old} became {move.new}", (move.id,))


def _may_follow(old: str, new: str) -> bool:
    """Say whether a status may become another: by one step, or by two within one transaction (by way of sent)."""
    steps = FOLLOWS[Status(old)]
    by_way = {further for step in steps for further in FOLLOWS[step] if step in {Status.SENT, Status.SENDING}}
    return Status(new) in steps | by_way


def everything_ends(seen: Evidence) -> Iterator[Finding]:
    """I6: nothing is left open beyond its limits."""
    for message in seen.messages:
        if message.status not in TERMINAL:
            yield Finding("I6", f"still {message.status}", (message.id,))
    for attempt in seen.attempts:
        if attempt.state in {"intended", "unclear"} and not _held(seen, attempt):
            yield Finding("I6", f"attempt still {attempt.state}", (attempt.id,))


def acceptances_agree(seen: Evidence) -> Iterator[Finding]:
    """I7: what the providers took is what we hold for accepted, no more and no less."""
    there = Counter(one.attempt for one in seen.accepted)
    heard = {one.attempt for one in seen.accepted if one.heard}
    for attempt in seen.attempts:
        if attempt.state == "accepted" and not there[attempt.id]:
            yield Finding("I7", "accepted, and not at the provider", (attempt.id,))
        if attempt.id in heard and attempt.state != "accepted" and not (attempt.withdrawn or _held(seen, attempt)):
            yield Finding("I7", f"at the provider, and {attempt.state} here", (attempt.id,))


def outcomes_agree(seen: Evidence) -> Iterator[Finding]:
    """I7 too: what became of a message there is what we say became of it."""
    for message in seen.messages:
        arrived = [one.outcome for one in seen.copies.get(message.id, ()) if one.heard]
        if arrived and message.status not in REACHED:
            yield Finding("I7", f"it arrived, and is {message.status} here", (message.id,))
        if message.status == "delivered" and "delivered" not in arrived:
            yield Finding("I7", "delivered here, and not there", (message.id,))
        if message.status == "undelivered" and "delivered" in arrived:
            yield Finding("I7", "delivered there, and undelivered here", (message.id,))


def _held(seen: Evidence, attempt: Attempt) -> bool:
    """Say whether it is left to a person: listed as unknown."""
    known = seen.message.get(attempt.message)
    return known is not None and known.status == "unknown"


def nobody_is_written_to_in_vain(seen: Evidence) -> Iterator[Finding]:
    """I8: nothing is sent outside its hours, or after a stop."""
    stopped = {(stop.point, stop.channel): stop.at for stop in seen.stops}
    for attempt in seen.attempts:
        for at in _local(seen, attempt) if attempt.paced and not attempt.by_list else ():
            opens, closes = HOURS[attempt.channel]
            sunday = attempt.channel == "voice" and at.weekday() == SUNDAY
            if sunday or not opens <= at.time() < closes:
                yield Finding("I8", f"sent at {at:%a %d %b %H:%M %Z}", (attempt.id,))
        stop = stopped.get((attempt.point, attempt.channel))
        if stop is not None and attempt.paced and attempt.intended_at > stop and attempt.state == "accepted":
            yield Finding("I8", "sent after a stop", (attempt.id,))


def _local(seen: Evidence, attempt: Attempt) -> Iterator[datetime]:
    """Return when an attempt left, in each zone in which the person may be."""
    known = seen.message.get(attempt.message)
    zones = seen.zones.get((known.member, attempt.channel), ()) if known is not None else ()
    for zone in zones or (ZONE,):
        yield (attempt.leaves_at or attempt.intended_at).astimezone(ZoneInfo(zone))


def nothing_is_lost(seen: Evidence) -> Iterator[Finding]:
    """Lost: whoever ought to hear did, or our row says in so many words why not; what was answered 200 is kept."""
    by_key: dict[tuple[str, str, str], list[Message]] = defaultdict(list)
    for message in seen.messages:
        by_key[message.member, message.step, message.channel].append(message)
    for want in seen.wanted:
        rows = by_key[want.member, want.step, want.channel]
        about = (want.member, want.step, want.channel)
        if not rows:
            yield Finding("lost", "never planned", about)
        elif not want.settled_otherwise and not any(_reached_or_told(seen, row) for row in rows):
            yield Finding("lost", f"never sent, and {rows[-1].status} ({rows[-1].reason})", about)
    for event in sorted(seen.events_answered - seen.events_kept):
        yield Finding("lost", "an event that was answered is not kept", (event,))


def _reached_or_told(seen: Evidence, row: Message) -> bool:
    """Say whether a provider has it and so do we, or it is listed for a person."""
    return row.status == "unknown" or (row.status in REACHED and bool(seen.copies.get(row.id)))


def nothing_is_doubled(seen: Evidence) -> Iterator[Finding]:
    """Doubled: one message reaches a person once, unless the first copy surely did not arrive; one reminder a step."""
    for message, copies in seen.copies.items():
        heard = [one for one in copies if _arrived(one)]
        if len(heard) > 1:
            yield Finding("doubled", f"heard {len(heard)} times", (message, *(one.id for one in heard)))
    heard_of = Counter(
        (message.member, message.step, message.channel)
        for message in seen.messages
        if any(one.heard for one in seen.copies.get(message.id, ()))
    )
    for key, times in heard_of.items():
        if times > 1:
            yield Finding("doubled", f"{times} reminders for one step", key)
    reminders = [one for one in seen.accepted if one.attempt not in seen.attempt or seen.attempt[one.attempt].paced]
    arrived = Counter((one.to, one.channel) for one in reminders if one.to and _arrived(one))
    for (to, channel), times in arrived.items():
        if times > 1:
            yield Finding("doubled", f"one person heard {times} times by {channel}", (to,))


def _arrived(one: Accepted) -> bool:
    return one.heard and one.outcome != "undelivered"


QUESTIONS: Mapping[str, Question] = {
    "I1": no_send_without_intent, "I2": one_open_attempt, "I3": evidence_before_a_second_attempt,
    "I4": a_provider_id_belongs_to_one_attempt, "I5": status_never_falls, "I6": everything_ends,
    "I7": acceptances_agree, "I7 outcomes": outcomes_agree, "I8": nobody_is_written_to_in_vain, "lost": nothing_is_lost,
    "doubled": nothing_is_doubled,
}  # fmt: skip


def judge(seen: Evidence) -> Mapping[str, list[Finding]]:
    """Ask every question; return the findings by name, none where it holds."""
    return {name: list(question(seen)) for name, question in QUESTIONS.items()}
