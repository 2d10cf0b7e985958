"""The phone at the other end of a call: it asks our service what to say, listens and presses keys."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin

from channels.simulator.ledger import Fact, Message
from channels.simulator.outcomes import outcome_for
from channels.simulator.twilio_door import API_VERSION
from channels.simulator.twiml import BadMarkup, Gather, Hangup, Redirect, Say, Verb, read_markup
from channels.simulator.world import World

# Twilio would go on for longer; a reminder that needs more pages than this is in a loop.
_MOST_PAGES = 10
_ERROR = 400


@dataclass(slots=True)
class _Listener:
    """Who listens, and what has been heard."""

    keys: str
    hangs_up: bool
    heard: list[str] = field(default_factory=list)
    keys_url: str = ""

    @property
    def gone(self) -> bool:
        """Whether the person has hung up, which some do after the first words."""
        return self.hangs_up and bool(self.heard)

    def hear(self, words: Iterable[str]) -> None:
        """Listen to some words."""
        spoken = [text for text in words if text]
        self.heard += spoken[:1] if self.hangs_up else spoken


@dataclass(frozen=True, slots=True)
class _Onward:
    url: str
    digits: str | None = None


@dataclass(frozen=True, slots=True)
class Telephone:
    """Plays calls."""

    world: World

    async def answer(self, call: Message) -> bool:
        """Pick up: fetch what is to be said and listen to it; False when our service does not answer."""
        if self.world.ledger.last_fact(call.seq, "spoken"):
            return True  # played before a restart
        outcome = outcome_for("voice", call.recipient)
        listener = _Listener(outcome.keys, outcome.hangs_up)
        return await self._listen(call, listener, _Onward(str(call.detail["url"])))

    async def press(self, call: Message, digits: str) -> list[str] | None:
        """Press keys at the last question and return what is said then; None if none was asked.

        It works after the call has ended, too: the machine is faster than any hand.
        """
        url = self.world.ledger.last_fact(call.seq, "keys")
        if not url:
            return None
        listener = _Listener("", hangs_up=False)
        await self._listen(call, listener, _Onward(url, digits))
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
            onward = _follow(verbs, onward.url, listener)
        self._note(call, listener)
        return answered

    async def _fetch(self, call: Message, onward: _Onward) -> list[Verb] | None:
        params = call_params(self.world, call, "in-progress")
        if onward.digits is not None:
            params |= {"Digits": onward.digits, "msg": "Gather End"}
        answer = await self.world.poster.post_form(onward.url, params)
        if not answer.heard:
            return None
        try:
            return read_markup(answer.body) if answer.status < _ERROR else [Hangup()]
        except BadMarkup:
            return [Say("An application error has occurred."), Hangup()]

    def _note(self, call: Message, listener: _Listener) -> None:
        facts = [Fact(call.seq, "spoken", words) for words in listener.heard]
        if listener.keys_url:
            facts.append(Fact(call.seq, "keys", listener.keys_url))
        self.world.ledger.note(facts)


def _follow(verbs: Iterable[Verb], base: str, listener: _Listener) -> _Onward | None:
    """Go through one page of markup and return where the call goes on."""
    for verb in verbs:
        match verb:
            case Say(words):
                listener.hear([words])
                if listener.gone:
                    return None
            case Gather():
                onward = _asked(verb, base, listener)
                if onward is not None or listener.gone:
                    return onward
            case Redirect(url):
                return _Onward(urljoin(base, url))
            case _:
                return None
    return None


def _asked(gather: Gather, base: str, listener: _Listener) -> _Onward | None:
    listener.hear(gather.prompts)
    listener.keys_url = urljoin(base, gather.action)
    if listener.gone:
        return None
    keys, listener.keys = listener.keys, ""
    return _Onward(listener.keys_url, keys) if keys or gather.asks_on_empty else None


def call_params(world: World, call: Message, status: str) -> dict[str, str]:
    """Return the fields that every request about a call carries."""
    params: Mapping[str, str] = {
        "AccountSid": world.settings.account_sid,
        "ApiVersion": API_VERSION,
        "CallSid": call.id,
        "CallStatus": status,
        "Direction": "outbound-api",
        "From": call.sender,
        "To": call.recipient,
    }
    answered_by = str(call.detail["answered_by"]) if status in ("in-progress", "completed") else ""
    return {**params, **({"AnsweredBy": answered_by} if answered_by else {})}
