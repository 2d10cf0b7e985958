"""Calls to us: somebody calls the number that our calls come from, hears why, and may stop them or say yes.

Nothing of any case is told. The number that the caller seems to have decides nothing but what is said of that
number itself: no calls to it, or calls again. A withheld or a strange one hears the same words.
"""

from uuid_utils.compat import uuid7

from app.db import agencies, inbound
from app.db.transaction import Database, Session, Transaction
from app.pipeline.clips import Clips
from app.pipeline.consent import Consents, Wish
from app.pipeline.speaking import CONSENT_WORDING, Speech
from app.pipeline.welcoming import Proven, Welcoming
from app.pipeline.wording import Wording
from app.rules.agency import Agency
from app.rules.call_menu import Facts, Menu, Place, Said, Turn, first, press, read_state
from app.rules.facts import Channel
from app.rules.languages import DEFAULT, written
from app.rules.phones import PhoneRead, read_phone
from channels.contract import CallChannel
from channels.signals import CallReceived
from channels.speech import SILENT, CallScript

MESSAGE = "help"
"""The template that says why we call."""


class InboundCalls:
    """Answers those who call us."""

    def __init__(
        self, database: Database, *, wording: Wording, consents: Consents, clips: Clips, public_url: str
    ) -> None:
        self._database, self._wording, self._clips = database, wording, clips
        self._consents, self._public_url = consents, public_url.rstrip("/")
        self._welcoming = Welcoming(wording=wording, consents=consents)

    async def greet(self, signal: CallReceived, voice: CallChannel) -> CallScript:
        """Return what is said to somebody who calls one of our numbers, or presses a key in such a call."""
        async with self._database.transaction(None) as tx:
            agency = await _owner(tx.session, signal.called)
            if agency is None or signal.connected:
                return SILENT
            book, office_open = await self._wording.book(tx.session), agency.is_open(tx.now)
        speech = Speech(agency, book, self._wording, self._clips, voice, key=MESSAGE)
        caller = read_phone(signal.caller)
        facts = Facts(
            speech.choices(), office_open=office_open, number_known=isinstance(caller, PhoneRead),
            hours_given=bool(agency.office_hours),
        )  # fmt: skip
        turn = _turn(signal, facts)
        if isinstance(caller, PhoneRead):
            await self._write(agency, turn, signal, caller.number, voice.name)
        address = f"{self._public_url}/callbacks/{voice.name}/voice"
        return speech.script(Menu.INBOUND, turn, facts, address=address, caller=signal.called)

    async def _write(self, agency: Agency, turn: Turn, signal: CallReceived, number: str, provider: str) -> None:
        """Write a no or a yes to calls for the caller's number; the same request again changes nothing."""
        address = self._database.index.of("contact_point.phone", agency.id, number)
        if turn.said is Said.STOPPED:
            wish = Wish(address, (Channel.VOICE,), granted=False, basis="key_9", evidence=signal.provider_id)
        elif turn.said is Said.STARTED:
            wish = None
        else:
            return
        yes = Proven(
            uuid7(), Channel.VOICE, number, written(turn.state.language), CONSENT_WORDING, "call_to_us",
            signal.provider_id, spoken=turn.state.language, language_chosen=False,
        )  # fmt: skip

        async def write(tx: Transaction) -> None:
            is_news = await inbound.keep(
                tx.session, agency.id, provider=provider, key=f"{signal.provider_id}:{signal.part}", sender=number,
                body=signal.digits, meaning=inbound.OF_A_CALL,
            )  # fmt: skip
            if is_news and wish:
                await self._consents.write(tx, agency.id, wish)
            elif is_news:
                await self._welcoming.take_in(tx, agency, yes)

        await self._database.repeated(agency.id, write)


def _turn(signal: CallReceived, facts: Facts) -> Turn:
    language = facts.languages[0] if facts.languages else DEFAULT
    if not signal.part:
        return first(Menu.INBOUND, language, facts)
    return press(Menu.INBOUND, read_state(signal.part, Place.MESSAGE, language), signal.digits, facts)


async def _owner(session: Session, number: str) -> Agency | None:
    """Return the agency that a number of ours belongs to."""
    for channel in (Channel.VOICE, Channel.SMS):
        owner = await agencies.owner_of(session, channel, number)
        if owner is not None:
            return await agencies.by_id(session, owner)
    return None
