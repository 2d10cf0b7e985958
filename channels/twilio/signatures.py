"""Is a callback from Twilio? The signature covers the public address and every field of the form.

Only POST forms are known here; Twilio's time stamps nothing, so a genuine callback that comes again is
for the receiver to absorb (each signal has a key).
"""

import base64
import hmac
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from urllib.parse import parse_qsl, urlsplit

from twilio.request_validator import add_port, remove_port

from channels.signals import BadSignature, Callback, Claim
from channels.transport import header

_MOST_FIELDS = 500
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")  # Twilio adds fields without notice, however they are written
READ = (
    "MessageSid", "MessageStatus", "ErrorCode", "From", "To", "Body", "OptOutType", "CallSid", "CallStatus",
    "CallDuration", "AnsweredBy", "Digits", "DialCallStatus",
)  # fmt: skip
"""The fields that our decisions rest on."""
TEXT = ("MessageSid", "From", "To", "Body")
TEXT_STATUS = ("MessageSid", "MessageStatus", "ErrorCode")
CALL = ("CallSid", "AnsweredBy")
CALL_STATUS = ("CallSid", "CallStatus", "AnsweredBy")
KEY = ("CallSid", "Digits", "DialCallStatus")
CALL_TO_US = ("CallSid", "From", "To")
"""What decides in a callback of one kind."""
_ONE_IS_THERE = frozenset({"Digits", "DialCallStatus"})
"""A key was asked for, or a line was connected."""
TWILIOS_OWN = frozenset({
    "SmsSid", "SmsStatus", "AccountSid", "ApiVersion", "MessagingServiceSid", "NumSegments", "NumMedia", "Called",
    "Caller", "Direction", "Timestamp", "SequenceNumber", "CallbackSource", "DialCallSid", "DialCallDuration",
    "ParentCallSid", "SmsMessageSid", "ForwardedFrom", "CallToken",
    *(f"{end}{part}" for end in ("To", "From") for part in ("City", "State", "Zip", "Country")),
})  # fmt: skip
"""Other names of Twilio's, among them all that hold one of those."""


KNOWN = TWILIOS_OWN | frozenset(READ)


class Signatures:
    """Verifies callbacks with any of several tokens, so that a token can be replaced without a gap."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = [token.encode() for token in tokens if token]

    def form(self, callback: Callback, wanted: Collection[str] = READ) -> Mapping[str, str]:
        """Return the fields of a genuine callback, of which `wanted` decide; raises `BadSignature` for all else."""
        try:
            form = _form(callback.body)
            signature = header(callback.headers, "X-Twilio-Signature").encode("ascii")
            fields = "".join(name + form[name] for name in sorted(form))
            genuine = any(self._signs(url + fields, signature) for url in _spellings(callback.url))
        except ValueError:  # not a form, not UTF-8, not an address
            raise BadSignature from None  # the cause would quote what was sent
        if not genuine or _is_split_elsewhere(form, wanted):
            raise BadSignature
        return form

    @staticmethod
    def claim(callback: Callback) -> Claim:
        """Return our number that a form names, before anything is verified; a text and a call to us have one."""
        try:
            return Claim(called=_form(callback.body).get("To", "").removeprefix("whatsapp:"))
        except ValueError:
            return Claim()

    def _signs(self, text: str, signature: bytes) -> bool:
        """Say whether one of the tokens makes this signature; each is tried, whichever fits."""
        made = (base64.b64encode(hmac.digest(token, text.encode(), "sha1")) for token in self._tokens)
        return any([hmac.compare_digest(one, signature) for one in made])  # noqa: C419


def _form(body: bytes) -> dict[str, str]:
    """Parse strictly: the signed text joins names and values without a mark between them.

    A field without `=` or a repeated name would let two different forms have one signature.
    """
    pairs = parse_qsl(
        body.decode("ascii"),
        keep_blank_values=True,
        strict_parsing=bool(body),
        errors="strict",
        max_num_fields=_MOST_FIELDS,
    )
    form = dict(pairs)
    if len(form) != len(pairs) or not all(map(_NAME.fullmatch, form)):
        raise ValueError
    return form


def _is_split_elsewhere(form: Mapping[str, str], wanted: Collection[str]) -> bool:
    """Say whether a field that decides is missing while a name stands there that it may have been made into.

    Letters moved between a name and a value leave the signed text as it is. A strange name beside a whole
    form is only something new of Twilio's.
    """
    strange = form.keys() - KNOWN
    missing = set(wanted) - form.keys() if strange else set()
    if not _ONE_IS_THERE.isdisjoint(form):
        missing -= _ONE_IS_THERE
    return any(
        name in other or name.startswith(other) or name.endswith(other) for name in missing for other in strange
    )  # fmt: skip


def _spellings(url: str) -> Iterator[str]:
    """Give the address as it is, then with and without its port: Twilio is known to sign either."""
    yield url
    parts = urlsplit(url)
    yield add_port(parts)
    yield remove_port(parts)
