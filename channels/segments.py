"""How many parts a text is sent in, and which character makes it long.

Sizes: 3GPP TS 23.038 (alphabets) and TS 23.040 (six octets of each part go to the joining header).
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The characters of GSM-7 that take one unit."""
EXTENDED = "\f^{}\\[~]|€"
"""The characters of GSM-7 that take two: an escape goes before them."""

# Stand-ins of the right length: only the first half's place matters.
_ESCAPED = "\x1bx"
_PAIR = "\ud800\udc00"
_FIRST_HALVES = _ESCAPED[0] + _PAIR[0]
_FOREIGN = re.compile(f"[^{re.escape(BASIC + EXTENDED)}]")
_EXTENDED = re.compile(f"[{re.escape(EXTENDED)}]")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")

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
    """The size of a text; `forced_by` is its first character that GSM-7 lacks."""

    encoding: Encoding
    units: int
    count: int
    forced_by: str = field(default="", repr=False)


def segments(text: str) -> Segments:
    """Count the parts in which a text is sent; an empty text has none."""
    foreign = _FOREIGN.search(text)
    if foreign is None:
        return _gsm7(text)
    return _ucs2(text, foreign.group())


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
    return Segments(Encoding.GSM7, len(written), _parts(written, single=160, part=153))


def _ucs2(text: str, forced_by: str) -> Segments:
    written = _ASTRAL.sub(_PAIR, text)
    return Segments(Encoding.UCS2, len(written), _parts(written, single=70, part=67), forced_by)


def _parts(written: str, *, single: int, part: int) -> int:
    """Count parts, where the first half of a two-unit character may not end one."""
    units = len(written)
    if units <= single:
        return min(units, 1)
    count = start = 0
    while start < units:
        end = start + part
        start = end - 1 if end < units and written[end - 1] in _FIRST_HALVES else end
        count += 1
    return count
