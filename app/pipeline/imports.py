"""Imports: members from a file, row by row into county events, applied a thousand rows at a time.

rows = applied + unchanged + rejected, always. The same file again changes nothing, because what it says is
already so; that it was said again, at a later time, is kept.
"""

import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from hashlib import sha256
from itertools import islice
from uuid import UUID

from app.crashpoints import crashpoint
from app.db.transaction import Database
from app.pipeline.intake import EventResult, Intake
from app.rules.facts import CountyEvent, Facts
from app.rules.rosters import BadFile, Reject, Roster, Row, read_csv, read_ndjson, text_of

CHUNK = 1_000
READERS: dict[str, Callable[..., Roster | BadFile]] = {"csv": read_csv, "ndjson": read_ndjson}
TYPE = "org.keepcovered.member.updated"


@dataclass(slots=True)
class ImportCount:
    """What an import did so far."""

    applied: int = 0
    unchanged: int = 0
    rejects: list[Reject] = field(default_factory=list, repr=False)
    warnings: list[str] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        """How many rows were not taken."""
        return len(self.rejects)

    @property
    def rows(self) -> int:
        """How many rows there were."""
        return self.applied + self.unchanged + self.rejected


class Imports:
    """Reads files of members."""

    def __init__(self, intake: Intake, database: Database) -> None:
        self._intake, self._database = intake, database

    def read(self, data: bytes, format_: str, *, today: date) -> Roster | BadFile:
        """Read a file's text as a roster; a file that is none says why."""
        text = text_of(data)
        if isinstance(text, BadFile):
            return text
        return READERS[format_](io.StringIO(text.text, newline=""), today=today)

    async def apply(
        self, agency: UUID, roster: Roster, *, as_of: datetime | None = None, dry_run: bool = False,
        told: Callable[[int], None] = lambda _: None,
    ) -> ImportCount:  # fmt: skip
        """Apply a roster; what it says was so at `as_of` (business time now, if nothing is said)."""
        if as_of is None:
            async with self._database.transaction(agency) as tx:
                as_of = tx.now
        count = ImportCount(warnings=roster.warnings)
        for chunk in _chunks(roster.rows):
            rows = [record for record in chunk if isinstance(record, Row)]
            count.rejects += [record for record in chunk if isinstance(record, Reject)]
            changed = await self._rows(agency, rows, as_of, dry_run=dry_run)
            count.applied += changed
            count.unchanged += len(rows) - changed
            told(len(chunk))
            crashpoint("imports.chunk")
        return count

    async def _rows(self, agency: UUID, rows: list[Row], as_of: datetime, *, dry_run: bool) -> int:
        """Apply rows and return how many of them changed anything."""
        events = [(at, event) for at, row in enumerate(rows) for event in _events(row, as_of)]
        results = await self._intake.apply(agency, [event for _, event in events], dry_run=dry_run)
        return len({at for (at, _), result in zip(events, results, strict=True) if _changed(result)})


def _changed(result: EventResult) -> bool:
    return result.status == "applied"


def _events(row: Row, as_of: datetime) -> Iterator[CountyEvent]:
    """Return what a row says as county events, in the order in which they are to be applied."""
    said: list[Facts] = [row.facts, *row.status, *([row.left] if row.left else [])]
    for place, facts in enumerate(said):
        said_as = {"subject": row.member_ref, "time": as_of.isoformat(), "facts": asdict(facts)}
        payload = json.dumps(said_as, default=str, ensure_ascii=False).encode()
        id_ = f"{place}-{sha256(payload).hexdigest()[:32]}"
        yield CountyEvent(id_, "/import", TYPE, as_of, row.member_ref, facts, payload)


def _chunks(records: Iterable[Row | Reject]) -> Iterator[list[Row | Reject]]:
    records = iter(records)
    while chunk := list(islice(records, CHUNK)):
        yield chunk
