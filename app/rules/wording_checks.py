"""Looks over templates before anybody reads them: what is missing, too long, or must not be said.

A finding says where it stands and how to mend it. Segments are counted by a function that is handed
in, because how a text is cut up is the channel's business.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from app.rules.agency import Agency
from app.rules.facts import Channel
from app.rules.readability import grade, sentences
from app.rules.wording import (
    MARK,
    ConsentWording,
    Review,
    Template,
    Text,
    Voice,
    Words,
    fill,
    join,
)
from app.rules.wording_taboo import foreign_links, taboos
from app.rules.wording_values import agency_words, month_name

CountSegments = Callable[[str], int]

LONGEST_SMS: Final = 300
LONGEST_SUBJECT: Final = 78
LONGEST_CALL: Final = 900
"""Characters; about a minute of speech."""
HIGHEST_GRADE: Final = 6.9
SEGMENTS: Final = {"en": 2, "es": 2}
"""Segments of a text at most; `SEGMENTS_OTHER` where an alphabet takes more room."""
SEGMENTS_OTHER: Final = 4
ROOMIER: Final = frozenset({"welcome", "help"})
"""Sent once or on request, and told by the carriers what to say: they may take one segment more."""
LONGEST_SENTENCE: Final = {"zh-Hans": 45, "zh-Hant": 45, "ko": 60}
"""Characters of a sentence at most, its marks not counted; `LONGEST_SENTENCE_OTHER` for the rest."""
LONGEST_SENTENCE_OTHER: Final = 130

_SAMPLE: Final = Agency(
    id=UUID(int=0),
    code="sample",
    name="Orange County Social Services Agency",
    county_code="30",
    phone="+18002819799",
    postal_address="1 Sample Street, Santa Ana, CA 92701",
)

_EVERY: Final = frozenset({"agency", "phone", "code"})
_MARKS: Final[Mapping[tuple[str, Channel], frozenset[str]]] = {
    ("renewal_two_months", Channel.SMS): _EVERY | {"month", "portal"},
    ("renewal_two_months", Channel.EMAIL): _EVERY | {"month", "portal", "county_phone"},
    ("renewal_two_months", Channel.VOICE): _EVERY | {"month", "portal"},
    ("signup_code", Channel.SMS): _EVERY | {"signup_code"},
    ("signup_code", Channel.EMAIL): _EVERY | {"signup_code"},
    ("signup_code", Channel.VOICE): _EVERY | {"signup_code"},
    ("welcome", Channel.SMS): _EVERY | {"portal", "limit"},
    ("start_confirmation", Channel.SMS): _EVERY | {"limit"},
    ("help", Channel.SMS): _EVERY | {"tty"},
    ("help", Channel.VOICE): _EVERY - {"code"},  # someone called us: there is no message
    ("stop_confirmation", Channel.VOICE): _EVERY - {"code"},
    ("language_help", Channel.SMS): frozenset({"phone"}),
    ("language_help", Channel.EMAIL): frozenset({"phone"}),
    ("language_help", Channel.VOICE): frozenset({"phone"}),
}
"""The marks that a key must have on a channel; `_EVERY` for those that are not listed."""

_SAYS_STOP: Final = frozenset({"renewal_two_months", "welcome", "help", "start_confirmation"})
_NO_STOP_HINT: Final = frozenset({"voicemail", "stop_confirmation", "language_help"})
_PARTS: Final = ("subject", "preheader", "greeting", "greeting_plain", "body", "signoff", "footer")
_PAGE: Final = {"unsubscribed": ("title", "ask", "button", "done", "letters", "help")}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend in a template; `channel` is empty for what concerns the whole file."""

    key: str
    channel: str
    language: str
    what: str
    mend: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the completeness table; `review` is `missing` where there are no words."""

    key: str
    channel: str
    language: str
    review: str
    chars: int
    segments: int


def sample_words(language: str) -> dict[str, str]:
    """Give words of ordinary length for every mark, for checks and previews."""
    shared = agency_words(_SAMPLE)
    own = {
        "month": month_name(date(2027, 9, 1), language),
        "first_name": "Maria",
        "code": "K7QF2M4P",
        "signup_code": "482913",
        "unsubscribe_url": "https://reminders.example.org/unsubscribe/sample",
    }
    return shared | own


def check(template: Template, words: Words, count_segments: CountSegments) -> list[Finding]:
    """Look over one template with the words it will be filled with; nothing found is an empty list."""
    found = [*_page(template)]
    for channel in template.channels:
        for what, mend in _problems(template, channel, words, count_segments):
            found.append(Finding(template.key, channel, template.language, what, mend))
    return found


def check_wording(wording: ConsentWording) -> list[Finding]:
    """Look over a consent wording (CTIA: who, what for, how often, what it costs, how to stop)."""
    must = {Channel.SMS: ("STOP", "HELP", "{limit}"), Channel.VOICE: ("9", "{phone}")}
    said = wording.text.source
    lacking = [part for part in ("{agency}", *must.get(wording.channel, ())) if part not in said]
    key = f"wording {wording.id}"
    return [Finding(key, wording.channel, wording.language, f"{part} is missing", f"Say {part}") for part in lacking]


def coverage(templates: Iterable[Template], languages: Iterable[str], count_segments: CountSegments) -> list[Row]:
    """Make the completeness table: each key and channel that English has, in each language."""
    held = {(template.key, template.language): template for template in templates}
    wanted = [(t.key, channel) for t in held.values() if t.language == "en" for channel in t.channels]
    return [
        _row(held.get((key, language)), key, channel, language, count_segments)
        for key, channel in wanted
        for language in languages
    ]


def _row(template: Template | None, key: str, channel: Channel, language: str, count: CountSegments) -> Row:
    if template is None or channel not in template.channels:
        return Row(key, channel, language, "missing", 0, 0)
    said = _said(template, channel, sample_words(language))
    segments = count(said) if channel is Channel.SMS else 0
    return Row(key, channel, language, str(template.review), len(said), segments)


# --- the checks, one rule each ---------------------------------------------------------------

Problem = tuple[str, str]
"""What is wrong, and how to mend it."""


def _problems(template: Template, channel: Channel, words: Words, count: CountSegments) -> Iterator[Problem]:
    said, source = _said(template, channel, words), _source(template, channel)
    yield from _missing_marks(template, channel)
    yield from _shape(template, channel)
    yield from _lengths(template, channel, said, count)
    yield from _reading(template.language, said)
    yield from _sentences(template.language, source)
    yield from taboos(template.language, source)
    yield from foreign_links(source)


def _missing_marks(template: Template, channel: Channel) -> Iterator[Problem]:
    needed = _MARKS.get((template.key, channel), _EVERY)
    held = {mark for text in _texts(template, channel) for mark in text.marks}
    for mark in sorted(needed - held):
        yield f"{{{mark}}} is missing", f"Put {{{mark}}} into the text"


def _shape(template: Template, channel: Channel) -> Iterator[Problem]:
    shapes = {Channel.SMS: _sms_shape, Channel.EMAIL: _email_shape, Channel.VOICE: _voice_shape}
    yield from shapes[channel](template)
    if template.review is not Review.DRAFT and not template.reviewer:
        yield "reviewed by nobody", 'Name who read it: reviewer = "…", or set review = "draft"'


def _sms_shape(template: Template) -> Iterator[Problem]:
    body = template.sms.source if template.sms else ""
    if not body.startswith("{agency}") and template.key != "language_help":
        yield "the agency does not come first", "Begin with {agency}"
    if "STOP" not in body and template.key in _SAYS_STOP:
        yield "STOP is missing", "Say how to stop, with STOP as the English word"
    if "{first_name}" in body:
        yield "a name in a text message", "Leave {first_name} to e-mails"


def _email_shape(template: Template) -> Iterator[Problem]:
    email = template.email
    if email is None or template.key == "language_help":
        return
    for part in _PARTS:
        if not getattr(email, part):
            yield f"{part} is missing", f"Write {part}"
    if template.purpose == "renewal" and not email.unsubscribe_label:
        yield "no way to unsubscribe", "Write unsubscribe_label"
    others = [text for text in _texts(template, Channel.EMAIL) if text is not email.greeting]
    if any("first_name" in text.marks for text in others):
        yield "a name outside the greeting", "Leave {first_name} to greeting"


def _voice_shape(template: Template) -> Iterator[Problem]:
    voice = template.voice
    if voice is None or template.key == "language_help":
        return
    if "agency" not in voice.greeting.marks:
        yield "the call does not begin with who calls", "Put {agency} into greeting"
    if template.key not in _NO_STOP_HINT and "9" not in voice.stop_hint.source:
        yield "key 9 is not offered at once", "Say in stop_hint that 9 stops the calls"
    if template.key == "voicemail" and "medi-cal" in _source(template, Channel.VOICE).lower():
        yield "a program's name on a machine", "Say only that it is about coverage"
    if "{first_name}" in _source(template, Channel.VOICE):
        yield "a name in a call", "Leave {first_name} to e-mails"


def _lengths(template: Template, channel: Channel, said: str, count: CountSegments) -> Iterator[Problem]:
    if channel is Channel.SMS:
        usual = SEGMENTS.get(template.language, SEGMENTS_OTHER)
        most = usual + (template.key in ROOMIER)
        if len(said) > LONGEST_SMS:
            yield f"{len(said)} characters", f"Use {LONGEST_SMS} at most"
        if count(said) > most:
            yield f"{count(said)} segments", f"Use {most} at most"
    if channel is Channel.VOICE and len(said) > LONGEST_CALL:
        yield f"{len(said)} characters to say", f"Use {LONGEST_CALL} at most"
    if template.email and len(template.email.subject.source) > LONGEST_SUBJECT:
        yield "the subject is long", f"Use {LONGEST_SUBJECT} characters at most"


def _reading(language: str, said: str) -> Iterator[Problem]:
    if language == "en" and (measured := grade(said)) > HIGHEST_GRADE:
        yield f"reading grade {measured:.1f}", f"Use shorter words, up to {HIGHEST_GRADE}"


def _sentences(language: str, source: str) -> Iterator[Problem]:
    most = LONGEST_SENTENCE.get(language, LONGEST_SENTENCE_OTHER)
    longest = max(map(len, sentences(MARK.sub("", source))), default=0)
    if longest > most:
        yield f"a sentence of {longest} characters", f"Use {most} at most"


def _page(template: Template) -> Iterator[Finding]:
    for part in _PAGE.get(template.key, ()):
        if part not in template.page:
            yield Finding(template.key, "", template.language, f"{part} is missing", f"Write {part}")


# --- the words of a channel ------------------------------------------------------------------


def _texts(template: Template, channel: Channel) -> tuple[Text, ...]:
    email, voice = template.email, template.voice
    if channel is Channel.SMS and template.sms:
        return (template.sms,)
    if channel is Channel.EMAIL and email:
        top = (email.subject, email.preheader, email.greeting, email.greeting_plain)
        end = (email.action_label, email.signoff, *email.footer, email.unsubscribe_label)
        return (*top, *email.body, *end)
    return _spoken_texts(voice) if channel is Channel.VOICE and voice else ()


def _spoken_texts(voice: Voice) -> tuple[Text, ...]:
    return (voice.greeting, voice.stop_hint, *voice.body, voice.repeat_hint, voice.goodbye)


def _said(template: Template, channel: Channel, words: Words) -> str:
    return fill(join(_texts(template, channel), "\n"), words)


def _source(template: Template, channel: Channel) -> str:
    return join(_texts(template, channel), "\n").source
