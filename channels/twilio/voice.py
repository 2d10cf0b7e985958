"""Calls through Twilio's Calls resource, and the markup (TwiML) that says what a call speaks."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from twilio.twiml.voice_response import Gather, VoiceResponse

from channels.contract import (
    Accepted,
    CannotSay,
    Capabilities,
    Found,
    Handle,
    Health,
    Lookup,
    Outcome,
    OutgoingMessage,
    Redaction,
    Withdrawal,
)
from channels.defaults import Defaults
from channels.listing import ListedPage
from channels.signals import CallAnswered, Callback, CallReceived, Claim, KeyPressed, Receipt, Signal, Status
from channels.speech import CallScript, Line
from channels.transport import Transport, id_from, in_order
from channels.twilio.answers import Resource
from channels.twilio.codes import CANCELED, UNEXPLAINED, code_of, reason_of
from channels.twilio.rest import NOT_OURS, WHOLE_LIST, Account, listed, only
from channels.twilio.signatures import CALL, CALL_STATUS, CALL_TO_US, KEY, Signatures
from channels.twilio.takeback import erase, withdraw
from channels.twilio.voices import VOICES, Voice, voice_for

# Twilio asks for our words only once it knows who picked up, so that `AnsweredBy` stands in that very
# request. A person is told apart as fast as with `Enable`; a machine is waited out to the end of its
# greeting, where `Enable` would speak over it and lose the caller's name, which comes first.
_MACHINES = "DetectMessageEnd"
_RINGING = "45"  # seconds: longer than most mailboxes take to pick up
_EVENTS = ("initiated", "ringing", "answered", "completed")
_KEY_WAIT = 5  # seconds
_PAUSE = 1  # seconds between two lines
_CONNECT_WAIT = 30  # seconds that the other line may ring
_CONNECTED_FOR = 3_600  # seconds: longer than a county's queue, shorter than a forgotten handset
_SENTENCE_ENDS = (".", "!", "?", "։", "؟", "。", "។", "…")
_TALKED = frozenset({"completed", "answered"})
_STATUS = "status"

_RINGS = Status.ACCEPTED, ""
STATUSES: Mapping[str, tuple[Status, str]] = MappingProxyType(
    {
        **dict.fromkeys(("queued", "initiated", "ringing", "in-progress", "answered"), _RINGS),
        "completed": (Status.DELIVERED, ""),
        "busy": (Status.UNDELIVERED, "busy"),
        "no-answer": (Status.UNDELIVERED, "no_answer"),
        "failed": (Status.UNDELIVERED, "call_failed"),
        "canceled": (Status.UNDELIVERED, CANCELED),
    }
)
"""Twilio's word for a call's state: our status, and the reason if it did not reach a person."""

_LISTENERS: Mapping[str, tuple[Status, str]] = MappingProxyType(
    {"machine": (Status.DELIVERED, "voicemail"), "fax": (Status.UNDELIVERED, "fax")}
)

_UNSPEAKABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot carry, not even escaped."""


class TwilioVoice(Defaults):
    """Places calls and reads what Twilio says of them; `callback_base` is our public address.

    `next_tokens` are accepted for callbacks beside `auth_token` while the token is being replaced.
    """

    name = "twilio"

    def __init__(
        self,
        transport: Transport,
        *,
        account_sid: str,
        auth_token: str,
        base_url: str,
        callback_base: str,
        next_tokens: Sequence[str] = (),
    ) -> None:
        self.capabilities = Capabilities(
            "voice", "minute", at_once=transport.connections, voices=frozenset(VOICES),
            can_cancel=True, can_find=True, can_list=True, can_redact=True,
        )  # fmt: skip
        self._account = Account(transport, account_sid=account_sid, auth_token=auth_token, base_url=base_url)
        self._signatures = Signatures((auth_token, *next_tokens))
        self._callbacks = f"{callback_base.rstrip('/')}/callbacks/twilio/calls/"

    async def check(self) -> Health:
        """Ask Twilio for our account; never sends a message."""
        return await self._account.health()

    async def send(self, messages: Sequence[OutgoingMessage], *, not_after: float) -> Sequence[Outcome]:
        """Place one call each, in whatever language: its words, or recordings, are asked for when it is answered."""

        async def one(message: OutgoingMessage) -> Outcome:
            return await self._account.create("Calls", self._form(message), not_after=not_after, accepted=_accepted)

        return await in_order(one, messages, width=self.capabilities.at_once)

    async def listed(self, since: datetime, following: str = "") -> ListedPage | CannotSay:
        """Return a page of all calls that Twilio has, newest first."""
        page = await self._account.page("Calls", WHOLE_LIST, since=since, following=following)
        return page if isinstance(page, CannotSay) else listed(page, lambda said: _heard_in_list(str(said)))

    async def cancel(self, handle: Handle) -> Withdrawal:
        """Withdraw a call that waits or rings; nobody is cut off who has picked up."""
        return await withdraw(self._account, "Calls", handle.provider_id)

    async def redact(self, handle: Handle) -> Redaction:
        """Delete a settled call from Twilio's log: a call keeps no words there, but the number."""
        return await erase(self._account, "Calls", handle.provider_id)

    async def find(self, lookup: Lookup) -> Found:
        """Look for a call to the number since the intent that is no other attempt's.

        A list of calls has no reference, so two that are left prove nothing. It is not filtered by our own
        number, which may be another by now, nor by start time: a call that still waits at Twilio has none.
        """
        listed = await self._account.newest("Calls", {"To": lookup.to}, since=lookup.since)
        if isinstance(listed, CannotSay):
            return listed
        return only([
            entry for entry in listed
            if entry.get("direction") not in NOT_OURS and entry.get("sid") not in lookup.not_these
        ])  # fmt: skip

    def claim(self, callback: Callback) -> Claim | None:
        """Say which of our numbers it claims to be about."""
        return self._signatures.claim(callback)

    def read_callback(self, callback: Callback) -> Sequence[Signal]:
        """Read, by the part of the address, a question for words, a pressed key or a status."""
        form = self._signatures.form(callback, _deciding(callback))
        sid = id_from(form.get("CallSid"))
        return _reader(callback)(callback, sid, form) if sid else []

    def speaks(self, language: str) -> bool:
        """Say whether one of Twilio's voices speaks a language."""
        return voice_for(language) is not None

    def say(self, script: CallScript) -> str:
        """Return TwiML: the lines with the keys, the connection or the end; without lines it hangs up."""
        response, lines = VoiceResponse(), _sayable(script.lines)
        if script.keys_url and lines:
            keys = _keys(script.keys_url)
            _speak(keys, lines)
            response.append(keys)
            return str(response)
        _speak(response, lines)
        if script.connect_to:
            _connect(response, script)
        else:
            response.hangup()
        return str(response)

    def _form(self, message: OutgoingMessage) -> list[tuple[str, str]]:
        words = self._callbacks + message.reference
        return [
            ("To", message.to),
            ("From", message.sender),
            ("Url", words),
            ("Method", "POST"),
            ("StatusCallback", f"{words}/{_STATUS}"),
            ("StatusCallbackMethod", "POST"),
            *(("StatusCallbackEvent", event) for event in _EVENTS),
            ("MachineDetection", _MACHINES),
            ("Timeout", _RINGING),
        ]


def _heard_in_list(said: str) -> Status | None:
    return STATUSES[said][0] if said in STATUSES else None


def _accepted(sid: str, _: Resource) -> Accepted:
    return Accepted(sid)


def _keys(url: str) -> Gather:
    """Wait for one key, which may be pressed from the first word on; none is told as well."""
    return Gather(
        input="dtmf", num_digits=1, action=url, method="POST", timeout=_KEY_WAIT, barge_in=True,
        action_on_empty_result=True,
    )  # fmt: skip


def _connect(response: VoiceResponse, script: CallScript) -> None:
    response.dial(
        script.connect_to, caller_id=script.connect_from or None, answer_on_bridge=True, timeout=_CONNECT_WAIT,
        time_limit=_CONNECTED_FOR, action=script.connected_url or None,
        method="POST" if script.connected_url else None,
    )  # fmt: skip


def _speak(verb: VoiceResponse | Gather, lines: Sequence[Line]) -> None:
    for place, line in enumerate(lines):
        if place and _ends_a_sentence(lines[place - 1]):
            verb.pause(length=_PAUSE)
        if line.clip_url:
            verb.play(line.clip_url)
        elif (voice := voice_for(line.language)) is not None:
            _say(verb, _words(line), voice)


def _ends_a_sentence(line: Line) -> bool:
    """Say whether a pause may follow: recordings are often parts of one sentence, such as a number's digits."""
    return not line.clip_url or line.words.rstrip().endswith(_SENTENCE_ENDS)


def _say(verb: VoiceResponse | Gather, words: str, voice: Voice) -> None:
    if voice.rate:
        verb.say(language=voice.language, voice=voice.name).prosody(words, rate=voice.rate)
    else:
        verb.say(words, language=voice.language, voice=voice.name)


def _words(line: Line) -> str:
    return _UNSPEAKABLE.sub(" ", line.words).strip()


def _sayable(lines: Sequence[Line]) -> list[Line]:
    """Leave out what is empty and what no voice speaks: another language's voice would read out nonsense."""
    return [line for line in lines if line.clip_url or (_words(line) and voice_for(line.language) is not None)]


def _by_machine(form: Mapping[str, str]) -> bool:
    return form.get("AnsweredBy", "").startswith(("machine", "fax"))


def _heard_by(form: Mapping[str, str]) -> tuple[Status, str]:
    listener = form.get("AnsweredBy", "").partition("_")[0]
    if not listener and form.get("CallDuration") == "0":
        return Status.UNDELIVERED, "hung_up"  # gone before anybody could be told from a machine: nothing was said
    return _LISTENERS.get(listener, (Status.DELIVERED, ""))


def _question(callback: Callback, sid: str, form: Mapping[str, str]) -> list[Signal]:
    return [CallAnswered(callback.reference, sid, _by_machine(form))]


def _key(callback: Callback, sid: str, form: Mapping[str, str]) -> list[Signal]:
    return [KeyPressed(callback.reference, sid, form.get("Digits", ""), callback.part, _connected(form))]


def _received(callback: Callback, sid: str, form: Mapping[str, str]) -> list[Signal]:
    if callback.part == _STATUS:
        return []  # a call to us is no message, so nobody waits for its end
    caller, called = form.get("From", ""), form.get("To", "")
    return [CallReceived(sid, caller, called, callback.part, form.get("Digits", ""), _connected(form))]


def _connected(form: Mapping[str, str]) -> bool | None:
    """Read what became of a `<Dial>`; a callback about anything else says nothing of it."""
    said = form.get("DialCallStatus", "")
    return said in _TALKED if said else None


def _status(callback: Callback, sid: str, form: Mapping[str, str]) -> list[Signal]:
    said, code = form.get("CallStatus", ""), code_of(form.get("ErrorCode", ""))
    if said not in STATUSES:
        return []
    status, reason = STATUSES[said]
    if status is Status.DELIVERED:
        status, reason = _heard_by(form)
    elif status is Status.UNDELIVERED and reason_of(code) != UNEXPLAINED:
        reason = reason_of(code)
    return [Receipt(callback.reference, f"{sid}:{said}", status, sid, reason, code)]


def _reader(callback: Callback) -> Callable[[Callback, str, Mapping[str, str]], list[Signal]]:
    if not callback.reference:
        return _received
    return {"": _question, _STATUS: _status}.get(callback.part, _key)


def _deciding(callback: Callback) -> tuple[str, ...]:
    by_part = {"": CALL, _STATUS: CALL_STATUS}.get(callback.part, KEY)
    return by_part if callback.reference else (*CALL_TO_US, *(by_part if callback.part else ()))
