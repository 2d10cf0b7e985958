"""What a page says, phrase by phrase: escaped, with numbers and addresses kept whole in any direction of writing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from markupsafe import Markup, escape

from app.rules.wording import Text
from app.rules.wording_values import direction, long_date, tidy

Value = str | int | date
"""What may stand for a mark; a day is written as the language does."""

LEFT_TO_RIGHT: Final = frozenset(
    {"phone", "county_phone", "tty", "portal", "new_county_phone", "fraud_phone", "ssa_phone", "coveredca_phone",
     "code", "signup_code", "fraud_email", "link", "unsubscribe_url", "address"}
)  # fmt: skip
"""Marks whose words read from left to right in every language."""
ISOLATED: Final = frozenset({"agency", "first_name", "postal_address", "privacy_contact", "new_county", "safe_word"})
"""Marks whose words have a direction of their own, whatever stands around them."""
NAME: Final = "Medi-Cal"
WHOLE_NAME: Final = f'<span class="kc-whole">{NAME}</span>'


@dataclass(frozen=True, slots=True)
class Phrase:
    """One text of a page. It says nothing, and counts as false, as long as one of its marks has no word."""

    text: Text
    language: str
    words: Mapping[str, Value] = field(default_factory=dict, repr=False)
    links: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Where a mark leads: a phone to `tel:`, a portal to its address."""
    foreign: bool = False
    """Whether the page around it is in another language."""

    def __call__(self, **more: Value) -> "Phrase":
        """Return the phrase with further words for its marks."""
        return replace(self, words={**self.words, **more})

    def __bool__(self) -> bool:
        return bool(self.text) and all(self.words.get(mark) not in {None, ""} for mark in self.text.marks)

    def __html__(self) -> str:
        if not self:
            return ""
        said = "".join(self._pieces())
        if not self.foreign:
            return said
        return f'<span lang="{self.language}" dir="{direction(self.language)}">{said}</span>'

    def __str__(self) -> str:
        return self.__html__()

    @property
    def plain(self) -> str:
        """The text without markup, for titles and attributes."""
        return self.text.pattern % tuple(map(self._word, self.text.marks)) if self else ""

    def _pieces(self) -> Iterator[str]:
        yield self._written(self.text.literals[0])
        for mark, literal in zip(self.text.marks, self.text.literals[1:], strict=True):
            yield self._shown(mark)
            yield self._written(literal)

    def _written(self, literal: str) -> str:
        """Return what stands between the marks; from right to left a line may not end within a Latin name."""
        text = str(escape(literal))
        return text.replace(NAME, WHOLE_NAME) if direction(self.language) == "rtl" else text

    def _shown(self, mark: str) -> str:
        shown = escape(self._word(mark))
        if mark in LEFT_TO_RIGHT:
            shown = Markup('<bdi dir="ltr">{}</bdi>').format(shown)
        elif mark in ISOLATED:
            shown = Markup("<bdi>{}</bdi>").format(shown)
        link = self.links.get(mark)
        return str(Markup('<a href="{}" rel="noreferrer">{}</a>').format(link, shown) if link else shown)

    def _word(self, mark: str) -> str:
        value = self.words[mark]
        return long_date(value, self.language) if isinstance(value, date) else tidy(mark, str(value))


class Said:
    """The texts of a page by part: `said.title`; what a language lacks is said in English and marked as such."""

    def __init__(
        self, texts: Mapping[str, Text], language: str, *, english: Mapping[str, Text],
        words: Mapping[str, Value], links: Mapping[str, str], page: str = "",
    ) -> None:  # fmt: skip
        self._texts, self._language, self._english, self._words, self._links = texts, language, english, words, links
        self._page = page or language

    def __getitem__(self, part: str) -> Phrase:
        text, language = self._texts.get(part), self._language
        if text is None:
            text, language = self._english[part], "en"
        return Phrase(text, language, self._words, self._links, foreign=language != self._page)

    def __getattr__(self, part: str) -> Phrase:
        try:
            return self[part]
        except KeyError:
            raise AttributeError(part) from None

    def __contains__(self, part: object) -> bool:
        return part in self._texts or part in self._english
