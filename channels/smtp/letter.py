"""One mail for one person, as the bytes that a relay is given.

Marks: `[[word]]` in subject and text, `[[word|html]]` in the HTML part. In the HTML part every word is
escaped, with `|html` or without, so a member's own data never becomes markup.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from html import escape

from channels.contract import Mail, OutgoingMessage
from channels.smtp.mime import alternatives, is_plain, phrase

REFERENCE = "X-KeepCovered-Reference"
"""Stands beside the Message-ID, which some relays replace by one of their own."""
LONGEST_ADDRESS = 254
_MARK = re.compile(r"\[\[([^\[\]|]+)(\|html)?\]\]")
_NOT_IN_A_LINE = re.compile(r"[\x00-\x20\x7f\x85\u2028\u2029]+")
_ADDRESS = re.compile(r"[^\s@<>\x00-\x1f\x7f]+@[^\s@<>\x00-\x1f\x7f]+")
_ORDINARY = re.compile(r"{0}+(\.{0}+)*@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*".format(r"[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]"))
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


def compose(message: OutgoingMessage, mail: Mail) -> Letter:
    """Make the mail for one person; raises `BadAddress`, `BadSender`, or `ValueError` for what no mail can hold."""
    sender = _sender(message.sender)
    to = _address(message.to, BadAddress).addr_spec
    utf8 = not (to.isascii() and sender.addr_spec.isascii())
    message_id = f"{message.reference}@{sender.domain}"
    subject = phrase(_line(filled(mail.subject, message.words)))
    headers = {"From": _from(message.sender), "To": to, "Subject": subject, **_headers(message, message_id)}
    text, html = filled(mail.text, message.words), filled(mail.html, message.words, escape_all=True)
    head = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    data = (head.encode() + alternatives(text, html)).replace(b"\r\n.", b"\r\n..")
    return Letter(message.reference, message_id, sender.addr_spec, to, data, utf8)


def filled(text: str, words: Mapping[str, str], *, escape_all: bool = False) -> str:
    """Put the words in place of their marks; a mark inside a word, or without a word, stays as it is."""
    pieces, marks = _split(text)
    shown = {name: escape(value) for name, value in words.items()} if escape_all else words
    made = list(pieces)
    for at, name, in_html in marks:
        if name in words:
            made[at] = escape(words[name]) if in_html and not escape_all else shown[name]
    return "".join(made)


@lru_cache(maxsize=64)
def _split(text: str) -> tuple[Sequence[str], Sequence[tuple[int, str, bool]]]:
    """Return the text in pieces, every second a mark, and of each mark: its place, its word, whether it is for HTML."""
    pieces: list[str] = []
    marks, at = [], 0
    for found in _MARK.finditer(text):
        marks.append((len(pieces) + 1, found[1], bool(found[2])))
        pieces += [text[at : found.start()], found.group()]
        at = found.end()
    return (*pieces, text[at:]), tuple(marks)


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


@lru_cache(maxsize=256)
def _from(sender: str) -> str:
    address = _sender(sender)
    if is_plain(address.display_name):
        return str(address)
    return f"{phrase(address.display_name)}\r\n <{address.addr_spec}>"


def _address(address: str, fault: Callable[[], ValueError]) -> Address:
    """Return an address with its domain in ASCII; raises `fault`."""
    # What looks like an encoded word would be read as another address.
    if _ADDRESS.fullmatch(address) is None or "=?" in address or _bytes_of(address) > LONGEST_ADDRESS:
        raise fault()
    local, _, domain = address.rpartition("@")
    try:
        ascii_domain = domain if domain.isascii() else domain.encode("idna").decode()
        local.encode()
        if _ORDINARY.fullmatch(f"{local}@{ascii_domain}"):  # the standard library would read it letter by letter
            return Address(username=local, domain=ascii_domain)
        found = Address(addr_spec=f"{local if local.isascii() else 'x'}@{ascii_domain}")
        return found if local.isascii() else Address(username=local, domain=found.domain)
    except Exception as error:  # the standard library raises half a dozen kinds
        raise fault() from error


def _bytes_of(text: str) -> int:
    return len(text.encode(errors="replace"))


def _line(text: str) -> str:
    return _NOT_IN_A_LINE.sub(" ", _clean(text)).strip()


def _clean(text: str) -> str:
    """Return the text without what UTF-8 or a mail cannot hold: lone surrogates, and the zero character."""
    return text.encode(errors="replace").decode().replace("\0", "")
