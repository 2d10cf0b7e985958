"""Calls through Twilio's Calls resource, and the markup (TwiML) that says what a call speaks."""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from twilio.twiml.voice_response import Gather, VoiceResponse

from channels.contract import (
    Accepted,
    CallAnswered,
    Callback,
    CallScript,
    CannotSay,
    Found,
    KeyPressed,
    Lookup,
    Outcome,
    OutgoingMessage,
    Receipt,
    Refused,
    Signal,
    Status,
)
from channels.transport import Transport, in_order
from channels.twilio.codes import CANCELED, UNEXPLAINED, reason_of
from channels.twilio.rest import Account, Resource, only
from channels.twilio.signatures import Signatures
from channels.twilio.voices import Voice, voice_for

# Twilio asks for our words only once it knows who picked up, so that `AnsweredBy` stands in that very
# request. A person is told apart as fast as with `Enable`; a machine is waited out to the end of its
# greeting, where `Enable` would speak over it and lose the caller's name, which comes first.
_MACHINES = "DetectMessageEnd"
_RINGING = "45"  # seconds: longer than most mailboxes take to pick up
_EVENTS = ("initiated", "ringing", "answered", "completed")
_KEY_WAIT = 5  # seconds
_PAUSE = 1  # seconds between two lines

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


class TwilioVoice:
    """Places calls and reads what Twilio says of them; `callback_base` is our public address.

    `next_tokens` are accepted for callbacks beside `auth_token` while the token is being replaced.
    """

    name = "twilio"
    batch = 1

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
        self._width = transport.connections
        self._account = Account(transport, account_sid=account_sid, auth_token=auth_token, base_url=base_url)
        self._signatures = Signatures((auth_token, *next_tokens))
        self._callbacks = f"{callback_base.rstrip('/')}/callbacks/twilio/calls/"

    async def send(self, messages: Sequence[OutgoingMessage], *, not_after: float) -> Sequence[Outcome]:
        """Place one call each; a language that no voice speaks is refused as `no_voice`."""

        async def one(message: OutgoingMessage) -> Outcome:
            if voice_for(message.language) is None:
                return Refused("no_voice")
            return await self._account.create("Calls", self._form(message), not_after=not_after, accepted=_accepted)

        return await in_order(one, messages, width=self._width)

    async def find(self, lookup: Lookup) -> Found:
        """Count the calls between the two numbers since the intent: a list of calls has no reference.

        The list is not filtered by start time: a call that still waits at Twilio has none.
        """
        asked = {"To": lookup.to, "From": lookup.sender}
        listed = await self._account.newest("Calls", asked, since=lookup.since)
        if isinstance(listed, CannotSay):
            return listed
        return only([entry for entry in listed if entry.get("direction") != "inbound"])

    def read_callback(self, callback: Callback) -> Sequence[Signal]:
        """Read, by the part of the address, a question for words, a pressed key or a status."""
        form = self._signatures.form(callback)
        reader, sid = _READERS.get(callback.part), form.get("CallSid", "")
        return reader(callback.reference, sid, form) if reader and sid else []

    def say(self, script: CallScript) -> str:
        """Return TwiML: who calls, the keys, the rest; without a voice or words it hangs up."""
        response = VoiceResponse()
        voice = voice_for(script.language)
        if voice is not None and script.keys_url and script.words:
            keys = Gather(
                input="dtmf",
                num_digits=1,
                action=script.keys_url,
                method="POST",
                timeout=_KEY_WAIT,
                action_on_empty_result=True,
            )
            _speak(keys, [script.words[0], *script.keys_hint, *script.words[1:]], voice)
            response.append(keys)
        else:
            _speak(response, script.words if voice else (), voice)
            response.hangup()
        return str(response)

    def _form(self, message: OutgoingMessage) -> list[tuple[str, str]]:
        words = self._callbacks + message.reference
        return [
            ("To", message.to),
            ("From", message.sender),
            ("Url", words),
            ("Method", "POST"),
            ("StatusCallback", f"{words}/status"),
            ("StatusCallbackMethod", "POST"),
            *(("StatusCallbackEvent", event) for event in _EVENTS),
            ("MachineDetection", _MACHINES),
            ("Timeout", _RINGING),
        ]


def _accepted(sid: str, _: Resource) -> Accepted:
    return Accepted(sid)


def _speak(verb: VoiceResponse | Gather, lines: Sequence[str], voice: Voice | None) -> None:
    if voice is None:
        return
    for place, line in enumerate(lines):
        if place:
            verb.pause(length=_PAUSE)
        verb.say(_UNSPEAKABLE.sub(" ", line), language=voice.language, voice=voice.name)


def _by_machine(form: Mapping[str, str]) -> bool:
    return form.get("AnsweredBy", "").startswith(("machine", "fax"))


def _heard_by(form: Mapping[str, str]) -> tuple[Status, str]:
    listener = form.get("AnsweredBy", "").partition("_")[0]
    return _LISTENERS.get(listener, (Status.DELIVERED, ""))


def _question(reference: str, sid: str, form: Mapping[str, str]) -> list[Signal]:
    return [CallAnswered(reference, sid, _by_machine(form))]


def _key(reference: str, sid: str, form: Mapping[str, str]) -> list[Signal]:
    return [KeyPressed(reference, sid, form.get("Digits", ""))]


def _status(reference: str, sid: str, form: Mapping[str, str]) -> list[Signal]:
    said, code = form.get("CallStatus", ""), form.get("ErrorCode", "")
    if said not in STATUSES:
        return []
    status, reason = STATUSES[said]
    if status is Status.DELIVERED:
        status, reason = _heard_by(form)
    elif status is Status.UNDELIVERED and reason_of(code) != UNEXPLAINED:
        reason = reason_of(code)
    return [Receipt(reference, f"{sid}:{said}", status, sid, reason, code)]


_READERS: Mapping[str, Callable[[str, str, Mapping[str, str]], list[Signal]]] = MappingProxyType(
    {"": _question, "keys": _key, "status": _status}
)
