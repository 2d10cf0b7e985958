"""Calls: what is said when a call is answered, and what a pressed key does.

The provider is told what to say only while the attempt is the open one; a call that was placed twice
is silent the second time. 1 repeats, 9 stops calls to this number.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.db import agencies, receipts
from app.db.transaction import Database, Row, Session
from app.pipeline.consent import Consents
from app.pipeline.rendering import Renderer
from app.pipeline.wording import Wording
from app.rules.facts import Channel
from app.rules.wording_call import Call, compose_call, prepare_call
from app.rules.wording_values import agency_words
from channels.signals import CallAnswered, CallReceived, KeyPressed
from channels.speech import SILENT, CallScript, Line

OPEN_ATTEMPTS = frozenset({"intended", "unclear", "accepted"})
SPEAKS = frozenset({"planned", "sending", "sent", "delivered", "unknown"})
"""A planned one with an open attempt was thought never to have been placed, and here it is."""
REPEAT, STOP = "1", "9"


class Calls:
    """Says what calls say."""

    def __init__(self, database: Database, *, wording: Wording, consents: Consents, public_url: str) -> None:
        self._database, self._wording = database, wording
        self._consents, self._public_url = consents, public_url

    async def answer(self, signal: CallAnswered) -> CallScript:
        """Return what is said when a call is answered."""
        return await self._script(signal.reference, machine=signal.machine)

    async def greet(self, signal: CallReceived) -> CallScript:
        """Return what is said to somebody who calls a number of ours: who we are and where help is."""
        async with self._database.transaction(None) as tx:
            owners = [
                await agencies.owner_of(tx.session, channel, signal.called) for channel in (Channel.VOICE, Channel.SMS)
            ]
            owner = next(filter(None, owners), None)
            agency = await agencies.by_id(tx.session, owner) if owner else None
            book = await self._wording.book(tx.session)
        _, version = book.version("help", Channel.VOICE, "en")
        voice = book.templates[version].voice
        if agency is None or voice is None:
            return SILENT
        call = compose_call(prepare_call(voice, agency_words(agency)), {})
        return _said((call.greeting, *call.sentences, call.goodbye), "en")

    async def key(self, signal: KeyPressed) -> CallScript:
        """Do what a pressed key asks for, and return what is said then."""
        if signal.digits == REPEAT:
            return await self._script(signal.reference, machine=False)
        stopped = signal.digits == STOP and await self._consents.stop_by_attempt(
            self._database.index.attempt(signal.reference), basis="key_9", source="member"
        )
        found = await self._call(signal.reference, machine=False)
        if found is None:
            return SILENT
        row, call, stop_words = found
        return _said(stop_words if stopped else (call.goodbye,), _voice_language(row))

    async def _script(self, reference: str, *, machine: bool) -> CallScript:
        found = await self._call(reference, machine=machine)
        if found is None:
            return SILENT
        row, call, _ = found
        if machine:
            return _said((call.greeting, *call.sentences, call.goodbye), _voice_language(row))
        keys_url = f"{self._public_url}/callbacks/twilio/calls/{reference}/keys"
        words = (call.greeting, call.stop_hint, *call.sentences, call.repeat_hint)
        return _said(words, _voice_language(row), keys_url)

    async def _call(self, reference: str, *, machine: bool) -> tuple[Row[Any], Call, tuple[str, ...]] | None:
        """Return the message of a call with its words, if its attempt is the open one."""
        async with self._database.transaction(None) as tx:
            row = await self._row(tx.session, reference)
            if row is None or row.state not in OPEN_ATTEMPTS or row.status not in SPEAKS:
                return None
            agency = await agencies.by_id(tx.session, row.agency_id)
            if agency is None:
                return None
            book = await self._wording.book(tx.session, [row.template_version_id])
            session = tx.session
            renderer = Renderer(agency, Channel.VOICE, book, session.ring, session.index, "", self._public_url)
            call = renderer.call(row, row.attempt_id, machine=machine)
            return row, call, renderer.stop_words(row)

    async def _row(self, session: Session, reference: str) -> Row[Any] | None:
        attempt: UUID | None = session.index.attempt(reference)
        return await receipts.attempt(session, attempt) if attempt else None


def _said(words: Sequence[str], language: str, keys_url: str = "") -> CallScript:
    return CallScript([Line(each, language) for each in words if each], keys_url)


def _voice_language(row: Row[Any]) -> str:
    """Return the language of the voice: Cantonese is spoken apart from what it is written in."""
    return "yue" if row.language_spoken == "yue" and row.language.startswith("zh") else row.language
