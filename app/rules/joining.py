"""Signing up by text: what `JOIN VI 92840` asks for, and which words are a yes to the question that follows.

The text comes folded by `keywords.plain`: one case, no accents, no punctuation, single spaces.
"""

from dataclasses import dataclass, field
from typing import Final

from app.rules.cells import ascii_digits
from app.rules.keyword_reading import plain
from app.rules.languages import LANGUAGES, read_language, written
from app.rules.zones import read_zip

JOIN: Final = "join"
MOST_WORDS: Final = 6
"""Who writes more tells us something else."""
YES_WORDS: Final = (
    "YES|Y|OK|OKAY|YEP|I AGREE|AGREE|SI|SÍ|SI ACEPTO|ACEPTO|CO|CÓ|VANG|VÂNG|DONG Y|ĐỒNG Ý|是|是的|好|好的|同意|要|可以"
    "|네|예|동의|좋아요|بله|آری|نعم|موافق|այո|համաձայն եմ|ДА|СОГЛАСЕН|СОГЛАСНА|ТАК|ЗГОДЕН|ЗГОДНА|OO|OPO|はい|同意します"
    "|ใช่|ตกลง|हाँ|हां|ਹਾਂ|បាទ|ចាស|យល់ព្រម"
)
"""A start: the words of `YES` in the languages that we write; a native speaker's look is due, as at the stop words."""
_YES: Final = frozenset(plain(word) for word in YES_WORDS.split("|"))


@dataclass(frozen=True, slots=True)
class JoinAsked:
    """What a person who texts JOIN wants."""

    language: str | None = None
    zip: str | None = field(default=None, repr=False)


def read_join(said: str) -> JoinAsked | None:
    """Read `join`, with a language by tag or name and a ZIP code in any order; None for anything else."""
    head, *rest = said.split(" ")
    if head != JOIN or len(rest) > MOST_WORDS:
        return None
    zips = [word for word in rest if read_zip(ascii_digits(word))]
    words = [word for word in rest if word not in zips]
    return JoinAsked(_language(words), ascii_digits(zips[0]) if zips else None)


def is_yes(said: str) -> bool:
    """Say whether a text is a yes and nothing else."""
    return said in _YES


def _language(words: list[str]) -> str | None:
    """Return the language that some words name: all of them, or else the first that does."""
    for words_tried in (" ".join(words), *words):
        tag = _read(words_tried)
        if tag:
            return written(tag)
    return None


def _read(text: str) -> str | None:
    return (read_language(text) or _BY_PLAIN_NAME.get(text)) if text else None


def _plain_names() -> dict[str, str]:
    return {plain(name): one.tag for one in LANGUAGES for name in (one.own, one.english, *one.others)}


_BY_PLAIN_NAME: Final = _plain_names()
