"""Changes of ladders, each a new version: what is shipped is loaded, an agency puts its own in a ladder's place."""

from collections.abc import Collection, Iterable
from typing import Final
from uuid import UUID

from app.db import agencies, ladders
from app.db.templates import digest
from app.db.transaction import Database, Session, Transaction
from app.errors import UnfitLadders
from app.pipeline.ladder_fit import fitting_ladder
from app.pipeline.ladders import Held, Ladders
from app.pipeline.wording import Phrasebook, Wording
from app.queue import Job
from app.rules.agency import Agency
from schedules.constants import Constants
from schedules.ladders.faults import BadLadder, Fault
from schedules.ladders.meaning import clashing
from schedules.ladders.model import Ladder
from schedules.ladders.reading import parse_ladder, placed
from schedules.months import add_months, month_of

MONTHS_BACK: Final = 25
"""No step is farther from the month in which its occasion falls due."""


class LadderChanges:
    """Puts ladders in force; whatever does not fit is refused whole, and what runs stays."""

    def __init__(self, database: Database, *, ladders: Ladders, wording: Wording, constants: Constants) -> None:
        self._database, self._ladders, self._wording, self._constants = database, ladders, wording, constants

    async def in_force(self, agency: Agency) -> dict[str, Held]:
        """Return an agency's ladders by name."""
        async with self._database.transaction(agency.id) as tx:
            return await self._ladders.in_force(tx.session, agency.id)

    async def add(self, agency: Agency, text: str, *, file: str) -> Ladder:
        """Put an agency's own ladder in force, in the place of the one of the same name if there is one.

        Raises `BadLadder` if it cannot be read or makes no sense, if words are missing in a language of the agency, or
        if it is at odds with the agency's other ladders.
        """
        name = parse_ladder(text, name=file).name
        async with self._database.transaction(None) as tx:
            await ladders.one_writer(tx.session)
            others = [held.ladder for held in await self._beside(tx.session, agency.id, name)]
            ladder = fitting_ladder(
                text, file, constants=self._constants, others=others, languages=agency.languages,
                words=await self._wording.book(tx.session),
            )  # fmt: skip
            before = (await self._ladders.in_force(tx.session, agency.id)).get(name)
            await self._replace(tx, agency.id, text, [ladder, *([before.ladder] if before else [])])
        return ladder

    async def remove(self, agency: Agency, name: str) -> None:
        """Put what is shipped in force again in the place of an agency's own ladder.

        Raises `UnfitLadders` if the agency has none of this name, or if what is shipped is at odds with its others.
        """
        async with self._database.transaction(None) as tx:
            await ladders.one_writer(tx.session)
            held = (await self._ladders.in_force(tx.session, agency.id)).get(name)
            if held is None or not held.own:
                raise UnfitLadders(f"{agency.code} has no ladder {name!r} of its own")
            shipped = [one for one in self._ladders.shipped.ladders if one.name == name]
            others = [one.ladder for one in await self._beside(tx.session, agency.id, name)]
            _refuse(fault for one in shipped for fault in _clashes(name, one, others, self._constants))
            await self._replace(tx, agency.id, ladders.AS_SHIPPED, [held.ladder, *shipped])

    async def publish(self) -> int:
        """Load shipped ladders that are new, changed or gone as new versions; return how many.

        Raises `UnfitLadders`, and loads none of them, if one makes no sense, has no words, or is at odds with one of an
        agency's own.
        """
        async with self._database.transaction(None) as tx:
            await ladders.one_writer(tx.session)
            rows = {row.name: row for row in await ladders.current(tx.session, None) if row.agency_id is None}
            known = {bytes(row.digest) for row in rows.values()}
            texts = [text for text in self._ladders.texts.values() if digest(text) not in known]
            names = {one.name for one in self._ladders.shipped.ladders}
            gone = [name for name, row in rows.items() if name not in names and not row.dropped]
            if texts:
                _refuse(await self._unfit(tx.session))
            await self._load(tx.session, [(parse_ladder(text), text) for text in texts], gone)
        return len(texts) + len(gone)

    async def _load(self, session: Session, new: Collection[tuple[Ladder, str]], gone: Collection[str]) -> None:
        for ladder, text in new:
            await ladders.add(session, None, ladder.name, text)
        for name in gone:
            await ladders.add(session, None, name, ladders.AS_SHIPPED)
        await _mark(session, None, [ladder for ladder, _ in new])

    async def _unfit(self, session: Session) -> list[Fault]:
        """Return what is wrong with what is shipped: by itself, in words, beside what agencies have of their own."""
        words, every = await self._wording.book(session), await agencies.every(session)
        held, wrong = self._shipped_that_fit(words, {language for one in every for language in one.languages})
        for agency in every:
            own = [one.ladder for one in (await self._ladders.in_force(session, agency.id)).values() if one.own]
            beside = [one for one in held if one.name not in {ladder.name for ladder in own}]
            for one in own:
                wrong += _clashes(f"{one.name} of {agency.code}", one, beside, self._constants)
        return wrong

    def _shipped_that_fit(self, words: Phrasebook, languages: Collection[str]) -> tuple[list[Ladder], list[Fault]]:
        held, wrong = list[Ladder](), list[Fault]()
        for file, text in self._ladders.texts.items():
            try:
                one = fitting_ladder(
                    text, file, constants=self._constants, others=held, words=words, languages=languages
                )
            except BadLadder as error:
                wrong += error.faults
            else:
                held.append(one)
        return held, wrong

    async def _replace(self, tx: Transaction, agency: UUID, source: str, about: list[Ladder]) -> None:
        """Keep a new version for an agency, and let what these ladders are about be planned anew."""
        await ladders.add(tx.session, agency, about[0].name, source)
        await _mark(tx.session, agency, about)
        await tx.enqueue(Job.PLAN, agency=str(agency))

    async def _beside(self, session: Session, agency: UUID, name: str) -> list[Held]:
        held = await self._ladders.in_force(session, agency)
        return [one for one in held.values() if one.ladder.name != name]


async def _mark(session: Session, agency: UUID | None, about: Iterable[Ladder]) -> None:
    since = add_months(month_of(session.now.date()), -MONTHS_BACK)
    await ladders.mark_for_planning(session, agency, sorted({str(ladder.occasion) for ladder in about}), since)


def _clashes(file: str, ladder: Ladder, others: Iterable[Ladder], constants: Constants) -> list[Fault]:
    return placed("", file, clashing(ladder, others, constants))


def _refuse(faults: Iterable[Fault]) -> None:
    if said := "; ".join(map(str, faults)):
        raise UnfitLadders(f"nothing was changed; {said}")
