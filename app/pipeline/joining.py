"""Signing up by text: JOIN is answered with a question, and a yes to it within a day is the consent.

Whoever texts from a number holds it, so no code is needed; the question carries what must be said before a yes.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from uuid_utils.compat import uuid7

from app.db import receipts, signups
from app.db.transaction import Database, Row, Transaction
from app.pipeline.consent import Consents
from app.pipeline.welcoming import Proven, Welcoming, address_index
from app.pipeline.wording import Wording
from app.rules.agency import Agency
from app.rules.facts import Channel
from app.rules.joining import JoinAsked, is_yes, read_join
from app.rules.languages import DEFAULT, fallbacks

QUESTION: Final = "join_confirm"
WELCOME: Final = "welcome"
HELP: Final = "help"
WORDING: Final = "join_confirm"
"""The wording of the consent is the question itself; its version is the template's."""
BASIS: Final = "text_join"
A_DAY: Final = timedelta(days=1)
MOST_A_DAY: Final = 3
"""Questions to one number a day, each in another language."""


class Joining:
    """Hears who wants to join by text."""

    def __init__(self, database: Database, wording: Wording, consents: Consents) -> None:
        self._database, self._wording = database, wording
        self._welcoming = Welcoming(wording=wording, consents=consents)

    async def heard(
        self, tx: Transaction, agency: Agency, sender: str, body_plain: str, *, may_ask: bool = True
    ) -> tuple[str, str | None] | None:
        """Act on JOIN, or on a yes to our question; return the template and language of the answer, None for others.

        `body_plain` is the text folded by `keywords.plain`, `sender` its number in E.164. Without `may_ask` no
        question is kept, for nobody can agree to what was not asked.
        """
        asked = read_join(body_plain)
        if asked is None and not is_yes(body_plain):
            return None
        address = address_index(tx.session, agency.id, Channel.SMS, sender)
        await signups.one_at_a_time(tx.session, address)
        joins = await signups.joins_since(tx.session, agency.id, address, tx.now - A_DAY)
        if asked is not None:
            return await self._ask(tx, agency, sender, asked, joins) if may_ask else (HELP, asked.language)
        waiting = [row for row in joins if row.confirmed_at is None and tx.now < row.expires_at]
        return await self._take_in(tx, agency, waiting[0]) if waiting else None

    async def _ask(
        self, tx: Transaction, agency: Agency, sender: str, asked: JoinAsked, joins: Sequence[Row[Any]]
    ) -> tuple[str, str | None]:
        """Keep that somebody wants to join, and ask for the yes: once a day in a language."""
        address = address_index(tx.session, agency.id, Channel.SMS, sender)
        reader = await receipts.reader_of(tx.session, agency.id, address)
        known = (reader.language_written or reader.language_spoken) if reader else None
        language = asked.language or known or DEFAULT
        if len(joins) >= MOST_A_DAY or any(row.language == language for row in joins):
            return HELP, language
        new = signups.NewSignup(
            uuid7(), Channel.SMS, sender, address, language, None, await self._wording_shown(tx, language),
            secrets.token_bytes(32), tx.now + A_DAY, kind=signups.TEXT_JOIN, zip=asked.zip,
        )  # fmt: skip
        await signups.add(tx.session, agency.id, new)
        return QUESTION, language

    async def _wording_shown(self, tx: Transaction, language: str) -> str:
        """Name the question that is asked: its template, and the version of it."""
        book = await self._wording.book(tx.session)
        found = next((tag for tag in fallbacks(language) if (QUESTION, tag) in book.versions), DEFAULT)
        return f"{WORDING}:{book.versions[QUESTION, found].hex}"

    async def _take_in(self, tx: Transaction, agency: Agency, row: Row[Any]) -> tuple[str, str | None]:
        """Write the yes; the answer is the welcome."""
        await signups.confirm(tx.session, agency.id, row.id)
        address, zip_code = signups.opened(tx.session, row)
        yes = Proven(
            row.id, Channel.SMS, address, row.language, row.wording, BASIS, f"sign-up {row.id} by text", zip=zip_code,
        )  # fmt: skip
        await self._welcoming.take_in(tx, agency, yes)
        return WELCOME, row.language
