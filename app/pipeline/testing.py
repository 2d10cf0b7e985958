"""Testing: one message to oneself, from any template in any language, sent like every other."""

from datetime import date, timedelta

from uuid_utils.compat import uuid7

from app.db import messages
from app.db.transaction import Database
from app.pipeline.clips import Clips
from app.pipeline.wording import Wording
from app.queue import Job
from app.rules.agency import Agency
from app.rules.clip_scripts import TEMPLATES
from app.rules.facts import Channel
from app.rules.languages import DEFAULT
from app.rules.wording_values import county_words, long_date, month_name


class Testing:
    """Sends test messages."""

    def __init__(self, database: Database, wording: Wording, clips: Clips) -> None:
        self._database, self._wording, self._clips = database, wording, clips

    async def send(self, agency: Agency, *, channel: Channel, address: str, template: str, language: str) -> str:
        """Send one test message and return the language it goes out in; raises `KeyError` for no such template."""
        async with self._database.transaction(agency.id) as tx:
            book = await self._wording.book(tx.session)
            used, version = book.version(template, channel, language)
            words = self._words(agency, tx.now.date(), used)
            if channel is Channel.VOICE and used == DEFAULT and self._is_recorded(template, language):
                used = language
            message = messages.Direct(
                kind="test", once_key=f"test:{uuid7()}", channel=channel, address=address, template=template,
                version=version, language=used, zone=agency.timezone, words=words, valid=timedelta(hours=1),
            )  # fmt: skip
            await messages.add(tx.session, agency.id, message)
            await tx.enqueue(Job.DELIVER, agency=str(agency.id), channel=channel)
        return used

    @staticmethod
    def _words(agency: Agency, today: date, language: str) -> dict[str, str]:
        """Return words for what only a member's case would know."""
        known = {"month": month_name(today.replace(day=1), language), "date": long_date(today, language)}
        return known | {"signup_code": "00000000"} | county_words(agency.county_code, agency)

    def _is_recorded(self, template: str, language: str) -> bool:
        return template in TEMPLATES and self._clips.usable(language)
