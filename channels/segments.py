"""How many parts a text is sent in, and which character makes it long.

Sizes: 3GPP TS 23.038 (alphabets) and TS 23.040 (six octets of each part go to the joining header). The
standard would cut a part anywhere but within a two-unit character. Twilio's own calculator also keeps
together what a reader sees as one character: a Khmer or Hindi letter with its marks, an emoji of several.
Twilio's people held the calculator against what Twilio billed (its issue 66: 16 of 16 alike, though none of
them tells these two apart), so we count as it does; where the two differ, ours is the greater number, and
a plan's cost is never told too low. `make fuzz` holds us to it. One thing we do not follow: a single such
character longer than a whole part (marks piled on marks) is one part to the calculator; we count those it takes.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from channels.graphemes import graphemes, has_graphemes

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The characters of GSM-7 that take one unit."""
EXTENDED = "\f^{}\\[~]|€"
"""The characters of GSM-7 that take two: an escape goes before them."""
SINGLE_GSM7, PART_GSM7 = 160, 153
SINGLE_UCS2, PART_UCS2 = 70, 67
"""Units of a text sent alone, and of each part of a longer one."""

_ESCAPED = "\x1bx"  # a stand-in of the right length
_FOREIGN = re.compile(f"[^{re.escape(BASIC + EXTENDED)}]")
_EXTENDED = re.compile(f"[{re.escape(EXTENDED)}]")

# Punctuation and spaces only. Never a letter: without its marks it is another word.
_PLAIN = {
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‘’‚‛′‹›`´", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f", " "),
    "…": "...",
    "•": "*",
}
_SMART = re.compile(f"[{''.join(_PLAIN)}]")
_TO_PLAIN = str.maketrans(_PLAIN)


class Encoding(StrEnum):
    """The alphabet a text travels in."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


@dataclass(frozen=True, slots=True)
class Segments:
    """The size of a text; `forced_by` is its first character that GSM-7 lacks, `forced_at` its place from 1."""

    encoding: Encoding
    units: int
    count: int
    forced_by: str = field(default="", repr=False)
    forced_at: int = 0

    @property
    def cause(self) -> str:
        """Name the character that forces UCS-2, as a person can find it; empty for GSM-7."""
        if not self.forced_by:
            return ""
        name = unicodedata.name(self.forced_by, "no name")
        return f"{self.forced_by} (U+{ord(self.forced_by):04X} {name}) at character {self.forced_at}"


def segments(text: str) -> Segments:
    """Count the parts in which a text is sent; an empty text has none."""
    foreign = _FOREIGN.search(text)
    if foreign is None:
        return _gsm7(text)
    units = _units(text)
    return Segments(Encoding.UCS2, units, _ucs2_parts(text, units), foreign.group(), foreign.start() + 1)


def as_sent(text: str) -> Segments:
    """Count the parts of a text as it goes out, its punctuation made plain."""
    return segments(plain_punctuation(text))


def plain_punctuation(text: str) -> str:
    """Replace typographic punctuation by that of GSM-7, where the text can then travel in GSM-7.

    A text that stays in UCS-2 anyway is returned as it is: there the typography costs nothing.
    """
    if _SMART.search(text) is None:
        return text
    plain = text.translate(_TO_PLAIN)
    return text if _FOREIGN.search(plain) else plain


def _gsm7(text: str) -> Segments:
    written = _EXTENDED.sub(_ESCAPED, text)
    units = len(written)
    return Segments(Encoding.GSM7, units, min(units, 1) if units <= SINGLE_GSM7 else _gsm7_parts(written))


def _gsm7_parts(written: str) -> int:
    """Count parts, where an escape may not end one."""
    count = start = 0
    while start < len(written):
        end = start + PART_GSM7
        start = end - 1 if written[end - 1 : end] == _ESCAPED[0] else end
        count += 1
    return count


def _ucs2_parts(text: str, units: int) -> int:
    if units <= SINGLE_UCS2:
        return 1
    if not has_graphemes(text):
        return -(-units // PART_UCS2)
    pieces = graphemes(text)
    return _filled(map(len, pieces) if units == len(text) else map(_units, pieces))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _filled(sizes: Iterable[int]) -> int:
    """Count parts, where none of the pieces is cut that would fit into one."""
    count = room = 0
    for size in sizes:
        if size > room:
            count += -(-size // PART_UCS2)
            room = -size % PART_UCS2
        else:
            room -= size
    return count
