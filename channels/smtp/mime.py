"""How words travel in a mail: encoded words (RFC 2047) in a header, two bodies of one text (RFC 2046).

Written by hand because the standard library takes milliseconds for a mail, and reads a subject that only
looks encoded as if it were.
"""

import secrets
from binascii import b2a_base64

LONGEST_LINE = 997
"""Bytes of a line: 998 may be, and one is kept for the dot that the journey adds (RFC 5321, 4.5.2)."""
_ROOM = 66
"""Characters that a header of ours has in its first line of 78."""
_BYTES_OF_A_WORD = 39
_ENCODED, _GOES_ON = 76, 0x80


def phrase(text: str) -> str:
    """Return a line of text as a header may hold it: as it is, or else as encoded words, a line for each."""
    return text if is_plain(text) else "\r\n ".join(f"=?utf-8?b?{coded}?=" for coded in _encoded_words(text))


def is_plain(text: str) -> bool:
    """Say whether a line of text needs no encoding, and cannot be taken for encoded."""
    return text.isascii() and len(text) <= _ROOM and "=?" not in text


def alternatives(text: str, html: str) -> bytes:
    """Return the rest of a mail after its own headers: what it is made of, and the text and the HTML."""
    boundary = secrets.token_hex(16).encode()
    return b"".join((
        b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="', boundary, b'"\r\n',
        b"\r\n--", boundary, b"\r\n", _part(b"plain", text),
        b"\r\n--", boundary, b"\r\n", _part(b"html", html),
        b"\r\n--", boundary, b"--\r\n",
    ))  # fmt: skip


def _part(kind: bytes, text: str) -> bytes:
    """Return a body: readable if it is ASCII, since filters distrust what hides without need, else in base64."""
    lines = text.encode(errors="replace").replace(b"\0", b"").splitlines()
    body = b"\r\n".join(lines) + b"\r\n"
    readable = body.isascii() and max(map(len, lines), default=0) <= LONGEST_LINE
    return b"".join((
        b"Content-Type: text/", kind, b'; charset="utf-8"\r\nContent-Transfer-Encoding: ',
        b"7bit\r\n\r\n" if readable else b"base64\r\n\r\n", body if readable else _base64(body),
    ))  # fmt: skip


def _base64(body: bytes) -> bytes:
    coded = b2a_base64(body, newline=False)
    lines = [coded[at : at + _ENCODED] for at in range(0, len(coded), _ENCODED)]
    return b"\r\n".join(lines) + b"\r\n"


def _encoded_words(text: str) -> list[str]:
    """Return a text in pieces that each end with a whole character, which RFC 2047 asks for."""
    data, found, at = text.encode(), [], 0
    while at < len(data):
        end = at + _BYTES_OF_A_WORD
        while end < len(data) and data[end] & 0xC0 == _GOES_ON:
            end -= 1
        found.append(b2a_base64(data[at:end], newline=False).decode())
        at = end
    return found
