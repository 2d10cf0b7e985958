"""The ladders in force: those that are shipped, and what an agency put in their place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from app.db import ladders
from app.db.transaction import Row, Session
from schedules.ladders.model import Ladder, Step
from schedules.ladders.reading import parse_ladder


@dataclass(frozen=True)
class LadderBook:
    """The ladders of one agency, or of all."""

    ladders: tuple[Ladder, ...]
    since: Mapping[str, datetime] = field(default_factory=dict, hash=False)
    """Since when there are the steps, by key, that an agency brought itself; all others there always were."""

    @cached_property
    def allowed(self) -> list[str]:
        """Whatever may be said: `step:owner:cycle:status`."""
        return sorted({key for ladder in self.ladders for key in ladder.allowed()})

    @cached_property
    def steps(self) -> dict[str, Step]:
        """Every step by its key."""
        return {step.key: step for ladder in self.ladders for step in ladder.steps}


@dataclass(frozen=True, slots=True)
class Held:
    """A ladder in force, which version of it that is (0: none was loaded yet), its text, and whose it is."""

    ladder: Ladder
    version: int
    source: str
    own: bool = False


class Ladders:
    """Hands out the ladders in force, read once a version."""

    def __init__(self, shipped: Mapping[str, str]) -> None:
        self.texts = shipped
        """What this version of the service ships, by file."""
        self._versions: dict[UUID, Held] = {}
        self._books: dict[UUID | None, tuple[frozenset[UUID], LadderBook]] = {}

    @cached_property
    def shipped(self) -> LadderBook:
        """What this version of the service ships, read."""
        return LadderBook(tuple(held.ladder for held in self._shipped))

    async def book(self, session: Session, agency: UUID | None) -> LadderBook:
        """Return an agency's ladders; with None what any agency's may say."""
        rows = await ladders.current(session, agency)
        versions = frozenset(row.id for row in rows)
        if agency not in self._books or self._books[agency][0] != versions:
            held = await self._held(session, rows, agency)
            since = await self._since(session, agency, [one.ladder.name for one in held if one.own]) if agency else {}
            self._books[agency] = versions, LadderBook(tuple(one.ladder for one in held), since)
        return self._books[agency][1]

    async def in_force(self, session: Session, agency: UUID) -> dict[str, Held]:
        """Return an agency's ladders by name, with what is known of each."""
        held = await self._held(session, await ladders.current(session, agency), agency)
        return {one.ladder.name: one for one in held}

    @cached_property
    def _shipped(self) -> list[Held]:
        return [Held(parse_ladder(text, name=file), 0, text) for file, text in self.texts.items()]

    async def _held(self, session: Session, rows: Sequence[Row[Any]], agency: UUID | None) -> list[Held]:
        """Return what these versions put in force: for an agency its own before what is shipped, without one all.

        Of what is shipped and was never loaded, the text that this version of the service has is in force.
        """
        await self._read(session, [row.id for row in rows if not row.dropped])
        own = {row.name for row in rows if row.agency_id and not row.dropped} if agency else set()
        loaded = {row.name for row in rows if row.agency_id is None}
        return [
            *(one for one in self._shipped if one.ladder.name not in loaded | own),
            *(self._versions[row.id] for row in rows if not row.dropped and (row.agency_id or row.name not in own)),
        ]

    async def _since(self, session: Session, agency: UUID, names: Sequence[str]) -> dict[str, datetime]:
        """Return when an agency brought each step of these ladders that none of the shipped ones has."""
        rows = await ladders.history(session, agency, names) if names else ()
        await self._read(session, [row.id for row in rows])
        shipped = {step.key for one in self._shipped for step in one.ladder.steps} | {
            step.key for row in rows if row.agency_id is None for step in self._versions[row.id].ladder.steps
        }
        return {
            step.key: row.created_at
            for row in reversed(rows)
            for step in self._versions[row.id].ladder.steps
            if step.key not in shipped
        }

    async def _read(self, session: Session, ids: Sequence[UUID]) -> None:
        """Read versions that were not read yet."""
        unknown = [one for one in ids if one not in self._versions]
        for row in await ladders.sources(session, unknown) if unknown else ():
            ladder = parse_ladder(row.source, name=row.name)
            self._versions[row.id] = Held(ladder, row.version, row.source, own=row.agency_id is not None)
