"""The words members read: texts with marks such as `{agency}`, and how they are filled.

A text is parsed once into literals and marks; `prepare` fills what a whole batch shares, `fill`
what differs from person to person, in about a microsecond. Whole templates are read from their
files' text by `wording_reading`; e-mails and calls are put together by `wording_mail` and
`wording_call`.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import zip_longest
from typing import Final

from app.rules.facts import Channel
from app.rules.languages import DEFAULT, fallbacks
from app.rules.wording_values import QUICK_LENGTH, tidy

Words = Mapping[str, str]
"""What stands for each mark, already in the form that is shown."""

MARKS: Final = frozenset(
    {
        "agency",
        "phone",
        "county_phone",
        "tty",
        "portal",
        "postal_address",
        "limit",
        "month",
        "date",
        "new_county",
        "new_county_phone",
        "fraud_phone",
        "ssa_phone",
        "coveredca_phone",
        "first_name",
        "code",
        "signup_code",
        "unsubscribe_url",
        "fraud_email",
        "privacy_contact",
        "address",
        "link",
        "safe_word",
        "key",
        "hours",
        "day",
        "last_day",
        "opens",
        "closes",
        "hour",
        "minute",
    }
)
"""Every mark a text may use; `app/content/README.md` says what each stands for."""

MARK: Final = re.compile(r"\{([a-z_]+)\}")
_STRAY: Final = re.compile(r"[{}]|\[\[|\]\]|[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e]")


class Review(StrEnum):
    """How far a text came: machine-made, read by a person who speaks the language, released."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    APPROVED = "approved"


class BadTemplate(Exception):
    """A template that cannot be used: what is wrong, where, and how to mend it."""

    def __init__(self, what: str, where: str, mend: str) -> None:
        super().__init__(f"{where}: {what}. {mend}")
        self.what, self.where, self.mend = what, where, mend


class MissingWord(Exception):
    """A text asks for a word that nobody gave; the message is the name of the mark."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text taken apart: `marks[i]` stands between `literals[i]` and `literals[i + 1]`."""

    literals: tuple[str, ...]
    marks: tuple[str, ...]
    pattern: str = field(repr=False)
    """The literals joined by `%s`, so that filling is one operation."""

    @property
    def source(self) -> str:
        """Give the text as it is written in its file."""
        marks = (f"{{{mark}}}" for mark in self.marks)
        return "".join(part for pair in zip_longest(self.literals, marks) for part in pair if part)

    def __bool__(self) -> bool:
        return bool(self.pattern)


NOTHING: Final = Text(("",), (), "")


@dataclass(frozen=True, slots=True)
class Email:
    """The parts of an e-mail; what a template leaves out is an empty text."""

    subject: Text
    preheader: Text
    greeting: Text
    greeting_plain: Text
    """The greeting for a person whose first name is not known."""
    body: tuple[Text, ...]
    action_label: Text
    signoff: Text
    footer: tuple[Text, ...]
    unsubscribe_label: Text


@dataclass(frozen=True, slots=True)
class Voice:
    """The parts of a call, in the order in which they are said."""

    greeting: Text
    stop_hint: Text
    body: tuple[Text, ...]
    repeat_hint: Text
    goodbye: Text


@dataclass(frozen=True, slots=True)
class Template:
    """One key in one language, for each channel it applies to.

    `page` has a web page's words, `call` what a call says besides its message, by name.
    """

    key: str
    language: str
    review: Review
    purpose: str
    reviewer: str = ""
    sms: Text | None = None
    email: Email | None = None
    voice: Voice | None = None
    page: Mapping[str, Text] = field(default_factory=dict)
    call: Mapping[str, Text] = field(default_factory=dict)

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Say which channels this template has words for."""
        held = {Channel.SMS: self.sms, Channel.EMAIL: self.email, Channel.VOICE: self.voice}
        return tuple(channel for channel, part in held.items() if part is not None)


@dataclass(frozen=True, slots=True)
class ConsentWording:
    """What a person is shown before saying yes on one channel; `id` is kept with the consent."""

    id: str
    language: str
    channel: Channel
    review: Review
    text: Text


# --- texts -----------------------------------------------------------------------------------


def parse_text(source: str, where: str = "text") -> Text:
    """Take a text apart at its marks; raises `BadTemplate` for braces that are no known mark."""
    pieces = MARK.split(unicodedata.normalize("NFC", source).strip())
    literals, marks = pieces[0::2], pieces[1::2]
    if unknown := sorted(set(marks) - MARKS):
        known = ", ".join(sorted(MARKS))
        raise BadTemplate(f"unknown mark {{{unknown[0]}}}", where, f"Use one of {known}")
    if stray := _STRAY.search(" ".join(literals)):
        raise BadTemplate(f"stray {stray[0]!r}", where, "Write plain words; braces are for marks")
    return _assemble(literals, marks)


def fill(text: Text, words: Words) -> str:
    """Put the words in; raises `MissingWord`.

    A word is cut to its mark's length and loses control characters, line ends and text-direction
    overrides, so a hostile value cannot change the text around it.
    """
    try:
        values = [words[mark] for mark in text.marks]
    except KeyError as missing:
        raise MissingWord(missing.args[0]) from None
    for place, value in enumerate(values):
        if len(value) > QUICK_LENGTH or "[" in value or not value.isprintable():
            values[place] = tidy(text.marks[place], value)
    return text.pattern % tuple(values)


def prepare(text: Text, words: Words) -> Text:
    """Put in the words that are given and leave the other marks for later."""
    literals, marks = [text.literals[0]], list[str]()
    for mark, literal in zip(text.marks, text.literals[1:], strict=True):
        if mark in words:
            literals[-1] += tidy(mark, words[mark]) + literal
        else:
            marks.append(mark)
            literals.append(literal)
    return _assemble(literals, marks)


def join(texts: tuple[Text, ...], between: str) -> Text:
    """Make one text of several, with `between` between them; empty ones are left out."""
    literals, marks = [""], list[str]()
    for place, text in enumerate(filter(None, texts)):
        literals[-1] += (between if place else "") + text.literals[0]
        literals.extend(text.literals[1:])
        marks.extend(text.marks)
    return _assemble(literals, marks)


def with_help(sms: Text, line: Text | None) -> Text:
    """Put the language-help line under a text message that is not in the reader's language."""
    return join((sms, line), "\n") if line else sms


def choose(
    templates: Mapping[tuple[str, str], Template], key: str, channel: Channel, language: str
) -> tuple[Template, Template | None]:
    """Find the words for a reader among templates by (key, language).

    Where neither the language nor a near one has words, English stands in; then the second value is
    the language-help template to put beside it, in the reader's language if there is one. Raises
    `KeyError` if not even English has this key and channel.
    """
    for tag in fallbacks(language):
        found = templates.get((key, tag))
        if found and channel in found.channels:
            foreign = tag == DEFAULT != language
            return found, _language_help(templates, language) if foreign else None
    raise KeyError((key, channel.value))


def _language_help(templates: Mapping[tuple[str, str], Template], language: str) -> Template | None:
    found = (templates.get(("language_help", tag)) for tag in fallbacks(language))
    return next(filter(None, found), None)


def _assemble(literals: list[str], marks: list[str]) -> Text:
    pattern = "%s".join(literal.replace("%", "%%") for literal in literals)
    return Text(tuple(literals), tuple(marks), pattern)
