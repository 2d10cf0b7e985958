"""What people text us, by language and meaning: whole messages; a native speaker still has to look at most of them.

Case, accents, punctuation and width do not count (`keyword_reading`). Where a word means two things, stop wins.
"""

from collections.abc import Mapping
from typing import Final

from app.rules.keyword_words import (
    arabic_and_farsi,
    chinese_japanese_korean,
    english_and_spanish,
    russian_ukrainian_armenian,
    southern_asia,
    vietnamese_tagalog_hmong,
)

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    **english_and_spanish.WORDS,
    **vietnamese_tagalog_hmong.WORDS,
    **chinese_japanese_korean.WORDS,
    **russian_ukrainian_armenian.WORDS,
    **arabic_and_farsi.WORDS,
    **southern_asia.WORDS,
}
"""Language, meaning, words."""
