"""Replies: what people text us, kept once, acted on (`acts`), answered, and told to the county.

Each is answered in the reader's language, at most ten times a day; a stop is confirmed once, within five minutes or
not at all. What is more than a word of ours waits for a person to read it.
"""

from datetime import timedelta
from typing import Final

from app.db import agencies, inbound, messages, receipts
from app.db.transaction import Database, Transaction
from app.logs import log
from app.pipeline import webhooks
from app.pipeline.acts import Acts, Answer, Said
from app.pipeline.authenticity import Authenticity
from app.pipeline.joining import WELCOME
from app.pipeline.wording import Wording
from app.queue import Job
from app.rules.agency import Agency
from app.rules.chain import written
from app.rules.facts import Channel
from app.rules.keywords import Heard, hear
from app.rules.phones import BadPhone, read_phone
from app.rules.wording_values import long_date
from channels.signals import Reply

CONFIRM_WITHIN: Final = timedelta(minutes=5)
"""47 CFR 64.1200(a)(12): the one confirmation of a stop goes out within five minutes."""
ANSWERS_A_DAY: Final = 10
"""Two machines that answer each other would never end; a stop is confirmed all the same."""
ANSWERED_ANYWAY: Final = frozenset({"stop_confirmation", WELCOME})
"""What each comes at most a few times a day by itself, and has to be said."""
LONGEST: Final = 1_600
"""Signs of a text that are looked at and kept: ten segments, as much as a phone sends."""


class Replies:
    """Hears what people text."""

    def __init__(self, database: Database, *, wording: Wording, acts: Acts, authenticity: Authenticity) -> None:
        self._database, self._wording, self._acts, self._authenticity = database, wording, acts, authenticity

    async def hear(self, reply: Reply, provider: str) -> None:
        """Keep a text once, do what it asks for, and answer it."""
        async with self._database.transaction(None) as tx:
            owner = await agencies.owner_of(tx.session, Channel.SMS, reply.recipient)
            agency = await agencies.by_id(tx.session, owner) if owner else None
        if agency is None or isinstance(read_phone(reply.sender), BadPhone):
            log().warning("a text to a number that no agency owns", provider=provider)
            return
        heard = hear(reply.body[:LONGEST])
        answer = await self._database.repeated(agency.id, lambda tx: self._take(tx, agency, reply, heard, provider))
        if answer is not None and answer.template == "reply_not_real":
            await self._authenticity.unknown_by_text(agency.id)

    async def _take(
        self, tx: Transaction, agency: Agency, reply: Reply, heard: Heard, provider: str
    ) -> Answer | None:  # fmt: skip
        session = tx.session
        kept = await inbound.keep(
            session, agency.id, provider=provider, key=reply.key, sender=reply.sender, body=reply.body[:LONGEST],
            meaning=heard.meaning,
        )  # fmt: skip
        if kept is None:
            return None
        address = session.index.of("contact_point.phone", agency.id, reply.sender)
        reader = await receipts.reader_of(session, agency.id, address)
        said = Said(agency, kept, reply.key, reply.sender, reply.body[:LONGEST], address, heard, reader)
        may_answer = await self._may_answer(tx, said)
        answer = await self._acts.act(tx, said, may_ask=may_answer)
        if answer is not None and answer.waits:
            await inbound.wait(session, agency.id, kept, reader.member_id if reader else None)
        await self._tell(tx, said)
        if answer is not None and not answer.unsaid and (may_answer or answer.template in ANSWERED_ANYWAY):
            await self._answer(tx, said, answer)
        return answer

    async def _may_answer(self, tx: Transaction, said: Said) -> bool:
        since = tx.now - timedelta(days=1)
        return await inbound.count_since(tx.session, said.agency.id, said.address, since) <= ANSWERS_A_DAY

    async def _tell(self, tx: Transaction, said: Said) -> None:
        """Tell the county that somebody answered: who it seems to be and what it means, never the words."""
        refs = await inbound.refs(tx.session, said.agency.id, said.address)
        told = {
            "member_refs": refs, "channel": str(Channel.SMS), "reply_id": str(said.id),
            "meaning": str(said.heard.meaning),
            "at": written(tx.now),
        }  # fmt: skip
        if refs:
            await webhooks.tell(tx, said.agency.id, "member.replied", told)

    async def _answer(self, tx: Transaction, said: Said, answer: Answer) -> None:
        agency, book = said.agency, await self._wording.book(tx.session)
        language, version = book.version(answer.template, Channel.SMS, answer.language)
        words = {"date": long_date(answer.real.day, language)} if answer.real else {}
        direct = messages.Direct(
            kind="reply", once_key=f"reply:{said.key}", channel=Channel.SMS, address=said.sender,
            template=answer.template, version=version, language=language, zone=agency.timezone, words=words,
            member=said.reader.member_id if said.reader and not answer.stranger else None, valid=CONFIRM_WITHIN,
        )  # fmt: skip
        await messages.add(tx.session, agency.id, direct)
        await tx.enqueue(Job.DELIVER, agency=str(agency.id), channel=Channel.SMS)
