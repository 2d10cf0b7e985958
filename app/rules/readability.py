"""How hard an English text is to read, and how long the sentences of any text are."""

import re
from typing import Final

LETTERS: Final = r"\w\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff"
"""What words are made of, for a class of signs: `\\w` and `\\b` alone end a word at a vowel sign of Hindi or Arabic."""
_END: Final = re.compile(r"(?<=[.!?।؟։])\s+|(?<=[。！？។])|\n+| {2,}")
"""A stop, a line's end, or the wide space between two sentences of Thai, which has no stop."""
_WORD: Final = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)?")
_VOWELS: Final = re.compile(r"[aeiouy]+")
_SILENT: Final = re.compile(r"(?:[^laeiouy]e|[^aeiouydt]ed|[^aeiouysxz]es)$")


def sentences(text: str) -> list[str]:
    """Cut a text into its sentences, in Latin, Chinese, Korean, Indian, Arabic and Armenian punctuation."""
    return [part.strip() for part in _END.split(text) if part and part.strip()]


def syllables(word: str) -> int:
    """Count the syllables of an English word by its vowels, leaving out a silent e at the end."""
    spoken = word.lower()
    heard = len(_VOWELS.findall(spoken)) - (1 if _SILENT.search(spoken) else 0)
    return max(heard, 1)


def grade(text: str) -> float:
    """Give the school grade that reads an English text with ease (Flesch-Kincaid)."""
    words = _WORD.findall(text)
    if not words:
        return 0.0
    per_sentence = len(words) / len(sentences(text))
    per_word = sum(map(syllables, words)) / len(words)
    return 0.39 * per_sentence + 11.8 * per_word - 15.59
