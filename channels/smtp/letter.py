"""One mail for one person, as the bytes that a relay is given.

Marks: `[[word]]` in subject and text, `[[word|html]]` in the HTML part. In the HTML part every word is
escaped, with `|html` or without, so a member's own data never becomes markup.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from html import escape

from channels.contract import Mail, OutgoingMessage

REFERENCE = "X-KeepCovered-Reference"
"""Stands beside the Message-ID, which some relays replace by one of their own."""
LONGEST_ADDRESS = 254
_VERBATIM = frozenset({
    "Message-ID", "Date", "Auto-Submitted", "Content-Language", "List-Unsubscribe", "List-Unsubscribe-Post", REFERENCE,
})  # fmt: skip
_MARK = re.compile(r"\[\[([^\[\]|]+)(\|html)?\]\]")
_NOT_IN_A_LINE = re.compile(r"[\x00-\x20\x7f\x85\u2028\u2029]+")
_ADDRESS = re.compile(r"[^\s@<>\x00-\x1f\x7f]+@[^\s@<>\x00-\x1f\x7f]+")
_WORD = re.compile(r"[!-;=?-~]*")
"""Visible ASCII without angle brackets."""


class BadAddress(ValueError):
    """The reader's address cannot stand in a command of SMTP."""


class BadSender(ValueError):
    """The agency's own address cannot."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail with its envelope; lines end in CRLF, and no line begins with a dot of its own."""

    reference: str
    message_id: str
    sender: str
    to: str = field(repr=False)
    data: bytes = field(repr=False)
    utf8: bool
    """Whether an address is not ASCII, which only a relay with SMTPUTF8 takes."""


class _Policy(EmailPolicy):
    """Leaves the headers that are ours as they are: a long id folded as if it were words is no id any more."""

    def header_store_parse(self, name: str, value: str) -> tuple[str, str]:
        """Take a header in; what is ours needs no second look, which costs more than all the rest."""
        return (name, value) if name in _VERBATIM else super().header_store_parse(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return a header's bytes."""
        if name in _VERBATIM:
            return f"{name}: {value}\r\n".encode()
        folded: bytes = super().fold_binary(name, value)
        return folded


_PLAIN, _UTF8 = (_Policy(linesep="\r\n", utf8=utf8, cte_type="7bit") for utf8 in (False, True))


def compose(message: OutgoingMessage, mail: Mail) -> Letter:
    """Make the mail for one person; raises `BadAddress`, `BadSender`, or `ValueError` for what no mail can hold."""
    sender = _sender(message.sender)
    to = _address(message.to, BadAddress)
    utf8 = not (to.addr_spec.isascii() and sender.addr_spec.isascii())
    message_id = f"{message.reference}@{sender.domain}"
    made = EmailMessage(_UTF8 if utf8 else _PLAIN)
    made.set_content(_clean(filled(mail.text, message.words)))
    made.add_alternative(_clean(filled(mail.html, message.words, escape_all=True)), subtype="html")
    made["From"], made["To"] = sender, to
    made["Subject"] = _line(filled(mail.subject, message.words))
    for name, value in _headers(message, message_id).items():
        made[name] = value
    data = re.sub(rb"(?m)^\.", b"..", made.as_bytes())
    return Letter(message.reference, message_id, sender.addr_spec, to.addr_spec, data, utf8)


def filled(text: str, words: Mapping[str, str], *, escape_all: bool = False) -> str:
    """Put the words in place of their marks; a mark inside a word, or without a word, stays as it is."""

    def word(found: re.Match[str]) -> str:
        value = words.get(found[1])
        if value is None:
            return found.group()
        return escape(value) if escape_all or found[2] else value

    return _MARK.sub(word, text)


def _headers(message: OutgoingMessage, message_id: str) -> Mapping[str, str]:
    given = (message_id, message.language, message.unsubscribe_url)
    if not all(_WORD.fullmatch(one) for one in given):
        raise ValueError("what cannot stand in a header")
    headers = {
        "Message-ID": f"<{message_id}>",
        "Date": format_datetime(datetime.fromtimestamp(time.time(), UTC)),
        "Auto-Submitted": "auto-generated",  # RFC 3834: no answering machine answers it
        "Content-Language": message.language,
        REFERENCE: message.reference,
    }
    if not message.unsubscribe_url:
        return headers
    # One-click unsubscribing of RFC 8058.
    one_click = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return headers | {"List-Unsubscribe": f"<{message.unsubscribe_url}>"} | one_click


@lru_cache(maxsize=256)
def _sender(sender: str) -> Address:
    name, address = parseaddr(sender)
    if not sender.isprintable():
        raise BadSender
    found = _address(address, BadSender)
    return Address(display_name=name, username=found.username, domain=found.domain)


def _address(address: str, fault: Callable[[], ValueError]) -> Address:
    """Return an address with its domain in ASCII; raises `fault`."""
    if _ADDRESS.fullmatch(address) is None or len(address.encode(errors="replace")) > LONGEST_ADDRESS:
        raise fault()
    local, _, domain = address.rpartition("@")
    try:
        ascii_domain = domain if domain.isascii() else domain.encode("idna").decode()
        found = f"{local}@{ascii_domain}"
        found.encode()
        return Address(addr_spec=found) if local.isascii() else Address(username=local, domain=ascii_domain)
    except Exception as error:  # the standard library raises half a dozen kinds
        raise fault() from error


def _line(text: str) -> str:
    return _NOT_IN_A_LINE.sub(" ", _clean(text)).strip()


def _clean(text: str) -> str:
    """Return the text without what UTF-8 or a mail cannot hold: lone surrogates, and the zero character."""
    return text.encode(errors="replace").decode().replace("\0", "")
