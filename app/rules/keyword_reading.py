"""A text folded for comparing, so that a word is found however a phone, a keyboard or a hurry wrote it."""

import re
import unicodedata
from typing import Final

_ARABIC: Final = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "ٱ": "ا", "ـ": ""})
"""Arabic and Farsi keyboards differ; a stretched letter is the same letter."""
_APOSTROPHES: Final = str.maketrans(dict.fromkeys("'’‘ʼ`´＇\u055a\u055b\u055c\u055e", ""))
"""Apostrophes, and the Armenian marks of emphasis, exclamation and question: all stand inside words."""
_ACCENTS: Final = re.compile(r"[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u093c\u0a3c]")
"""Marks that people leave out: of Latin, Greek and Cyrillic letters, of Arabic vowels, the dot of Hindi and Punjabi."""
_ENDS: Final = re.compile(r"[.!?;\n\r…。！？；।｡]+|[,，、](?=\s|\w)|[\U0001f300-\U0001faff\u2600-\u27bf]+")
STOP_SIGNS: Final = frozenset("🛑🚫⛔🖕✋")
"""What a message of signs alone says."""


def plain(body: str) -> str:
    """Return a text folded for comparing: one case and width, no accents, no punctuation, single spaces."""
    folded = unicodedata.normalize("NFKC", body.translate(_APOSTROPHES)).casefold()
    folded = unicodedata.normalize("NFKD", folded).translate(_APOSTROPHES).replace("đ", "d").replace("ı", "i")
    bare = _ACCENTS.sub("", folded.translate(_ARABIC))
    seen = (
        sign for sign in bare if unicodedata.category(sign) not in {"Cf", "Me"} and not "\ufe00" <= sign <= "\ufe0f"
    )
    spaced = (sign if unicodedata.category(sign)[0] in "LNM" else " " for sign in seen)
    return unicodedata.normalize("NFC", " ".join("".join(spaced).split()))


def parts(body: str) -> list[str]:
    """Return the sentences of a text, each folded; what says nothing is left out."""
    return [said for part in _ENDS.split(body) if (said := plain(part))]


def folded(words: str) -> frozenset[str]:
    """Return words that stand with bars between them, each folded."""
    return frozenset(map(plain, words.split("|")))
