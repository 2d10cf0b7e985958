"""What goes out to SendGrid's `mail/send`: messages cut into requests, and a request's body.

Marks in a mail: `[[word]]` in subject and text, `[[word|html]]` in the HTML part. SendGrid replaces
both by one map for all three, so each word is sent twice: as it is, and escaped for HTML. A plain
`[[word]]` in the HTML part would let a member's own data become markup.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from email.utils import parseaddr
from functools import lru_cache
from html import escape
from itertools import groupby

from channels.contract import Mail, OutgoingMessage

BATCH = 1_000  # people in one request
LONGEST = 30_000_000  # bytes of a whole request
WORDS = 10_000  # bytes of one person's words, their marks included
MOST_WORDS = 150
LONGEST_CATEGORY = 255  # characters, ASCII only

_CERTAINLY_FEW = 500
"""So few characters stay below `WORDS` however they are written, and need no counting."""
_OFF = {"enable": False}
# A click or an open proves nothing (scanners do both) and would tell SendGrid what a member read.
_TRACKING = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": _OFF,
    "subscription_tracking": _OFF,
    "ganalytics": _OFF,
}


def batches(messages: Sequence[OutgoingMessage]) -> list[Sequence[OutgoingMessage]]:
    """Cut messages into requests: what a request says once is the same for all, and no address stands in it twice."""
    groups = (list(group) for _, group in groupby(messages, _shared))
    return [batch for group in groups for batch in _without_repeats(group)]


def body(mail: Mail, batch: Sequence[OutgoingMessage]) -> bytes:
    """Return the body of a request for messages of one batch."""
    first = batch[0]
    request: dict[str, object] = {
        "personalizations": [_personal(message) for message in batch],
        "from": _sender(first.sender),
        "subject": mail.subject,
        "content": [
            {"type": "text/plain", "value": mail.text},
            {"type": "text/html", "value": mail.html},
        ],
        "tracking_settings": _TRACKING,
    }
    if category := first.category.encode("ascii", "ignore").decode()[:LONGEST_CATEGORY].strip():
        request["categories"] = [category]
    if first.send_at is not None:
        request["send_at"] = math.ceil(first.send_at.timestamp())
    if first.fence:
        request["batch_id"] = first.fence
    return _json(request)


def too_wordy(message: OutgoingMessage) -> bool:
    """Say whether one person's words are more than SendGrid takes."""
    if 2 * len(message.words) > MOST_WORDS:
        return True
    written = sum(map(len, message.words)) + sum(map(len, message.words.values()))
    return written > _CERTAINLY_FEW and len(_json(_substitutions(message))) > WORDS


def _shared(message: OutgoingMessage) -> tuple[object, ...]:
    return message.mail, message.sender, message.category, message.send_at, message.fence


def _without_repeats(group: Sequence[OutgoingMessage]) -> Iterator[Sequence[OutgoingMessage]]:
    start, seen, apart = 0, set[str](), False
    for place, message in enumerate(group):
        address = message.to.casefold()
        was_apart, apart = apart, message.alone or too_wordy(message)
        if place > start and (address in seen or place - start == BATCH or apart or was_apart):
            yield group[start:place]
            start, seen = place, set()
        seen.add(address)
    yield group[start:]


def _personal(message: OutgoingMessage) -> Mapping[str, object]:
    personal: dict[str, object] = {
        "to": [{"email": message.to}],
        "custom_args": {"reference": message.reference},
        "substitutions": _substitutions(message),
    }
    if message.unsubscribe_url:
        # One-click unsubscribing of RFC 8058: both headers, or none; SendGrid signs them (DKIM).
        personal["headers"] = {
            "List-Unsubscribe": f"<{message.unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return personal


def _substitutions(message: OutgoingMessage) -> Mapping[str, str]:
    words = {}
    for word, value in message.words.items():
        words[f"[[{word}]]"] = value
        words[f"[[{word}|html]]"] = escape(value)
    return words


@lru_cache(maxsize=256)
def _sender(sender: str) -> Mapping[str, str]:
    name, address = parseaddr(sender)
    return {"email": address, "name": name} if name else {"email": address}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode(errors="replace")
