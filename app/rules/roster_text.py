"""From a file's bytes to its text, whatever the program that wrote it."""

import codecs
from dataclasses import dataclass, field
from typing import Final

from app.rules.roster_rows import BadFile

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHER_FILES: Final = (
    (b"PK\x03\x04", "this is a spreadsheet or an archive, not text; save it as CSV UTF-8 and send that"),
    (b"\xd0\xcf\x11\xe0", "this is an old spreadsheet, not text; save it as CSV UTF-8 and send that"),
    (b"%PDF", "this is a PDF, not text; send the table as CSV UTF-8"),
    (b"\x1f\x8b", "this file is compressed; unpack it first"),
)
_HEAD: Final = 4096
_GUESS: Final = "cp1252"


@dataclass(frozen=True, slots=True)
class FileText:
    """A file's text; `guessed` if nothing in the file tells its encoding and Windows-1252 was assumed."""

    text: str = field(repr=False)
    encoding: str
    guessed: bool = False


def text_of(data: bytes) -> FileText | BadFile:
    """Return the text of UTF-8, UTF-16 with its mark, or else Windows-1252."""
    other = next((reason for start, reason in _OTHER_FILES if data.startswith(start)), None)
    if other is not None:
        return BadFile(other)
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if marked is None and b"\0" in data[:_HEAD]:
        return BadFile("the file is not text, or UTF-16 without its mark; save it as CSV UTF-8")
    text = _decoded(data, marked or "utf-8")
    if text is not None:
        return FileText(text, marked or "utf-8")
    guess = None if marked else _decoded(data, _GUESS)
    if guess is None:
        return BadFile("the file's characters are damaged; save it again as CSV UTF-8")
    return FileText(guess, _GUESS, guessed=True)


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None
