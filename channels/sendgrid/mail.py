"""E-mails through SendGrid's v3 API, up to a thousand readers in one request.

Marks in a mail: `[[word]]` in subject and text, `[[word|html]]` in the HTML part. SendGrid replaces
both by one map for all three, so each word is sent twice: as it is, and escaped for HTML. A plain
`[[word]]` in the HTML part would let a member's own data become markup.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from email.utils import parseaddr
from functools import lru_cache
from html import escape
from itertools import groupby
from typing import assert_never

from channels.contract import (
    Absent,
    Accepted,
    CannotSay,
    Capabilities,
    Found,
    Lookup,
    Mail,
    Outcome,
    OutgoingMessage,
    Present,
    Refused,
    TryLater,
    Unclear,
)
from channels.defaults import Defaults
from channels.sendgrid.events import public_key, sent_as, signals, verify
from channels.signals import Callback, Signal
from channels.transport import Answer, Lost, NotSent, Sent, Transport, in_order

BATCH = 1_000  # people in one request
LONGEST = 30 * 1024 * 1024  # bytes
_OFF = {"enable": False}
# A click or an open proves nothing (scanners do both) and would tell SendGrid what a member read.
_TRACKING = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": _OFF,
    "subscription_tracking": _OFF,
    "ganalytics": _OFF,
}
_ACCEPTED, _SUCCESS = 202, 200
_TOO_MANY = 429
_MISCONFIGURED = frozenset({401, 403, 404, 405, 407})
_BAD_REQUEST, _TOO_LARGE = 400, 413
_PERSONAL = "personalizations"
_ADDRESS = re.compile(r"personalizations\.[0-9]+\.to\b")


class SendGridMail(Defaults):
    """Sends e-mails and reads what SendGrid says of them.

    `public_keys` verify callbacks, as SendGrid shows them (base64); two while one is being replaced.
    A key that is none raises `ValueError` here and not when the first callback comes.
    """

    name = "sendgrid"

    def __init__(
        self,
        transport: Transport,
        *,
        api_key: str,
        base_url: str,
        public_keys: Sequence[str] = (),
    ) -> None:
        self._transport = transport
        self.capabilities = Capabilities(
            "email", "message", batch=BATCH, at_once=transport.connections, longest=LONGEST, can_find=True
        )
        self._base = base_url.rstrip("/")
        self._authorization = {"Authorization": f"Bearer {api_key}"}
        self._headers = {**self._authorization, "Content-Type": "application/json"}
        self._keys = [public_key(key) for key in public_keys if key]

    async def send(self, messages: Sequence[OutgoingMessage], *, not_after: float) -> Sequence[Outcome]:
        """Send neighbours that share mail and sender in one request, several requests at a time."""

        async def one(batch: Sequence[OutgoingMessage]) -> list[Outcome]:
            return await self._send(batch, not_after)

        batches = _batches(messages, BATCH)
        outcomes = await in_order(one, batches, width=self._transport.connections)
        return [outcome for batch in outcomes for outcome in batch]

    async def find(self, lookup: Lookup) -> Found:
        """Ask the Email Activity API, a paid add-on: an account without it cannot say."""
        asked = {"query": f'unique_args["reference"]="{_quoted(lookup.reference)}"', "limit": "10"}
        sent = await self._transport.get(f"{self._base}/v3/messages", headers=self._authorization, query=asked)
        if not isinstance(sent, Answer):
            return CannotSay(sent.detail)
        if sent.status != _SUCCESS:
            return CannotSay(f"HTTP {sent.status}")
        return _found(sent.body)

    def read_callback(self, callback: Callback) -> Sequence[Signal]:
        """Verify a batch of events and keep those that carry our reference."""
        verify(callback, self._keys)
        return signals(callback.body)

    async def _send(self, batch: Sequence[OutgoingMessage], not_after: float) -> list[Outcome]:
        mail = batch[0].mail
        if mail is None:
            return [Refused("no_mail")] * len(batch)
        sent = await self._transport.post(
            f"{self._base}/v3/mail/send",
            headers=self._headers,
            body=_body(mail, batch),
            not_after=not_after,
        )
        if len(batch) == 1 or not _spoiled_by_some(sent):
            return [_outcome(sent)] * len(batch)
        middle = len(batch) // 2  # nobody was sent anything: halve until the bad ones stand alone
        return [
            *await self._send(batch[:middle], not_after),
            *await self._send(batch[middle:], not_after),
        ]


# --- what goes out ---------------------------------------------------------------------------


def _batches(messages: Sequence[OutgoingMessage], most: int) -> list[Sequence[OutgoingMessage]]:
    """Cut messages into requests: one mail and sender each, and no address twice (SendGrid refuses that)."""
    groups = (list(group) for _, group in groupby(messages, lambda message: (message.mail, message.sender)))
    return [batch for group in groups for batch in _without_repeats(group, most)]


def _without_repeats(group: Sequence[OutgoingMessage], most: int) -> Iterator[Sequence[OutgoingMessage]]:
    start, seen = 0, set[str]()
    for place, message in enumerate(group):
        address = message.to.casefold()
        full = address in seen or place - start == most or message.alone or group[place - 1].alone
        if full and place > start:
            yield group[start:place]
            start, seen = place, set()
        seen.add(address)
    yield group[start:]


def _body(mail: Mail, batch: Sequence[OutgoingMessage]) -> bytes:
    request = {
        "personalizations": [_personal(message) for message in batch],
        "from": _sender(batch[0].sender),
        "subject": mail.subject,
        "content": [
            {"type": "text/plain", "value": mail.text},
            {"type": "text/html", "value": mail.html},
        ],
        "tracking_settings": _TRACKING,
    }
    return json.dumps(request, ensure_ascii=False).encode(errors="replace")


def _personal(message: OutgoingMessage) -> Mapping[str, object]:
    words = {}
    for word, value in message.words.items():
        words[f"[[{word}]]"] = value
        words[f"[[{word}|html]]"] = escape(value)
    personal: dict[str, object] = {
        "to": [{"email": message.to}],
        "custom_args": {"reference": message.reference},
        "substitutions": words,
    }
    if message.unsubscribe_url:
        # One-click unsubscribing of RFC 8058.
        personal["headers"] = {
            "List-Unsubscribe": f"<{message.unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return personal


@lru_cache(maxsize=256)
def _sender(sender: str) -> Mapping[str, str]:
    name, address = parseaddr(sender)
    return {"email": address, "name": name} if name else {"email": address}


# --- what came back --------------------------------------------------------------------------


def _outcome(sent: Sent) -> Outcome:
    match sent:
        case Answer():
            return _judged(sent)
        case NotSent(detail):
            return TryLater(detail)
        case Lost(detail):
            return Unclear(detail)
        case _:
            assert_never(sent)


def _judged(answer: Answer) -> Outcome:
    status = answer.status
    if status == _ACCEPTED:
        return Accepted(answer.message_id)
    if status == _BAD_REQUEST:
        return _refusal(answer)
    if status == _TOO_LARGE:
        return Refused("bad_content", str(status))
    if status in _MISCONFIGURED:
        return TryLater("misconfigured", str(status), answer.retry_after)
    if status == _TOO_MANY:
        return TryLater("rate_limited", str(status), answer.retry_after)
    return Unclear(f"HTTP {status}")


def _refusal(answer: Answer) -> Outcome:
    faults = _faulty_fields(answer)
    if any(field.startswith("from") for field in faults):
        return TryLater("misconfigured", str(answer.status))
    if any(_ADDRESS.match(field) for field in faults):
        return Refused("bad_address", str(answer.status))
    return Refused("bad_content" if faults else "unexplained", str(answer.status))


def _spoiled_by_some(sent: Sent) -> bool:
    """Say whether a request failed for all because of some of its readers, or may have."""
    if not isinstance(sent, Answer) or sent.status != _BAD_REQUEST:
        return isinstance(sent, Answer) and sent.status == _TOO_LARGE
    faults = _faulty_fields(sent)
    return not faults or any(field.startswith(_PERSONAL) for field in faults)


def _faulty_fields(answer: Answer) -> list[str]:
    match _parsed(answer.body):
        case {"errors": [*errors]}:
            fields = [error.get("field") for error in errors if isinstance(error, dict)]
            return [field for field in fields if isinstance(field, str) and field]
        case _:
            return []


def _quoted(reference: str) -> str:
    return reference.replace("\\", "\\\\").replace('"', '\\"')


def _found(body: bytes) -> Found:
    match _parsed(body):
        case {"messages": []}:
            return Absent()
        case {"messages": [{"msg_id": str() as msg_id}, *_]} if msg_id:
            return Present(sent_as(msg_id))
        case _:
            return CannotSay("unreadable list")


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
