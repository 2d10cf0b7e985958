"""Speaking: what a call says, in each language that it can be held in, by a voice or in recordings.

A language is spoken by a voice where we have words and the provider has a voice; else in clips, where a whole
set of them may be used; else English stands in, with where to get help in one's own language.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol
from uuid import UUID

from app.pipeline.clips import Clips
from app.pipeline.wording import Phrasebook, Wording
from app.rules.agency import Agency
from app.rules.call_menu import Facts, Menu, Said, Turn, has_more, on_the_phone, shown
from app.rules.call_parts import CHOOSES, parts
from app.rules.clip_scripts import TEMPLATES, ClipWords, pieces
from app.rules.facts import Channel
from app.rules.languages import CANTONESE, DEFAULT, fallbacks
from app.rules.office_hours import hours_of
from app.rules.wording import Text, Voice
from app.rules.wording_call import CallWords, say_hours
from app.rules.wording_values import agency_words, portal_name
from channels.contract import CallChannel
from channels.speech import CallScript, Line

MENU = "call_menu"
HELP = "language_help"
SAFE_WORD = "safe_word"
OTHERS = ("voicemail", "stop_confirmation")
CONSENT_WORDING = "v1"


class Tongue(Protocol):
    """One language of a call."""

    @property
    def own(self) -> bool:
        """Whether it is the language that was wanted, and not English in its place."""

    def say(self, part: str, *, key: str = "") -> list[Line]:
        """Say one part of the call; `key` is the key that chooses this language."""


@dataclass(frozen=True, slots=True)
class Voiced:
    """A language that a voice speaks; `written` is the language of its words."""

    words: CallWords
    values: Mapping[str, str] = field(repr=False)
    agency: Agency
    voice: str
    written: str
    own: bool = True

    def say(self, part: str, *, key: str = "") -> list[Line]:
        """Say one part."""
        if part == "choose" and self.voice == CANTONESE and "choose_cantonese" in self.words.menu:
            part = "choose_cantonese"
        values = {**self.values, "key": key}
        if part == "closed":
            values["hours"] = say_hours(hours_of(self.agency.office_hours), self.words.menu, self.written)
        return [Line(sentence, self.voice) for sentence in self.words.say(part, values)]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A language that is played from clips."""

    clips: Clips
    language: str
    message: str
    """Which part says the call's own message."""
    words: ClipWords
    own: bool = True

    def say(self, part: str, *, key: str = "") -> list[Line]:
        """Say one part; what has no clip is said in English."""
        part = {"message": self.message, "goodbye": "goodbye_code" if self.words.code else "goodbye"}.get(part, part)
        return [
            self._clip(piece.clip) if piece.clip else Line(piece.english, DEFAULT)
            for piece in pieces(part, replace(self.words, key=key))
        ]

    def _clip(self, name: str) -> Line:
        return Line(self.clips.clip(self.language, name).words, self.language, self.clips.url(self.language, name))


@dataclass(frozen=True, slots=True)
class Speech:
    """What one call may say. `mine` gives what only this call's message knows, in a language (month, code)."""

    agency: Agency
    book: Phrasebook
    wording: Wording
    clips: Clips
    voice: CallChannel
    key: str
    version: UUID | None = None
    """The version that the message was planned with; in another language it is the current one."""
    mine: Callable[[str], Mapping[str, str]] = lambda _: {}
    month: date | None = None
    code: str = ""

    def tongue(self, wanted: str) -> Tongue:
        """Return the best that there is for somebody who speaks a language."""
        return self._voiced(wanted) or self._recorded(wanted) or self._english(wanted)

    def choices(self) -> tuple[str, ...]:
        """Return the agency's languages in which this call can truly be held."""
        return tuple(tag for tag in on_the_phone(self.agency.languages) if self.tongue(tag).own)

    def lines(self, menu: Menu, turn: Turn, facts: Facts) -> list[Line]:
        """Say a turn: its parts, and the languages to choose from, each in itself."""
        tongue = self.tongue(turn.state.language)
        said = [line for part in parts(menu, turn, facts) for line in tongue.say(part)]
        if turn.said in CHOOSES:
            for key, language in shown(facts, turn.state).items():
                said += self.tongue(language).say("choose", key=key)
            said += tongue.say("more") if has_more(facts, turn.state) else []
        return said

    def script(self, menu: Menu, turn: Turn, facts: Facts, *, address: str, caller: str) -> CallScript:
        """Return a turn as the channels know it; `address` is where keys go to, `caller` the number that connects."""
        lines, onward = self.lines(menu, turn, facts), f"{address}/{turn.state.part}"
        if turn.said is Said.CONNECTING:
            line = self.agency.county_phone or self.agency.phone
            return CallScript(lines, connect_to=line, connect_from=caller, connected_url=onward)
        return CallScript(lines, keys_url="" if turn.over else onward)

    def _voiced(self, wanted: str) -> Voiced | None:
        for tag in fallbacks(wanted):
            if tag == DEFAULT != wanted:
                return None
            message = self._voice_of(self.key, tag)
            voice = next((one for one in (wanted, tag) if self.voice.speaks(one)), None)
            menu = self.book.versions.get((MENU, tag))
            if message and voice and menu is not None and self.book.may_send(menu):
                return self._in_words(message, tag, voice)
        return None

    def _recorded(self, wanted: str) -> Recorded | None:
        if self.key not in TEMPLATES or (TEMPLATES[self.key] == "message" and self.month is None):
            return None
        if not self.clips.usable(wanted):
            return None
        agency = self.agency
        words = ClipWords(
            agency.name, agency.phone, agency.county_phone or agency.phone, portal_name(agency.portal_url),
            code=self.code, month=self.month, hours=hours_of(agency.office_hours),
        )  # fmt: skip
        return Recorded(self.clips, wanted, TEMPLATES[self.key], words)

    def _english(self, wanted: str) -> Voiced:
        message = self._voice_of(self.key, DEFAULT)
        if message is None:
            raise KeyError((self.key, Channel.VOICE.value))
        line = self._voice_of(HELP, DEFAULT)
        spoken = self._in_words(message, DEFAULT, DEFAULT)
        words = replace(spoken.words, help_line=line.body if line else ())
        return replace(spoken, words=words, own=wanted == DEFAULT)

    def _in_words(self, message: Voice, written: str, voice: str) -> Voiced:
        values = {**agency_words(self.agency), **self.mine(written)}
        if SAFE_WORD in values and (line := self._voice_of(SAFE_WORD, written)) is not None:
            message = replace(message, body=(*message.body, *line.body))
        others = {key: found for key in OTHERS if (found := self._voice_of(key, written)) is not None}
        menu: dict[str, Text] = dict(self.book.template(MENU, written).call)
        consent = self.wording.wording(CONSENT_WORDING, written, Channel.VOICE)
        if consent is not None:
            menu["consent"] = consent.text
        return Voiced(CallWords(message, others, menu), values, self.agency, voice, written)

    def _voice_of(self, key: str, tag: str) -> Voice | None:
        """Return a template's words for calls; those the message was planned with, if they are in this language."""
        if key == self.key and self.version is not None:
            planned = self.book.templates[self.version]
            if planned.language == tag:
                return planned.voice
        version = self.book.versions.get((key, tag))
        return self.book.templates[version].voice if version else None
