"""The languages that people choose from on our pages, to read and to hear: Chinese has two scripts and two voices."""

from collections.abc import Collection
from typing import Final

from app.rules.languages import CANTONESE, CHINESE, LANGUAGES, written

MANDARIN: Final = "zh-Hans"
SPOKEN_NAMES: Final = {MANDARIN: "普通話 / 普通话", CANTONESE: "廣東話 / 广东话"}
"""How those who speak them call the two Chinese languages of our calls."""


def to_read(having: Collection[str]) -> list[tuple[str, str]]:
    """Return the tags and own names of the languages that have words."""
    return [(one.tag, one.own) for one in LANGUAGES if one.tag in having]


def to_hear(having: Collection[str]) -> list[tuple[str, str]]:
    """Return the tags and own names of the languages that calls are made in."""
    found = list[tuple[str, str]]()
    for tag, own in to_read(having):
        spoken = {MANDARIN: MANDARIN, CHINESE: CANTONESE}.get(tag, tag)
        found.append((spoken, SPOKEN_NAMES.get(spoken, own)))
    return found


def likely_heard(read: str) -> str:
    """Return the spoken language that a reader of a language most likely means; it is only chosen before they look."""
    return CANTONESE if read == CHINESE else read


def script_of(tag: str) -> str:
    """Return the language whose writing a name of `to_hear` is in, for the page's markup."""
    return written(tag)
