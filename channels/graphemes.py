"""Splits a text into what a reader sees as one character: a letter with its marks, a joined emoji, a flag.

The rules are those of Unicode's annex 29 (UAX 29), as far as Twilio's own calculator knows them; marks of scripts
beyond the first plane, which no language of California is written in, stand for themselves.
"""

import re
import unicodedata
from functools import lru_cache

_PREFIXES = "\u0600-\u0605\u06dd\u070f\u08e2\u0d4e"
_LEADS, _VOWELS, _TAILS = "\u1100-\u115f\ua960-\ua97c", "\u1160-\u11a7\ud7b0-\ud7c6", "\u11a8-\u11ff\ud7cb-\ud7fb"
_SYLLABLES = "\uac00-\ud7a3"
_FLAGS = "\U0001f1e6-\U0001f1ff"
_JOINER = "\u200d"
_GLUED = "♀♂⚕⚖✈❤🌈🌾🍳🎓🎤🎨🏫🏭👦👧👨👩💋💻💼🔧🔬🗨🚀🚒"
"""The emojis that a joiner binds to the one before it."""
# Thai and Lao vowels that are letters by category, the non-joiner, Japanese voicing, skin tones, a region's flag.
_OTHER_MARKS = "\u0e33\u0eb3\u200c\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"
_NOT_CONTROLS = frozenset("\u200c\u200d\u06dd\u070f\u08e2") | frozenset(map(chr, range(0x600, 0x606)))


def graphemes(text: str) -> list[str]:
    """Split a text; `"".join` gives it back."""
    return _patterns()[0].findall(text)


def has_graphemes(text: str) -> bool:
    """Say whether a character may be one with its neighbour, or takes two units of UTF-16; most texts have none."""
    return _patterns()[1].search(text) is not None


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Build the patterns when they are first needed: Python knows the marks, but not as a class of its patterns."""
    first_plane = [char for char in map(chr, range(0x10000)) if char < "\uac00" or char > "\ud7fb"]
    marks = _of(first_plane, "Mn", "Me", "Mc") + _OTHER_MARKS
    controls = _of(first_plane, "Cc", "Cf", "Cs", "Zl", "Zp")
    korean = f"[{_LEADS}]*(?:[{_VOWELS}]+|[{_SYLLABLES}][{_VOWELS}]*)[{_TAILS}]*|[{_LEADS}]+|[{_TAILS}]+"
    tail = f"(?:[{marks}]|{_JOINER}[{_GLUED}]?)*"
    one = f"[{_PREFIXES}]*(?:{korean}|[{_FLAGS}]{{2}}|[^{controls}]){tail}|."
    many = f"[{marks}{_JOINER}{_PREFIXES}{_LEADS}{_VOWELS}{_TAILS}\U00010000-\U0010ffff]"
    return re.compile(one, re.DOTALL), re.compile(many)


def _of(chars: list[str], *categories: str) -> str:
    return "".join(
        re.escape(one) for one in chars if unicodedata.category(one) in categories and one not in _NOT_CONTROLS
    )
