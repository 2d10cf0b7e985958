"""What a text of a person leads to: a table from its meaning to what is written, and which answer follows.

A stop is written before anything else is thought of. A wrong number is a stop for that number and a word to the
county; a language is kept as the person's own; the county alone says that somebody is done.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from app.db import alarms, consents, contact_points, inbound, members
from app.db.transaction import Row, Transaction
from app.pipeline import webhooks
from app.pipeline.authenticity import Authenticity
from app.pipeline.consent import Consents, Wish
from app.pipeline.joining import Joining
from app.queue import Job
from app.rules.agency import Agency
from app.rules.authenticity import SCAM_ALARM, Real
from app.rules.chain import written
from app.rules.facts import Channel
from app.rules.keywords import Heard, Meaning, plain
from app.rules.languages import DEFAULT

WRONG_PERSON: Final = "wrong_person"
TEXT_AND_CALL: Final = (Channel.SMS, Channel.VOICE)


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said to an agency, and who it seems to be."""

    agency: Agency
    id: UUID
    key: str
    sender: str = field(repr=False)
    body: str = field(repr=False)
    address: bytes = field(repr=False)
    heard: Heard
    reader: Row[Any] | None
    """One of the members who list the number."""

    @property
    def own_language(self) -> str | None:
        """The language of the word that was used: English where it is one, else one that the agency writes in."""
        found = self.heard.languages
        return next((tag for tag in (DEFAULT, *self.agency.languages) if tag in found), found[0] if found else None)

    @property
    def language(self) -> str | None:
        """The language to answer in: the reader's, else that of the word."""
        held = self.reader and (self.reader.language_written or self.reader.language_spoken)
        return held or self.own_language


@dataclass(frozen=True, slots=True)
class Answer:
    """Which words answer, and in which language."""

    template: str
    language: str | None
    real: Real | None = None
    """The message that was asked about."""
    waits: bool = False
    """Whether a person is to read what was said."""
    stranger: bool = False
    """Whether whoever is answered is not the reader that we know: nothing of the reader may stand in it."""
    unsaid: bool = False
    """Whether nothing is said after all: who stopped and asks for nothing wants no text of ours."""


Act = Callable[[Transaction, Said], Awaitable[Answer | None]]
ONLY_ANSWERED: Final[Mapping[Meaning, str]] = {
    Meaning.HELP: "help",
    Meaning.DONE: "reply_done",
    Meaning.MOVED: "reply_moved",
    Meaning.CALL: "reply_call",
    Meaning.OTHER: "reply_received",
    Meaning.JOIN: "help",
}
"""What has nothing to write but its answer."""
WAITS: Final = frozenset({Meaning.CALL, Meaning.OTHER})
"""What a person is to read; so is word of a scam."""
MAY_JOIN: Final = frozenset({Meaning.JOIN, Meaning.START, Meaning.OTHER})
"""What may be a word of somebody who is joining: JOIN itself, and a yes in any language."""


class Acts:
    """Does what people ask for by text."""

    def __init__(self, consents: Consents, authenticity: Authenticity, joining: Joining) -> None:
        self._consents, self._authenticity, self._joining = consents, authenticity, joining
        self._table: Mapping[Meaning, Act] = {
            Meaning.STOP: self._stop,
            Meaning.START: self._start,
            Meaning.WRONG: self._wrong,
            Meaning.SCAM: self._scam,
            Meaning.VERIFY: self._verify,
            Meaning.LANGUAGE: self._language,
            **dict.fromkeys(ONLY_ANSWERED, self._answer),
        }

    async def act(self, tx: Transaction, said: Said, *, may_ask: bool = True) -> Answer | None:
        """Write what a text asks for; return its answer, None where there is to be none.

        Without `may_ask` nobody is asked anything: the question would not go out.
        """
        if said.heard.meaning in MAY_JOIN:
            joined = await self._joining.heard(tx, said.agency, said.sender, plain(said.body), may_ask=may_ask)
            if joined is not None:
                template, language = joined
                return Answer(template, language or said.language)
        return await self._table[said.heard.meaning](tx, said)

    async def _answer(self, tx: Transaction, said: Said) -> Answer | None:
        if said.heard.code and (real := await self._authenticity.of_agency(tx, said.agency.id, said.heard.code)):
            return Answer("reply_real", said.language, real)  # eight letters that are a code after all
        what = said.heard.meaning
        unsaid = what is Meaning.OTHER and await consents.is_stopped(
            tx.session, said.agency.id, said.address, Channel.SMS
        )  # fmt: skip
        return Answer(ONLY_ANSWERED[what], said.language, waits=what in WAITS, unsaid=unsaid)

    async def _stop(self, tx: Transaction, said: Said) -> Answer | None:
        """Stop texts and calls to the number; whoever stopped by text before was told so then."""
        told = await inbound.stopped_before(tx.session, said.agency.id, said.address, said.id)
        await self._consents.write(tx, said.agency.id, _wish(said, "text_stop", *TEXT_AND_CALL))
        return None if told else Answer("stop_confirmation", said.language)

    async def _start(self, tx: Transaction, said: Said) -> Answer:
        """Take a stop back; it is no yes of somebody who never gave one, and a text says nothing of calls."""
        if not await consents.is_stopped(tx.session, said.agency.id, said.address, Channel.SMS):
            return Answer("help", said.language)
        await self._consents.write(tx, said.agency.id, _wish(said, "text_start", Channel.SMS, granted=True))
        return Answer("start_confirmation", said.language)

    async def _wrong(self, tx: Transaction, said: Said) -> Answer:
        """Block a number at everybody who lists it, tell the county, and plan anew by another way.

        The answer is in the language of the word: whoever says it is not the reader that we know.
        """
        session, agency = tx.session, said.agency.id
        ids = await members.ids_by_address(session, agency, said.address)
        await members.by_ids(session, agency, ids, lock=True)  # the points of a member change under its lock
        blocked = await contact_points.are_of_somebody_else(session, agency, said.address)
        people = await self._consents.write(tx, agency, _wish(said, WRONG_PERSON, *TEXT_AND_CALL))
        await members.mark_for_planning(session, agency, [one.id for one in people])
        await tx.enqueue(Job.PLAN, agency=str(agency))
        refs = [one.ref for one in people if one.ref]
        if blocked and refs:
            told = {"member_refs": refs, "channel": str(Channel.SMS), "address": said.sender, "at": written(tx.now)}
            await webhooks.tell(tx, agency, "contact.wrong_person", told)
        return Answer("reply_wrong_person", said.own_language or said.language, stranger=True)

    async def _scam(self, tx: Transaction, said: Said) -> Answer:
        await alarms.raise_one(tx.session, said.agency.id, SCAM_ALARM)
        return Answer("reply_scam", said.language, waits=True)

    async def _verify(self, tx: Transaction, said: Said) -> Answer:
        """Say of a code whether it is one of this agency's messages; without a code, how to get help."""
        if not said.heard.code:
            return Answer("help", said.language)
        real = await self._authenticity.of_agency(tx, said.agency.id, said.heard.code)
        return Answer("reply_real" if real else "reply_not_real", said.language, real)

    async def _language(self, tx: Transaction, said: Said) -> Answer:
        """Write from now on in the language that was named, to everybody who reads at this number."""
        session, agency, language = tx.session, said.agency.id, said.heard.language
        ids = await members.ids_by_address(session, agency, said.address)
        people = await members.by_ids(session, agency, ids, lock=True)
        for person in people.values():
            person.language_written, person.touched, person.changed = language, True, True
            person.stamps["languages"] = (tx.now, "member", said.key)
        await members.save(session, agency, list(people.values()))
        if people:
            await tx.enqueue(Job.PLAN, agency=str(agency))
        return Answer("reply_language", language)


def _wish(said: Said, basis: str, *channels: Channel, granted: bool = False) -> Wish:
    return Wish(said.address, channels, granted=granted, basis=basis, evidence=said.key)
