"""Turns due messages into what a channel sends: addresses opened, words filled in, once per batch where it can be.

What all readers of an agency's template share is put in once (`prepare`, `compose_mail`), in a text also what the
people of one month share; per person only code, name and link are left.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from app.db.sealed import BlindIndex, KeyRing, associated
from app.db.transaction import Row
from app.pipeline.wording import Phrasebook
from app.rules.agency import Agency
from app.rules.facts import Channel
from app.rules.languages import fallbacks
from app.rules.wording import NOTHING, Template, Text, Words, fill, join, prepare, with_help
from app.rules.wording_mail import MailText, compose_mail, mail_words
from app.rules.wording_values import agency_words, county_words, long_date, month_name
from channels.contract import Mail, OutgoingMessage
from channels.segments import plain_punctuation

SAFE_WORD = "safe_word"
"""The template of the line, and the mark in it."""
Case = tuple[str, date | None, date | None, str | None]
"""A language, and what a message in it is about: a month, a day, the county that somebody moved to."""


@dataclass(slots=True)
class Renderer:
    """Renders one agency's messages of one channel; keeps what it prepared for the batch."""

    agency: Agency
    channel: Channel
    book: Phrasebook
    ring: KeyRing
    index: BlindIndex
    layout: str
    public_url: str
    sender: str = ""
    """What the messages leave by."""
    send_at: datetime | None = None
    """Machine time until which the provider is to hold them."""
    fence: str = ""
    _shared: dict[str, str] = field(default_factory=dict)
    _said: dict[Case, Words] = field(default_factory=dict)
    _texts: dict[tuple[int, str, Case | None, bool], Text] = field(default_factory=dict)
    _mails: dict[tuple[int, str, bool], tuple[MailText, Mail]] = field(default_factory=dict)
    _make: Callable[[Row[Any], str], dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self._shared = agency_words(self.agency)
        makers = {Channel.SMS: self._text, Channel.EMAIL: self._mail, Channel.VOICE: self._nothing_yet}
        self._make = makers[self.channel]

    def render(self, row: Row[Any], attempt: UUID, valid_for: timedelta | None) -> OutgoingMessage:
        """Return the message of a due row, for an attempt."""
        reference, code = self.index.marks(attempt)
        return OutgoingMessage(
            reference=reference,
            code=code,
            to=self.address(row),
            sender=self.sender,
            language=row.language or "en",
            valid_for=valid_for,
            send_at=self.send_at,
            fence=self.fence,
            alone=row.tries > 0,
            **self._make(row, code),
        )

    def address(self, row: Row[Any]) -> str:
        """Open the address that a message goes to."""
        if row.address_sealed is not None:
            return self.ring.open(row.address_sealed, associated("message.address", self.agency.id, row.id))
        place = associated("contact_point.value", self.agency.id, row.contact_point_id)
        return self.ring.open(row.value_sealed, place)

    def _nothing_yet(self, _row: Row[Any], _code: str) -> dict[str, Any]:
        return {}  # a call's words are asked for when it is answered

    def _text(self, row: Row[Any], code: str) -> dict[str, Any]:
        language, wanted = row.language or "en", self._wanted(row)
        if row.words_sealed is not None:  # words of its own may stand for any of the others
            text = self._prepared(row, wanted, None)
            return {"body": plain_punctuation(fill(text, self.words(row, code, language)))}
        text = self._prepared(row, wanted, _case(row, language))
        return {"body": plain_punctuation(fill(text, {"code": code, "unsubscribe_url": "", **self._chosen(row)}))}

    def _prepared(self, row: Row[Any], wanted: str, case: Case | None) -> Text:
        """Return a text with the agency's words in it, and with those of a case."""
        key = (row.template_version_id.int, wanted, case, _shows_word(row))
        if (text := self._texts.get(key)) is None:
            template = self.book.templates[row.template_version_id]
            line = self._help(row, template)
            sms = template.sms or NOTHING
            word = self._line(SAFE_WORD, template.language) if _shows_word(row) else None
            if word is not None and word.sms is not None:
                sms = join((sms, word.sms), "\n")
            known = {**self._shared, **(self._of_case(case) if case else {})}
            text = self._texts[key] = prepare(with_help(sms, line.sms if line else None), known)
        return text

    def _mail(self, row: Row[Any], code: str) -> dict[str, Any]:
        template = self.book.templates[row.template_version_id]
        key = (row.template_version_id.int, self._wanted(row), _shows_word(row))
        if (held := self._mails.get(key)) is None:
            line = self._help(row, template)
            template = self._with_word(template) if _shows_word(row) else template
            composed = compose_mail(template, self.layout, self._shared, line)
            held = (composed, Mail(composed.subject, composed.text, composed.html))
            self._mails[key] = held
        words = self.words(row, code, template.language)
        url = words["unsubscribe_url"]
        return {
            "mail": held[1],
            "words": mail_words(held[0], self._first_name(row), words),
            "unsubscribe_url": url,
        }

    def words(self, row: Row[Any], code: str, language: str) -> dict[str, str]:
        """Return the words that differ from person to person."""
        words = {"code": code, "unsubscribe_url": "", **self._of_case(_case(row, language)), **self._chosen(row)}
        if row.contact_point_id is not None and self.channel is Channel.EMAIL:
            token = self.index.token("unsubscribe", row.contact_point_id)
            words["unsubscribe_url"] = f"{self.public_url}/v1/unsubscribe/{token}?lang={language}"
        if row.words_sealed is not None:
            place = associated("message.words", self.agency.id, row.id)
            words |= json.loads(self.ring.open(row.words_sealed, place))
        return words

    def _of_case(self, case: Case) -> Words:
        """Return the words that everybody shares who reads one language of one month, day and county."""
        if (said := self._said.get(case)) is None:
            language, month, day, county = case
            written = {"month": (month, month_name), "date": (day, long_date)}
            said = {mark: write(on, language) for mark, (on, write) in written.items() if on is not None}
            said = self._said[case] = {**said, **county_words(county, self.agency)}
        return said

    def _first_name(self, row: Row[Any]) -> str | None:
        """Return who is greeted; nobody by name where one message speaks to several of a household."""
        if row.private_sealed is None or row.household:
            return None
        place = associated("member.private", self.agency.id, row.member_id)
        private: dict[str, str] = json.loads(self.ring.open(row.private_sealed, place))
        return private.get("representative_first_name") or private.get("first_name")

    def _chosen(self, row: Row[Any]) -> Words:
        """Return the word that a person chose to know our messages by; none where several of a household are told."""
        if not _shows_word(row):
            return {}
        place = associated("member.safe_word", self.agency.id, row.member_id)
        return {SAFE_WORD: self.ring.open(row.safe_word_sealed, place)}

    def _with_word(self, template: Template) -> Template:
        line = self._line(SAFE_WORD, template.language)
        if line is None or line.email is None or template.email is None:
            return template
        return replace(template, email=replace(template.email, body=(*template.email.body, *line.email.body)))

    def _line(self, key: str, language: str) -> Template | None:
        """Return a line that is put into other messages; none that may not be sent to anybody."""
        _, version = self.book.version(key, self.channel, language)
        return self.book.templates[version] if self.book.may_send(version) else None

    def _wanted(self, row: Row[Any]) -> str:
        return row.language_written or row.language_spoken or row.language or "en"

    def _help(self, row: Row[Any], template: Template) -> Template | None:
        """Return the language-help line for someone who reads a language we have no words in."""
        wanted = self._wanted(row)
        if template.language != "en" or fallbacks(wanted)[0] == "en":
            return None
        return self._line("language_help", wanted)


def _shows_word(row: Row[Any]) -> bool:
    return row.safe_word_sealed is not None and not row.household


def _case(row: Row[Any], language: str) -> Case:
    return language, row.renewal_month, row.about_on, row.to_county_code
