"""Calls: what is said when a call is answered, and what a pressed key does.

The provider is told what to say only while the attempt is the open one; a call that was placed twice is
silent the second time, and so is one to a number that has stopped calls, or a reminder that may go no more. The
menu itself is `app.rules.call_menu`; here is what its keys do, each once: stop, send a text, remember a language.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from app.db import agencies, consents, members, messages, receipts
from app.db.receipts import Key
from app.db.transaction import Database, Row, Session, Transaction
from app.pipeline.clips import Clips
from app.pipeline.consent import Consents, address_of
from app.pipeline.ladders import Ladders
from app.pipeline.rendering import Renderer
from app.pipeline.speaking import Recorded, Speech
from app.pipeline.wording import Wording
from app.queue import Job
from app.rules.agency import Agency
from app.rules.call_menu import Facts, Menu, Place, Said, State, Turn, first, press, read_state
from app.rules.facts import Channel, LineKind
from app.rules.languages import DEFAULT
from channels.contract import CallChannel
from channels.signals import CallAnswered, KeyPressed
from channels.speech import SILENT, CallScript

OPEN_ATTEMPTS = frozenset({"intended", "unclear", "accepted"})
SPEAKS = frozenset({"planned", "sending", "sent", "delivered", "unknown"})
"""A planned one with an open attempt was thought never to have been placed, and here it is."""
ENDED_BY_A_STOP = frozenset({"reminder", "broadcast"})
"""The kinds that say nothing more to a number that has stopped calls; a code was asked for."""
STOP = "9"
LINK = "call_link"
LINK_WITHIN = timedelta(minutes=15)
SPOKEN_IN_ENGLISH = "spoken_in_english"
KEPT_SILENT = "kept_silent"


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answered call says; a reason where the person was not spoken to, or not in the own language."""

    script: CallScript
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """One call under way: whose, what it may say, and what is possible now."""

    row: Row[Any]
    agency: Agency
    speech: Speech
    renderer: Renderer
    facts: Facts
    menu: Menu
    language: str
    """The language in which the call began."""
    silent: bool
    """Whether the number has stopped calls, or the reminder may go no more."""


class Calls:
    """Says what calls say."""

    def __init__(
        self, database: Database, *, wording: Wording, consents: Consents, clips: Clips, public_url: str,
        ladders: Ladders,
    ) -> None:  # fmt: skip
        self._database, self._wording, self._clips = database, wording, clips
        self._ladders = ladders
        self._consents, self._public_url = consents, public_url.rstrip("/")

    async def answer(self, signal: CallAnswered, voice: CallChannel) -> Answered:
        """Return what is said when a call is answered; to a machine, the short neutral words."""
        scene = await self._scene(signal.reference, voice)
        if scene is None or scene.silent:
            return Answered(SILENT, KEPT_SILENT if scene else "")
        tongue = scene.speech.tongue(scene.language)
        if isinstance(tongue, Recorded):
            await self._note_language(scene.row, tongue.language)
        if signal.machine:
            part = "unattended" if scene.menu is Menu.CODE else "voicemail"
            return Answered(CallScript(tongue.say(part)))
        reason = "" if tongue.own else SPOKEN_IN_ENGLISH
        return Answered(self._script(scene, first(scene.menu, scene.language, scene.facts), signal, voice), reason)

    async def key(self, signal: KeyPressed, voice: CallChannel) -> CallScript:
        """Do what a pressed key asks for, and return what is said then."""
        attempt = self._database.index.attempt(signal.reference)
        if attempt is None:
            return SILENT
        key = Key(attempt, voice.name, signal.provider_id, signal.part, signal.digits)
        if signal.digits == STOP:  # whatever became of the call meanwhile
            await self._consents.stop_by_attempt(attempt, basis="key_9", source="member", key=key)
        scene = await self._scene(signal.reference, voice)
        if scene is None or signal.connected:  # who has talked with the county needs no further word
            return SILENT
        state = read_state(signal.part, Place.MESSAGE, scene.language)
        turn = press(scene.menu, state, signal.digits, scene.facts)
        if scene.silent and turn.said is not Said.STOPPED:
            return SILENT
        if turn.said is Said.TEXT_SENT:
            await self._text(scene, state, key)
        if turn.chosen and scene.row.member_id is not None:
            await self._remember(scene, turn.state.language, key)
        return self._script(scene, turn, signal, voice)

    def _script(self, scene: Scene, turn: Turn, signal: CallAnswered | KeyPressed, voice: CallChannel) -> CallScript:
        address = f"{self._public_url}/callbacks/{voice.name}/calls/{signal.reference}"
        return scene.speech.script(scene.menu, turn, scene.facts, address=address, caller=scene.renderer.sender)

    async def _note_language(self, row: Row[Any], language: str) -> None:
        """Keep in which language a call is held: it was planned with the English words that stand behind the clips."""
        async with self._database.transaction(row.agency_id) as tx:
            await messages.held_in(tx.session, row.id, row.period, language)

    async def _scene(self, reference: str, voice: CallChannel) -> Scene | None:
        """Return what a call is about, if its attempt is the open one."""
        async with self._database.transaction(None) as tx:
            row = await self._row(tx.session, reference)
            if row is None or row.state not in OPEN_ATTEMPTS or row.status not in SPEAKS:
                return None
            agency = await agencies.by_id(tx.session, row.agency_id)
            if agency is None:
                return None
            speech, renderer = await self._speech(tx.session, row, agency, voice)
            stopped = await consents.stopped_on(tx.session, agency.id, address_of(row, tx.session))
            silent = (row.kind in ENDED_BY_A_STOP and Channel.VOICE in stopped) or row.refused is not None
            facts = Facts(
                languages=speech.choices(),
                office_open=agency.is_open(tx.now),
                can_text=_can_text(row, agency, stopped),
                hours_given=bool(agency.office_hours),
            )
        menu = Menu.CODE if row.kind == "code" else Menu.REMINDER
        return Scene(row, agency, speech, renderer, facts, menu, _wanted(row), silent)

    async def _speech(
        self, session: Session, row: Row[Any], agency: Agency, voice: CallChannel
    ) -> tuple[Speech, Renderer]:
        book = await self._wording.book(session, [row.template_version_id])
        ring, index = session.ring, session.index
        renderer = Renderer(
            agency, Channel.VOICE, book, ring, index, "", self._public_url,
            sender=agency.sender(Channel.VOICE, voice.name),
        )  # fmt: skip
        code = index.marks(row.attempt_id)[1]
        speech = Speech(
            agency, book, self._wording, self._clips, voice, key=row.template, version=row.template_version_id,
            mine=lambda language: renderer.words(row, code, language), month=_month(row), code=code,
        )  # fmt: skip
        return speech, renderer

    async def _text(self, scene: Scene, state: State, key: Key) -> None:
        """Send the text that was asked for: one a call, however often the key is pressed."""
        row, agency = scene.row, scene.agency
        chose_another = state.language != scene.language
        wanted = state.language if chose_another else row.language_written or scene.language

        async def write(tx: Transaction) -> None:
            if not await receipts.keep_key(tx.session, key):
                return
            book = await self._wording.book(tx.session)
            language, version = book.version(LINK, Channel.SMS, wanted)
            link = messages.Direct(
                kind="reply", once_key=f"{LINK}:{row.attempt_id.hex}", channel=Channel.SMS,
                address=scene.renderer.address(row), template=LINK, version=version, language=language,
                zone=agency.timezone, member=row.member_id, valid=LINK_WITHIN,
            )  # fmt: skip
            await messages.add(tx.session, agency.id, link)
            await tx.enqueue(Job.DELIVER, agency=str(agency.id), channel=Channel.SMS)

        await self._database.repeated(agency.id, write)

    async def _remember(self, scene: Scene, language: str, key: Key) -> None:
        """Keep the language that a person chose for the calls to come, until the county says another."""
        agency, member = scene.agency.id, scene.row.member_id

        async def write(tx: Transaction) -> None:
            if not await receipts.keep_key(tx.session, key):
                return
            people = await members.by_ids(tx.session, agency, [member], lock=True)
            for person in people.values():
                person.language_spoken, person.touched, person.changed = language, True, True
            await members.save(tx.session, agency, list(people.values()))
            await tx.enqueue(Job.PLAN, agency=str(agency))

        await self._database.repeated(agency, write)

    async def _row(self, session: Session, reference: str) -> Row[Any] | None:
        attempt: UUID | None = session.index.attempt(reference)
        allowed = (await self._ladders.book(session, None)).allowed
        return await receipts.attempt(session, attempt, allowed) if attempt else None


def _wanted(row: Row[Any]) -> str:
    return row.language_spoken or row.language_written or row.language or DEFAULT


def _month(row: Row[Any]) -> date | None:
    """Return the renewal month that is said; a test says the one in which it was made."""
    month: date | None = row.period if row.kind == "test" else row.renewal_month
    return month


def _can_text(row: Row[Any], agency: Agency, stopped: frozenset[Channel]) -> bool:
    return bool(agency.sender(Channel.SMS)) and row.line_kind != LineKind.LANDLINE and Channel.SMS not in stopped
