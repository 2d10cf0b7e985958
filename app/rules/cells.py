"""Text as people and spreadsheets leave it in a cell: tidied, folded for comparing, or a word for nothing."""

import re
import unicodedata
from typing import Final

_SPREADSHEET_TEXT = re.compile(r'="(.*)"|=?\'([^\']*)\'?')
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")

NONE_WORDS: Final = frozenset(
    {
        "none",
        "no",
        "na",
        "nil",
        "null",
        "nan",
        "nothing",
        "unknown",
        "unk",
        "blank",
        "empty",
        "declined",
        "refused",
        "nodata",
        "novalue",
        "missing",
        "noemail",
        "noemails",
        "nomail",
        "noemailaddress",
        "noaddress",
        "nophone",
        "nonumber",
        "nophonenumber",
        "notavailable",
        "notprovided",
        "notgiven",
        "notapplicable",
        "nonegiven",
        "noneprovided",
        "notonfile",
        "nonefile",
        "noneonfile",
        "doesnothave",
        "donthave",
        "noaccess",
        "ninguno",
        "ninguna",
        "notiene",
        "x",
        "xx",
        "xxx",
    }
)
"""Folded words by which files say that there is nothing."""


def tidy(text: str) -> str:
    """Return the text in one line: white space joined, invisible marks and width variants gone."""
    if text.isascii():
        return text if text.isalnum() else " ".join(text.split())
    # Twice, because a mark in between can hide two letters that compose.
    for _ in range(2):
        plain = unicodedata.normalize("NFKC", text)
        text = "".join(c for c in plain if c.isspace() or unicodedata.category(c) != "Cf")
    return " ".join(text.translate(_DASHES).split())


def unguarded(text: str) -> str:
    """Return the tidy text without the marks that keep a spreadsheet from reading a number.

    These are a leading apostrophe, and the formula form `="7145550100"`.
    """
    found = _SPREADSHEET_TEXT.fullmatch(text)
    return (found[1] or found[2] or "").strip() if found else text


def fold(text: str) -> str:
    """Return letters and digits alone, in one case and without accents: what two spellings share."""
    if text.isascii():
        return text.lower() if text.isalnum() else "".join(filter(str.isalnum, text.lower()))
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(filter(str.isalnum, plain))


def says_nothing(text: str) -> bool:
    """Tell whether a cell is blank, a dash, or a word such as "none" or "n/a"."""
    folded = fold(text)
    return not folded or folded in NONE_WORDS


def ascii_digits(text: str) -> str:
    """Return the text with the decimal digits of every script written as 0 to 9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
