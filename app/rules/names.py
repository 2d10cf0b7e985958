"""First names, as they may stand in a message."""

import re
import unicodedata
from typing import Final

MAX_NAME = 60
_SUFFIX: Final = re.compile(r"[ ,]*[\"'(]*\b(?:jr|sr|ii|iii|iv)\b[\"'.)]*$", re.IGNORECASE)
# The joiners shape names in Persian, Khmer and the scripts of India.
_BESIDES_LETTERS: Final = frozenset(" -'’‘ʻ.·\u200c\u200d")


def read_first_name(text: str) -> str | None:
    """Return a name that can be greeted with, or None if the text is no name.

    Digits, links, formulas and marks are refused, for the name goes into texts to the member.
    """
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    name = _SUFFIX.sub("", plain).strip(" \"',.")
    fits = 0 < len(name) <= MAX_NAME and all(map(_belongs, name))
    return name if fits and any(map(str.isalpha, name)) else None


def _belongs(character: str) -> bool:
    return character in _BESIDES_LETTERS or unicodedata.category(character)[0] in "LM"
