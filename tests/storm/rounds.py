"""The rounds of R1: one point, one way to end and one channel each.

The process that passes the point is armed, people are made known who can be reached by that channel alone, and what
leads to the point is set going.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from app.queue import Job, open_queue, ring
from tests.storm.county import County
from tests.storm.evidence import Wanted
from tests.storm.fleet import ARMED, Place, Process, until
from tests.storm.ground import STEP, Ground, answers
from tests.storm.people import CHANNELS, MONTH, mail_of, phone_of, ref_of

NOW: Final = "clock_timestamp() + (SELECT ahead FROM business_clock)"
AT_THE_WRITE: Final = "transport.checked"
DUE: Final = f"SELECT count(*) FROM message WHERE status = 'planned' AND due_at <= {NOW}"  # noqa: S608
Trigger = Callable[["Rounds", int, str], Awaitable[None]]
REACHED_WITHIN: Final = 60.0
FROZEN_FOR: Final = 60.0
"""Seconds for which a process stays frozen: longer than every lease and deadline."""
API_FROZEN_FOR: Final = 5.0
PACIFIC: Final = ZoneInfo("America/Los_Angeles")
DAY, NIGHT = (10, 16), (21, 23)
"""Local hours, from and before: in which all may leave, and in which nothing may and much is handed over ahead."""


@dataclass(frozen=True, slots=True)
class Point:
    """Where, in which process, what leads there, at what time of day, and for which channels it means anything."""

    name: str
    place: str
    trigger: Trigger
    hours: tuple[int, int] = DAY
    channels: Sequence[str] = CHANNELS


@dataclass(slots=True)
class Rounds:
    """The rounds as they go by."""

    ground: Ground
    county: County
    places: Mapping[str, Place]
    numbers: Callable[[], int] = field(default_factory=lambda: count().__next__)
    wanted: list[Wanted] = field(default_factory=list)
    reached: dict[str, bool] = field(default_factory=dict)
    armed: dict[str, str] = field(default_factory=dict)
    frozen: list[asyncio.Task[None]] = field(default_factory=list)
    writing: list[asyncio.Task[None]] = field(default_factory=list)
    """Those among the frozen that will write without another look at the clock."""

    async def play(self, point: Point, action: str, channel: str) -> None:
        """Play one round."""
        note = self.ground.folder / "app" / "crashpoints" / f"{point.name}.happened"
        note.unlink(missing_ok=True)
        place = self.places[point.place]
        await self._hour(point.hours)
        if point.place == "import":
            await self._import(f"{point.name}:{action}", channel)
        else:
            await self._replace(place, f"{point.name}:{action}")
            trigger = asyncio.create_task(point.trigger(self, self.numbers(), channel))
            with suppress(TimeoutError):
                await until(partial(_there, note), within=REACHED_WITHIN, what=point.name, every=0.02)
            await self._after(point, place, action)
            await trigger
        self.reached[f"{point.name}:{action}:{channel}"] = note.exists()

    async def _replace(self, place: Place, said: str) -> None:
        """Have the next process in a place armed, and begin it now."""
        self.armed[place.name] = said
        await until(partial(_armed, place, said), within=30, what=f"{place.name} armed", every=0.02)
        if place.name == "api":
            await until(partial(answers, self.ground.api_port), within=60, what="the API", every=0.05)

    async def _after(self, point: Point, place: Place, action: str) -> None:
        """Let what is frozen be, and go on with another one in its place; what failed goes on by itself."""
        self.armed[place.name] = ""
        frozen = place.now
        if action != "stop" or frozen is None:
            return
        if place.name == "api":  # it holds its port as long as it is there
            await asyncio.sleep(API_FROZEN_FOR)
            frozen.signal(signal.SIGCONT)
            return
        thawing = asyncio.create_task(_thaw(frozen))
        self.frozen.append(thawing)
        if point.name == AT_THE_WRITE:
            self.writing.append(thawing)
        await place.replace()

    async def _hour(self, hours: tuple[int, int]) -> None:
        """Go on to a weekday's hour at which the round can be played."""
        now = (await self.ground.now()).astimezone(PACIFIC)
        if hours[0] <= now.hour < hours[1] and now.weekday() < 5:
            return
        next_ = now.replace(hour=hours[0], minute=5)
        while next_ <= now or next_.weekday() >= 5:
            next_ += timedelta(days=1)
        await self.pass_time(next_.astimezone(UTC) - now)

    async def _import(self, said: str, channel: str) -> None:
        """Import a file by a command that ends at a point, and once more by one that does not."""
        number = self.numbers()
        self.want(number, channel)
        file = self.ground.folder / f"{number}.csv"
        file.write_text(_csv(number, channel))
        argv = ["import", str(file), "--agency", "orange"]
        for armed in (said, "-"):
            env = {**self.ground.env(), ARMED: armed}
            process = await self.places["worker"].nursery.start("import", argv, env)
            await asyncio.wait([process.ended], timeout=5 if "stop" in armed else 60)
            if process.alive:
                self.frozen.append(asyncio.create_task(_thaw(process)))

    async def pass_time(self, by: timedelta) -> None:
        """Let business time go on, once nobody is left who may still write: no lease is longer than ten minutes."""
        await asyncio.gather(*self.writing)
        await self.ground.let_pass(by)

    def want(self, number: int, channel: str, *, settled_otherwise: bool = False) -> None:
        """Keep in mind who is to be reached."""
        self.wanted.append(Wanted(ref_of(number), STEP, channel, settled_otherwise))

    async def bell(self, job: Job) -> None:
        """Ring for a stage."""
        async with open_queue(self.ground.url).open_async() as queue:
            await ring(queue, job)

    async def all_sent(self, within: float = 60) -> None:
        """Wait until nothing that may leave is left."""

        async def sent() -> bool:
            [(waiting,)] = await self.ground.asked(DUE)
            return not waiting

        with suppress(TimeoutError):
            await until(sent, within=within, what="sent")


async def _there(note: Path) -> bool:
    return note.exists()  # noqa: ASYNC240  (a look at a local file)


async def _armed(place: Place, said: str) -> bool:
    """Say whether the process in a place was told this; end one that was not."""
    if place.env.get(ARMED) == said and place.now is not None and place.now.alive:
        return True
    if place.now is not None and place.env.get(ARMED) != said:
        place.now.kill()
    return False


async def _thaw(process: Process) -> None:
    """Let a frozen process go on after a minute, and end it a little later."""
    await asyncio.wait([process.ended], timeout=FROZEN_FOR)
    process.signal(signal.SIGCONT)
    await asyncio.wait([process.ended], timeout=5)
    process.kill()


def _csv(number: int, channel: str) -> str:
    columns = {
        "member_ref": ref_of(number), "first_name": "Ana", "language_written": "en", "language_spoken": "en",
        "phone": phone_of(number), "phone_kind": "mobile", "email": mail_of(number), f"consent_{channel}": "yes",
        "consent_basis": "application_number", "program": "medi_cal", "renewal_month": MONTH,
    }  # fmt: skip
    return ",".join(columns) + "\n" + ",".join(columns.values()) + "\n"
