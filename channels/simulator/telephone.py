"""The phone at the other end of a call: it asks our service what to say, listens and presses keys."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote, urljoin

from channels.simulator.ledger import Fact, Message
from channels.simulator.outcomes import outcome_for
from channels.simulator.twilio_door import API_VERSION
from channels.simulator.twilio_machines import MACHINE, Machines
from channels.simulator.twiml import BadMarkup, Dial, Gather, Hangup, Play, Redirect, Say, Verb, read_markup
from channels.simulator.world import World

WORDS_OF_CLIP = "x-clip-words"
"""The header in which our service may say what a recording says (UTF-8, percent-encoded)."""
RECORDING = "[recording]"
UNFETCHED = "[a recording that cannot be fetched]"

# Twilio would go on for longer; a reminder that needs more pages than this is in a loop.
_MOST_PAGES = 10
_ERROR = 400
_SUCCESS = range(200, 300)
_UNANSWERED = frozenset({"busy", "no-answer", "failed"})
_TALKED = "30"  # seconds
BY_HAND, BY_ITSELF = "by hand", "by itself"
"""Who pressed a key: somebody who watches, or the person who lives at a magic number."""


@dataclass(slots=True)
class _Listener:
    """Who listens, and what has been heard; one who `waits` leaves a question open for somebody to press."""

    keys: str
    hangs_up: bool = False
    waits: bool = False
    happened: list[tuple[str, str, str]] = field(default_factory=list)
    """What is to be written down: kind, value, and what more there is to say (a recording's address; who pressed)."""
    is_open: bool = False
    over: bool = False

    @property
    def gone(self) -> bool:
        """Whether nothing more is heard now: some hang up after the first words."""
        return self.over or self.is_open or (self.hangs_up and bool(self.heard))

    @property
    def heard(self) -> list[str]:
        """All words that were heard."""
        return [value for kind, value, _ in self.happened if kind == "spoken"]

    def hear(self, words: Iterable[tuple[str, str]]) -> None:
        """Listen to some words, each with the address of its recording or none."""
        spoken = [("spoken", text, recording) for text, recording in words if text]
        self.happened += [*spoken[:1], ("hung_up", "", "")] if self.hangs_up and spoken else spoken

    def ask(self, most: int, url: str) -> None:
        """Be asked for keys, to be told to an address."""
        self.happened.append(("keys", f"{most} {url}", ""))

    def press(self, most: int) -> str:
        """Press the next keys, as many as are asked for."""
        pressed = self.keys[:most] if most else self.keys
        self.keys = self.keys[len(pressed) :]
        return pressed

    def told(self, keys: str) -> None:
        """Note which keys our service is told; none where the time for it went by."""
        self.happened.append(("pressed", keys, BY_HAND if self.waits else BY_ITSELF))


@dataclass(frozen=True, slots=True)
class _Onward:
    """Where the call goes on, and what our service is told there."""

    url: str
    told: Mapping[str, str] = field(default_factory=dict)
    status: str = "in-progress"


@dataclass(frozen=True, slots=True)
class Telephone:
    """Plays calls."""

    world: World
    machines: Machines = field(default_factory=Machines)

    async def answer(self, call: Message) -> bool:
        """Pick up: fetch what is to be said and listen to it; False when our service does not answer."""
        if self.world.ledger.last_fact(call.seq, "spoken"):
            return True  # played before a restart
        outcome = self.machines.outcome(call.recipient)
        listener = _Listener("" if outcome.answered_by == MACHINE else outcome.keys, outcome.hangs_up)
        return await self._listen(call, listener, _Onward(str(call.detail["url"])))

    async def ring(self, call: Message) -> list[str]:
        """Call our service and return what is said up to the first question, or to the end."""
        listener = _Listener("", waits=True)
        answered = await self._listen(call, listener, _Onward(str(call.detail["url"]), status="ringing"))
        self._tell_end(call, listener, answered=answered)
        return listener.heard

    async def press(self, call: Message, digits: str) -> list[str] | None:
        """Press keys at the last question and return what is said then; None if none was asked.

        Without a key the time to press one is over. It works after the call has ended, too: the machine is
        faster than any hand.
        """
        question = self.world.ledger.last_fact(call.seq, "keys")
        if not question:
            return None
        most, _, url = question.partition(" ")
        listener = _Listener(digits, waits=True)
        answered = await self._listen(call, listener, _pressed(listener, url, listener.press(int(most))))
        self._tell_end(call, listener, answered=answered)
        return listener.heard

    async def _listen(self, call: Message, listener: _Listener, first: _Onward) -> bool:
        onward: _Onward | None = first
        answered = False
        for _ in range(_MOST_PAGES):
            if onward is None:
                break
            verbs = await self._fetch(call, onward)
            if verbs is None:
                break
            answered = True
            onward = await self._follow(verbs, onward.url, listener)
        self._note(call, listener)
        return answered

    async def _fetch(self, call: Message, onward: _Onward) -> list[Verb] | None:
        params = {**call_params(self.world, call, onward.status), **onward.told}
        answer = await self.world.poster.post_form(onward.url, params)
        if not answer.heard:
            return None
        try:
            return read_markup(answer.body) if answer.status < _ERROR else [Hangup()]
        except BadMarkup:
            return [Say("An application error has occurred."), Hangup()]

    async def _follow(self, verbs: Sequence[Verb], base: str, listener: _Listener) -> _Onward | None:
        """Go through one page of markup and return where the call goes on."""
        for verb in verbs:
            onward = await self._hear(verb, base, listener)
            if onward is not None or listener.gone:
                return onward
        return None

    async def _hear(self, verb: Verb, base: str, listener: _Listener) -> _Onward | None:
        match verb:
            case Say() | Play():
                listener.hear([await self._words(verb, base)])
            case Gather():
                return await self._asked(verb, base, listener)
            case Dial(number, action):
                listener.hear([(f"[connects to {number}]", "")])
                return _Onward(urljoin(base, action), _connected(number)) if action else None
            case Redirect(url):
                return _Onward(urljoin(base, url))
            case _:
                listener.over = True
        return None

    async def _asked(self, gather: Gather, base: str, listener: _Listener) -> _Onward | None:
        listener.hear([await self._words(prompt, base) for prompt in gather.prompts])
        if listener.gone:
            return None
        url = urljoin(base, gather.action)
        listener.ask(gather.most, url)
        keys = listener.press(gather.most)
        listener.is_open = listener.waits and not keys
        return _pressed(listener, url, keys) if keys or (gather.asks_on_empty and not listener.is_open) else None

    async def _words(self, prompt: Say | Play, base: str) -> tuple[str, str]:
        """Return what is heard, and a recording's address; one that cannot be fetched is an error that is heard."""
        if isinstance(prompt, Say):
            return prompt.words, ""
        url = urljoin(base, prompt.url)
        clip = await self.world.poster.fetch(url, keep=WORDS_OF_CLIP)
        if clip.status not in _SUCCESS:
            return UNFETCHED, ""
        return unquote(clip.kept) or RECORDING, url

    def _note(self, call: Message, listener: _Listener) -> None:
        self.world.ledger.note(Fact(call.seq, *happened) for happened in listener.happened)

    def _tell_end(self, call: Message, listener: _Listener, *, answered: bool) -> None:
        """Write how a call to us stands; the course of a call from us lies in its story."""
        if call.direction == "inbound":
            status = "in-progress" if listener.is_open else "completed"
            self.world.ledger.note([Fact(call.seq, "status", status if answered else "failed")])


def _pressed(listener: _Listener, url: str, keys: str) -> _Onward:
    listener.told(keys)
    return _Onward(url, {"Digits": keys, "msg": "Gather End"})


def _connected(number: str) -> dict[str, str]:
    """Return how a connected line ended: as the magic numbers have it."""
    last = (outcome_for("voice", number).story or ("failed",))[-1]
    ended = last if last in _UNANSWERED else "completed"
    told = {"DialCallSid": "CA" + uuid.uuid4().hex, "DialCallStatus": ended}
    return told | ({"DialCallDuration": _TALKED, "DialBridged": "true"} if ended == "completed" else {})


def call_params(world: World, call: Message, status: str) -> dict[str, str]:
    """Return the fields that every request about a call carries."""
    params: Mapping[str, str] = {
        "AccountSid": world.settings.account_sid,
        "ApiVersion": API_VERSION,
        "CallSid": call.id,
        "CallStatus": status,
        "Called": call.recipient,
        "Caller": call.sender,
        "Direction": call.direction,
        "From": call.sender,
        "To": call.recipient,
    }
    answered_by = str(call.detail["answered_by"]) if status in ("in-progress", "completed") else ""
    return {**params, **({"AnsweredBy": answered_by} if answered_by else {})}
