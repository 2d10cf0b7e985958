"""Replies: what people text us, kept once and acted on: stop, start, help, or a word on where to turn."""

from collections.abc import Mapping
from datetime import timedelta

from app.db import agencies, consents, messages, receipts
from app.db.transaction import Database, Transaction
from app.logs import log
from app.pipeline.consent import Consents, Wish
from app.pipeline.wording import Wording
from app.queue import Job
from app.rules.agency import Agency
from app.rules.facts import Channel
from app.rules.keywords import Meaning, meaning
from app.rules.phones import BadPhone, read_phone
from channels.signals import Reply

TEMPLATES: Mapping[Meaning, str] = {
    Meaning.STOP: "stop_confirmation",
    Meaning.START: "start_confirmation",
    Meaning.HELP: "help",
    Meaning.OTHER: "reply_received",
}
CONFIRM_WITHIN = timedelta(minutes=5)
"""47 CFR 64.1200(a)(12): the one confirmation of a stop goes out within five minutes."""
ANSWERS_A_DAY = 10
WISHES: Mapping[Meaning, tuple[bool, tuple[Channel, ...]]] = {
    Meaning.STOP: (False, (Channel.SMS, Channel.VOICE)),
    Meaning.START: (True, (Channel.SMS,)),  # a text says nothing of calls, so it cannot be a yes to them
}


class Replies:
    """Hears what people text."""

    def __init__(self, database: Database, *, wording: Wording, consents: Consents) -> None:
        self._database, self._wording, self._consents = database, wording, consents

    async def hear(self, reply: Reply, provider: str) -> None:
        """Keep a text once, write what it asks for, and answer it."""
        async with self._database.transaction(None) as tx:
            owner = await agencies.owner_of(tx.session, Channel.SMS, reply.recipient)
            agency = await agencies.by_id(tx.session, owner) if owner else None
        if agency is None or isinstance(read_phone(reply.sender), BadPhone):
            log().warning("a text to a number that no agency owns", provider=provider)
            return
        what = meaning(reply.body)

        async def act(tx: Transaction) -> None:
            is_news = await receipts.keep_inbound(
                tx.session, agency.id, provider=provider, key=reply.key, sender=reply.sender, body=reply.body,
                meaning=what,
            )  # fmt: skip
            if is_news:
                await self._act(tx, agency, reply, what)

        await self._database.repeated(agency.id, act)

    async def _act(self, tx: Transaction, agency: Agency, reply: Reply, what: Meaning) -> None:
        address = tx.session.index.of("contact_point.phone", agency.id, reply.sender)
        if what is Meaning.START and not await consents.is_stopped(tx.session, agency.id, address, Channel.SMS):
            what = Meaning.HELP  # START takes a STOP back; it is no yes of somebody who never gave one
        if what in WISHES:
            granted, channels = WISHES[what]
            wish = Wish(address, channels, granted=granted, basis=f"text_{what}", evidence=reply.key)
            await self._consents.write(tx, agency.id, wish)
        since = tx.now - timedelta(days=1)
        if await receipts.inbound_since(tx.session, agency.id, address, since) > ANSWERS_A_DAY:
            return  # two machines that answer each other would never end
        reader = await receipts.reader_of(tx.session, agency.id, address)
        wanted = (reader.language_written or reader.language_spoken) if reader else None
        book = await self._wording.book(tx.session)
        language, version = book.version(TEMPLATES[what], Channel.SMS, wanted)
        answer = messages.Direct(
            kind="reply", once_key=f"reply:{reply.key}", channel=Channel.SMS, address=reply.sender,
            template=TEMPLATES[what], version=version, language=language, zone=agency.timezone,
            member=reader.member_id if reader else None, valid=CONFIRM_WITHIN,
        )  # fmt: skip
        await messages.add(tx.session, agency.id, answer)
        await tx.enqueue(Job.DELIVER, agency=str(agency.id), channel=Channel.SMS)
