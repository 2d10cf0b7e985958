"""Looks over templates before anybody reads them: what is missing, too long, or must not be said.

A finding says where it stands and how to mend it. Texts are measured by a function that is handed
in, because how a text is cut up is the channel's business. What a template must have is in `wording_required`,
what its channel cannot carry in `wording_fit`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol
from uuid import UUID

from app.rules.agency import Agency
from app.rules.facts import Channel
from app.rules.languages import fallbacks
from app.rules.readability import grade, sentences
from app.rules.wording import MARK, ConsentWording, Template, Words, fill, join
from app.rules.wording_direction import is_right_to_left
from app.rules.wording_required import Finding, Problem, finding, lacking, source_of, texts_of
from app.rules.wording_taboo import foreign_links, taboos, telling
from app.rules.wording_values import agency_words, long_date, month_name


class Size(Protocol):
    """The size of a text as its channel measures it."""

    @property
    def count(self) -> int:
        """How many parts it is sent in."""

    @property
    def cause(self) -> str:
        """Which character makes the parts small, named so that a person finds it; empty where none does."""


Measure = Callable[[str], Size]
"""Measures a text as it would be sent."""

LONGEST_SMS: Final = 300
LONGEST_SUBJECT: Final = 78
LONGEST_CALL: Final = 900
"""Characters; about a minute of speech."""
HIGHEST_GRADE: Final = 6.9
SMALL_ALPHABET: Final = frozenset({"en", "es", "tl"})
"""Languages whose texts are written to fit GSM-7; one stranger among the letters would double their price."""
SEGMENTS: Final = {"en": 2, "es": 2, "tl": 2}
"""Segments of a text at most; `SEGMENTS_OTHER` where an alphabet takes more room."""
SEGMENTS_OTHER: Final = 4
ROOMIER: Final = frozenset({"welcome", "help"})
"""Sent once or on request, and told by the carriers what to say: they may take one segment more."""
LONGEST_SENTENCE: Final = {"zh-Hans": 45, "zh-Hant": 45, "ko": 60, "ja": 60, "km": 100}
"""Characters of a sentence at most, its marks not counted; `LONGEST_SENTENCE_OTHER` for the rest."""
LONGEST_SENTENCE_OTHER: Final = 130

PAGE, CALL = "page", "call"
"""Words that no channel carries."""
WARNINGS: Final[Mapping[str, frozenset[str]]] = {
    "page_common": frozenset({"bad_email"}),
    "page_preferences": frozenset({"word_hint"}),
    "page_privacy": frozenset({"not_held", "others_county", "others_law"}),
    "page_verify": frozenset({"careful", "never_ask", "never_come", "never_give"}),
}
"""Parts of pages that name what nobody is asked for: they warn of it or say that it is not held. One has an example."""

_SAMPLE: Final = Agency(
    id=UUID(int=0),
    code="sample",
    name="Orange County Social Services Agency",
    county_code="30",
    phone="+18002819799",
    postal_address="1 Sample Street, Santa Ana, CA 92701",
    fraud_email="fraud@example.org",
)

_SAMPLE_CALL: Final = {
    "key": "2", "hours": "8 - 5", "day": "1", "last_day": "5", "opens": "8", "closes": "5", "hour": "8", "minute": "30",
}  # fmt: skip
"""What stands for the marks that only a call's menu has."""
_PHONE: Final = re.compile(r"\{(?:\w+_)?(?:phone|tty)\}")
_PHONE_LINE: Final = re.compile(rf"^{_PHONE.pattern}$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the completeness table; `review` is `missing` where there are no words."""

    key: str
    channel: str
    """A channel, or `page` or `call` for words beside them."""
    language: str
    review: str
    chars: int
    segments: int
    forced_by: str
    """The character that forces the text into UCS-2, with its name and place; empty for GSM-7."""
    stands_in: str = ""
    """The language whose words a reader gets where there are none."""


def sample_words(language: str) -> dict[str, str]:
    """Give words of ordinary length for every mark, for checks and previews."""
    shared = agency_words(_SAMPLE)
    own = {
        "month": month_name(date(2027, 9, 1), language),
        "date": long_date(date(2027, 9, 30), language),
        "new_county": "San Bernardino",
        "new_county_phone": "(877) 410-8829",
        "first_name": "Maria",
        "code": "K7QF2M4P",
        "signup_code": "482913",
        "unsubscribe_url": "https://reminders.example.org/unsubscribe/sample",
        "safe_word": "Magnolia",
        "address": "*** *** 9799",
        "link": "https://reminders.example.org/p/9fK2mQ7x",
        **_SAMPLE_CALL,
    }
    return shared | own


def check(template: Template, words: Words, measure: Measure) -> list[Finding]:
    """Look over one template with the words it will be filled with; nothing found is an empty list."""
    found = [*lacking(template), *_menu(template)]
    for channel in template.channels:
        found += [finding(template, channel, problem) for problem in _problems(template, channel, words, measure)]
    return found + [finding(template, PAGE, problem) for problem in _of_page(template, words)]


def check_wording(wording: ConsentWording) -> list[Finding]:
    """Look over a consent wording (CTIA: who, what for, how often, what it costs, how to stop)."""
    must = {Channel.SMS: ("STOP", "HELP", "{limit}"), Channel.VOICE: ("9", "{phone}")}
    said = wording.text.source
    unsaid = [part for part in ("{agency}", *must.get(wording.channel, ())) if part not in said]
    key = f"wording {wording.id}"
    return [Finding(key, wording.channel, wording.language, f"{part} is missing", f"Say {part}") for part in unsaid]


def coverage(templates: Iterable[Template], languages: Iterable[str], measure: Measure) -> list[Row]:
    """Make the completeness table: each key and channel that English has, pages too, in each language."""
    held = {(template.key, template.language): template for template in templates}
    wanted = [(t.key, place) for t in held.values() if t.language == "en" for place in places(t)]
    return [_row(held, key, channel, language, measure) for key, channel in wanted for language in languages]


def places(template: Template) -> tuple[str, ...]:
    """Return where the words of a template are read or heard: its channels, and a page or the menu of a call."""
    beside = {PAGE: template.page, CALL: template.call}
    return (*template.channels, *(place for place, texts in beside.items() if texts))


def _row(held: Mapping[tuple[str, str], Template], key: str, place: str, language: str, measure: Measure) -> Row:
    template = held.get((key, language))
    if template is None or place not in places(template):
        near = (tag for tag in fallbacks(language) if (key, tag) in held and place in places(held[key, tag]))
        return Row(key, place, language, "missing", 0, 0, "", next(near, ""))
    words, parts, cause = sample_words(language), 0, ""
    if place not in tuple(Channel):
        texts = template.page if place == PAGE else template.call
        return Row(
            key, place, language, str(template.review), sum(len(fill(one, words)) for one in texts.values()), 0, ""
        )
    said = _said(template, Channel(place), words)
    if place == Channel.SMS:
        size = measure(said)
        parts, cause = size.count, size.cause
    return Row(key, place, language, str(template.review), len(said), parts, cause)


# --- the checks, one rule each ---------------------------------------------------------------


def _problems(template: Template, channel: Channel, words: Words, measure: Measure) -> Iterator[Problem]:
    said, source = _said(template, channel, words), source_of(template, channel)
    if channel is Channel.SMS:
        yield from _text(template, said, measure(said))
    yield from _lengths(template, channel, said)
    yield from _reading(template.language, said)
    yield from _sentences(template.language, source)
    yield from taboos(template.language, source)
    yield from foreign_links(source)
    yield from telling(template.language, _open_to_all(template, source if channel is not Channel.EMAIL else ""))


def _of_page(template: Template, words: Words) -> Iterator[Problem]:
    """Look over the words of a web page: they promise and ask as little as a message does."""
    if not template.page:
        return
    source = "\n".join(text.source for text in template.page.values())
    yield from _reading(template.language, "\n".join(fill(text, words) for text in template.page.values()))
    yield from _sentences(template.language, source)
    warned = WARNINGS.get(template.key, frozenset())
    source = "\n".join(text.source for part, text in template.page.items() if part not in warned)
    yield from taboos(template.language, source)
    yield from foreign_links(source)


def _text(template: Template, said: str, size: Size) -> Iterator[Problem]:
    most = SEGMENTS.get(template.language, SEGMENTS_OTHER) + (template.key in ROOMIER)
    if len(said) > LONGEST_SMS:
        yield f"{len(said)} characters", f"Use {LONGEST_SMS} at most"
    if size.count > most:
        yield f"{size.count} segments", f"Use {most} at most"
    if size.cause and template.language in SMALL_ALPHABET:
        yield f"{size.cause} makes the text dearer", "Say it in other words; letters are never stripped"
    if is_right_to_left(template.language) and template.sms and _PHONE.search(_PHONE_LINE.sub("", template.sms.source)):
        yield "the phone number stands among the words", "Give it a line of its own: phones differ in how they mix"


def _lengths(template: Template, channel: Channel, said: str) -> Iterator[Problem]:
    if channel is Channel.VOICE and len(said) > LONGEST_CALL:
        yield f"{len(said)} characters to say", f"Use {LONGEST_CALL} at most"
    if template.email and len(template.email.subject.source) > LONGEST_SUBJECT:
        yield "the subject is long", f"Use {LONGEST_SUBJECT} characters at most"


def _reading(language: str, said: str) -> Iterator[Problem]:
    if language == "en" and (measured := grade(said)) > HIGHEST_GRADE:
        yield f"reading grade {measured:.1f}", f"Use shorter words, up to {HIGHEST_GRADE}"


def _sentences(language: str, source: str) -> Iterator[Problem]:
    most = LONGEST_SENTENCE.get(language, LONGEST_SENTENCE_OTHER)
    longest = max((len(MARK.sub("", sentence).strip()) for sentence in sentences(source)), default=0)
    if longest > most:
        yield f"a sentence of {longest} characters", f"Use {most} at most"


def _open_to_all(template: Template, source: str) -> str:
    """Give what somebody beside the reader sees or hears: all of a text or call, of an e-mail what a mailbox lists."""
    listed = (template.email.subject.source, template.email.preheader.source) if template.email else ()
    return source or "\n".join(listed)


def _menu(template: Template) -> Iterator[Finding]:
    """Look over the words of a call's menu."""
    problems: list[Problem] = []
    for text in template.call.values():
        problems += [*_sentences(template.language, text.source), *taboos(template.language, text.source)]
    problems += _reading(template.language, " ".join(text.source for text in template.call.values()))
    yield from (finding(template, Channel.VOICE, problem) for problem in problems)


# --- the words of a channel ------------------------------------------------------------------


def _said(template: Template, channel: Channel, words: Words) -> str:
    return fill(join(texts_of(template, channel), "\n"), words)
