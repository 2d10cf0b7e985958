"""R13: the database is put back to an older state while reminders go out; nobody is written to twice.

It is played two times. With the backup alone, what counties told since is gone, and they tell it again. With the
archive of the write-ahead log beside the backup, the database comes back as it was, and not one event is lost.
"""

import asyncio
import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from app.db.embedded_binaries import wheel_bindir
from app.db.embedded_process import halt
from tests.storm.county import County
from tests.storm.evidence import Evidence, Wanted
from tests.storm.fleet import Nursery, until
from tests.storm.gathering import gather
from tests.storm.ground import STEP, Ground, Rates, answers, ground
from tests.storm.harm import Doses
from tests.storm.invariants import Finding
from tests.storm.people import CHANNELS, member, ref_of
from tests.storm.random_storm import Course, Size, Storm, flowing, ringing, rising, settle

ATTEMPTS: Final = "SELECT id::text FROM attempt"
HELD: Final = "SELECT coalesce(array_length(held, 1), 0) FROM epoch"
SENT: Final = "SELECT count(*) FROM message WHERE status NOT IN ('planned', 'skipped')"
EVENTS: Final = "SELECT event_id FROM county_event"
UNKNOWN: Final = "SELECT count(*) FROM message WHERE reason = 'database_restored'"
TO_BE_ARCHIVED: Final = (
    "ALTER SYSTEM SET archive_mode = on", "ALTER SYSTEM SET archive_command = 'test ! -f {to}/%%f && cp %%p {to}/%%f'",
)  # fmt: skip
TO_BE_RECOVERED: Final = "restore_command = 'cp {to}/%f %p'\n"
WITHOUT_A_LIST: Final = 1
"""The channels that only a person lets go: e-mail."""


@dataclass(frozen=True, slots=True)
class Restore:
    """How big: people known before the backup, and as many after it; how long reminders leave since, in seconds."""

    people: int
    seconds: float
    rates: Rates


@dataclass(slots=True)
class Back:
    """A database that is put back."""

    ground: Ground
    archived: bool
    """Whether its log is archived."""
    took: dict[str, float] = field(default_factory=dict)
    _began: float = 0.0

    @property
    def home(self) -> Path:
        """The server's folder."""
        return self.ground.server.home

    def prepare(self) -> None:
        """Have the log archived from now on."""
        archive = self.home / "archive"
        archive.mkdir(mode=0o700)
        _hand_over(archive, self.home / "data")
        if self.archived:
            for line in TO_BE_ARCHIVED:
                self.ground.ask(line.format(to=archive))
            self.ground.crash_database()

    def back_up(self) -> None:
        """Take a base backup while everything goes on."""
        tool = wheel_bindir() / "pg_basebackup"
        command = [str(tool), "-D", str(self.home / "backup"), "-d", self.ground.url, "-X", "stream", "-c", "fast"]
        subprocess.run(command, check=True, capture_output=True, timeout=300)  # noqa: S603  (words of ours)

    def put_back(self) -> None:
        """Put the backup where the database was, which is gone; all but the log that was not archived yet."""
        self._began = time.monotonic()
        data, gone = self.home / "data", self.home / "gone"
        halt(data)
        data.rename(gone)
        (self.home / "backup").rename(data)
        if self.archived:
            for segment in (gone / "pg_wal").iterdir():
                if segment.is_file():
                    shutil.copy(segment, data / "pg_wal")
            with (data / "postgresql.auto.conf").open("a") as settings:
                settings.write(TO_BE_RECOVERED.format(to=self.home / "archive"))
            (data / "recovery.signal").touch()
        for path in (data, *data.rglob("*")):
            _hand_over(path, gone)
        self.ground.server.start()
        self.done("the database answers")

    def done(self, what: str) -> None:
        """Keep how long it took until something was done."""
        self.took[what] = round(time.monotonic() - self._began, 1)


async def run(folder: Path, seed: int, size: Restore) -> Course:
    """Put a database back by its backup alone, then another one with its log."""
    seen, figures, found = Evidence(), {}, list[Finding]()
    for turn, archived in enumerate((False, True)):
        where = folder / ("log" if archived else "backup")
        where.mkdir()
        course = await _played(where, seed, size, archived=archived, first=turn * 2 * size.people)
        seen, found = seen.beside(course.evidence), [*found, *course.found]
        figures[where.name] = course.figures
    return Course(seen, figures, found)


async def _played(folder: Path, seed: int, size: Restore, *, archived: bool, first: int) -> Course:
    early = range(first, first + size.people)
    late = range(early.stop, early.stop + size.people)
    calm = Size(size.people, Doses(), size.seconds, size.rates, weather=False)
    async with ground(folder, rates=size.rates) as place:
        back, county = Back(place, archived), County(place)
        back.prepare()
        async with rising(place, seed, calm) as storm, ringing(place):
            async with flowing(place):
                await county.tell([member(number) for number in early])
                await _sent(place, size.people // 2)
                await asyncio.to_thread(back.back_up)
                [(before,)] = await place.asked(SENT)
                await county.tell([member(number) for number in late])
                await asyncio.sleep(size.seconds)
            forgotten, lost, after = await _struck(storm, back)
            held = await _reconciled(storm, back)
            if not archived:
                await county.tell([member(number) for number in late])
            took = await settle(place)
            wanted = [Wanted(ref_of(number), STEP, channel) for number in (*early, *late) for channel in CHANNELS]
            [(unknown,)] = await place.asked(UNKNOWN)
        figures = {
            "left by the backup": before, "by the loss": after, "events lost": lost, "held": held,
            "left to a person": unknown, "seconds to settle": round(took, 1), **back.took,
        }  # fmt: skip
        return Course(gather(place, wanted, forgotten), figures, _asked(figures, archived=archived))


async def _sent(place: Ground, count: int) -> None:
    async def enough() -> bool:
        [(sent,)] = await place.asked(SENT)
        return bool(sent >= count)

    await until(enough, within=300, what="too few reminders left")


async def _struck(storm: Storm, back: Back) -> tuple[set[str], int, int]:
    """Lose the database and put it back; return the attempts it knew, how many events it lost, and what had left."""
    place = back.ground
    for one in storm.places:
        await one.close()
    known = {id_ for (id_,) in await place.asked(ATTEMPTS)}
    [(left,)] = await place.asked(SENT)
    await asyncio.to_thread(back.put_back)
    lost = place.events_answered - {id_ for (id_,) in await place.asked(EVENTS)}
    if not back.archived:
        place.events_answered -= lost  # the county is told that they are gone, and tells them again
    return known, len(lost), left


async def _reconciled(storm: Storm, back: Back) -> int:
    """Start everything, wait until the lists were read, and let go the rest; return how many channels were held."""
    place = back.ground
    for one in storm.places:
        await one.open()
    await until(lambda: answers(place.api_port), within=60, what="the API did not start")

    async def held(at_most: int) -> bool:
        [(count,)] = await place.asked(HELD)
        return bool(count <= at_most)

    async def noticed() -> bool:
        return not await held(0)

    await until(noticed, within=120, what="nobody noticed that the database is an older state")
    back.done("it is noticed")
    count = len(_said(await _restored(storm.nursery, place))["held"])

    async def read() -> bool:
        return await held(WITHOUT_A_LIST)

    await until(read, within=300, what="the lists were not read")
    back.done("the lists are read")
    await _restored(storm.nursery, place, "--confirm", *(["--nothing-lost"] if back.archived else []))
    back.done("all is let go")
    return count


async def _restored(nursery: Nursery, place: Ground, *words: str) -> Path:
    """Say `keepcovered restored`; return what it said."""
    name = f"restored{len(words)}"
    process = await nursery.start(name, ["restored", *words, "--json"], place.env())
    if await asyncio.wait_for(asyncio.shield(process.ended), 60):
        raise RuntimeError(f"`keepcovered restored` failed: {(place.folder / name).with_suffix('.log').read_text()}")
    return place.folder / f"{name}.log"


def _said(file: Path) -> Mapping[str, Any]:
    said: Mapping[str, Any] = json.loads(file.read_text().splitlines()[-1])
    return said


def _asked(figures: Mapping[str, Any], *, archived: bool) -> Sequence[Finding]:
    """Everything is held at first; reminders did leave since the backup; with the log, no event is lost."""
    found = []
    if figures["by the loss"] <= figures["left by the backup"]:
        found.append(Finding("R13", "nothing left between backup and loss: the gate asked nothing"))
    if not figures["held"]:
        found.append(Finding("R13", "nothing was held"))
    if archived and figures["events lost"]:
        found.append(Finding("R13", f"{figures['events lost']} events were lost in spite of the log"))
    return found


def _hand_over(path: Path, like: Path) -> None:
    """Give a file to whoever the server runs as."""
    owner = like.stat()
    os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
