"""What comes back by mail: delivery status reports (RFC 3464) and complaints (ARF, RFC 5965).

A report is a stranger's text: of all it says, our reference, an action and a status code are kept. Anybody may
mail a made-up one to the agency's address, but only who got a mail knows its reference, and nobody can make one up.
"""

import re
from collections.abc import Iterator, Mapping
from email import message_from_bytes
from email.message import Message
from types import MappingProxyType

from channels.signals import OptOut, Receipt, Signal, Status
from channels.smtp.codes import bounced
from channels.smtp.letter import REFERENCE
from channels.transport import id_from

ACTIONS: Mapping[str, Status] = MappingProxyType(
    {
        "failed": Status.UNDELIVERED,
        "delayed": Status.ACCEPTED,
        "delivered": Status.DELIVERED,
        # The reader's own server took it, but sends no reports: this is the last word.
        "relayed": Status.DELIVERED,
        "expanded": Status.DELIVERED,
    }
)
OPT_OUTS: Mapping[str, str] = MappingProxyType({"abuse": "spam_report", "opt-out": "unsubscribed"})
_STATUS = re.compile(r"\s*([245]\.[0-9]{1,3}\.[0-9]{1,3})\b")
_ID = re.compile(r"\s*<?([^\s<>@]+)")
_RETURNED = frozenset({"message/rfc822", "message/rfc822-headers", "text/rfc822-headers", "message/global-headers"})


def signals(body: bytes) -> list[Signal]:
    """Read a verified report; what is malformed, or not about a mail of ours, says nothing."""
    try:
        mail = message_from_bytes(body)
        return [*_delivery(mail), *_complaint(mail)]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return []  # the standard library's reader is not made for hostile mail


def _delivery(mail: Message) -> Iterator[Signal]:
    for part in _parts(mail, "message/delivery-status", "message/global-delivery-status"):
        about, *readers = _blocks(part)
        reference = id_from(_word(about, "Original-Envelope-Id")) or _returned(mail)
        for reader in readers:
            action = _word(reader, "Action").lower()
            if reference and action in ACTIONS:
                yield _receipt(reference, action, _status(reader), _message_id(mail))


def _receipt(reference: str, action: str, code: str, provider_id: str) -> Receipt:
    status = ACTIONS[action]
    reason = bounced(code) if status is Status.UNDELIVERED else ""
    return Receipt(reference, f"{reference}:{action}:{code}", status, provider_id, reason, code)


def _complaint(mail: Message) -> Iterator[Signal]:
    for part in _parts(mail, "message/feedback-report"):
        for block in _blocks(part):
            kind, reference = _word(block, "Feedback-Type").lower(), _returned(mail)
            if reference and kind in OPT_OUTS:
                yield OptOut(reference, f"{reference}:{kind}", OPT_OUTS[kind])


def _parts(mail: Message, *kinds: str) -> Iterator[Message]:
    """Give the parts of a kind, of a report alone: a mail that merely carries one is somebody's letter."""
    if mail.get_content_type() != "multipart/report" or not mail.is_multipart():
        return
    for part in mail.get_payload():
        if isinstance(part, Message) and part.get_content_type() in kinds:
            yield part


def _blocks(part: Message) -> list[Message]:
    """Return a report's groups of fields."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return [block for block in payload if isinstance(block, Message)]
    content = part.get_payload(decode=True)
    groups = re.split(rb"\r?\n\r?\n", content.strip()) if isinstance(content, bytes) else []
    return [message_from_bytes(group) for group in groups]


def _returned(mail: Message) -> str:
    """Return the reference of the mail that came back."""
    original = _original(mail)
    return id_from(_word(original, REFERENCE) or _id(_word(original, "Message-ID")))


def _message_id(mail: Message) -> str:
    return id_from(_word(_original(mail), "Message-ID").strip("<>"))


def _original(mail: Message) -> Message:
    for part in _parts(mail, *_RETURNED):
        for block in _blocks(part):
            return block
    return Message()


def _id(message_id: str) -> str:
    found = _ID.match(message_id)
    return found[1] if found else ""


def _status(reader: Message) -> str:
    found = _STATUS.match(_word(reader, "Status"))
    return found[1] if found else ""


def _word(fields: Message, name: str) -> str:
    return "".join(str(fields.get(name, "")).split())
