"""Reads a mail that was handed in, as strictly as a careful server: what it would not pass on is named."""

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

from channels.simulator.ledger import Message

ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")
REFERENCE = "X-KeepCovered-Reference"
_ONCE = ("From", "To", "Date", "Message-ID", "Subject", "MIME-Version")
_NEVER = ("Bcc", "Resent-Bcc", "Return-Path", "DKIM-Signature")
_BODIES = (("text/plain", "plain"), ("text/html", "html"))
_LONGEST_LINE = 998
_ASCII_END = 128


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A mail with its envelope; `wishes` are what the sender wants to hear of it (RFC 3461)."""

    sender: str
    recipient: str = field(repr=False)
    content: bytes = field(repr=False)
    wishes: frozenset[str] = frozenset()

    def read(self) -> EmailMessage:
        """Return the mail, taken apart."""
        return message_from_bytes(self.content, policy=SMTP)


def flaw(handed: HandedIn) -> str:
    """Return what is wrong with a mail, nothing when it would be passed on."""
    lines = handed.content.split(b"\r\n")
    if any(b"\n" in line or b"\r" in line for line in lines):
        return "a line ends in half of a line's end"
    if max(map(len, lines)) > _LONGEST_LINE:
        return "a line is longer than 998 bytes"
    if any(byte >= _ASCII_END for byte in handed.content):
        return "a byte is not ASCII"
    mail = handed.read()
    return _wrong_headers(mail, handed) or _wrong_bodies(mail)


def _wrong_headers(mail: EmailMessage, handed: HandedIn) -> str:
    for name in _ONCE:
        if len(mail.get_all(name, [])) != 1:
            return f"the header {name} is needed, once"
    for name in _NEVER:
        if name in mail:
            return f"the header {name} is not the sender's"
    if _addresses(mail, "To") != [handed.recipient]:
        return "the reader in the mail is another than on its envelope"
    if _addresses(mail, "From") != [handed.sender]:
        return "the sender in the mail is another than on its envelope"
    return ""


def _addresses(mail: EmailMessage, name: str) -> list[str]:
    return [address.addr_spec for address in mail[name].addresses]


def _wrong_bodies(mail: EmailMessage) -> str:
    if mail.get_content_type() != "multipart/alternative":
        return "text and HTML of one mail are needed (multipart/alternative)"
    kinds = [part.get_content_type() for part in mail.iter_parts()]
    return "" if kinds == [kind for kind, _ in _BODIES] else "text/plain comes first, then text/html, each once"


def kept(handed: HandedIn, accepted_at: datetime) -> Message:
    """Return the mail as it goes into the book."""
    mail = handed.read()
    (sender,) = mail["From"].addresses
    bodies = {kind: _content(mail, short) for kind, short in _BODIES}
    return Message(
        id=secrets.token_hex(8),
        channel="email",
        sender=sender.addr_spec,
        recipient=handed.recipient,
        body=bodies["text/plain"],
        reference=str(mail.get(REFERENCE, "")),
        accepted_at=accepted_at,
        status="processing",
        detail={
            "provider": "smtp",
            "subject": str(mail["Subject"]),
            "html": bodies["text/html"],
            "headers": {name: str(value) for name, value in mail.items()},
            "arguments": {},
            "sender_name": sender.display_name,
            "wishes": sorted(handed.wishes),
        },
    )


def _content(mail: EmailMessage, short: str) -> str:
    part = mail.get_body([short])
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""
