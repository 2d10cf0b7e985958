"""The storm's processes: each has a place in which a new one is started when it ends, as an init system would."""

import asyncio
import itertools
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[2]
ARMED = "KEEPCOVERED_CRASHPOINT"
TURN = 0.05
"""Seconds before the next one is started in a place."""


@dataclass(slots=True)
class Process:
    """A process of the nursery."""

    pid: int
    ended: asyncio.Future[int]
    paused: bool = False

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return not self.ended.done()

    @property
    def frozen(self) -> bool:
        """Whether it is stopped right now."""
        try:
            return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
        except OSError:
            return False

    def signal(self, what: signal.Signals) -> None:
        """Send a signal to it and whatever it started."""
        if self.alive:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, what)

    def kill(self) -> None:
        """End it at once."""
        self.signal(signal.SIGKILL)

    async def pause(self, seconds: float) -> None:
        """Freeze it for a while; it may be killed meanwhile."""
        self.paused = True
        self.signal(signal.SIGSTOP)
        await asyncio.wait([self.ended], timeout=seconds)
        self.signal(signal.SIGCONT)
        self.paused = False


class Nursery:
    """Starts processes by forking one that has read the code."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self._folder, self._env = folder, env
        self._ids = itertools.count()
        self._births: dict[int, asyncio.Future[Process]] = {}
        self._living: dict[int, Process] = {}

    async def __aenter__(self) -> Self:
        self._own = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.storm.nursery", stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, cwd=ROOT, env={**os.environ, **self._env},  # noqa: TID251
            start_new_session=True,
        )  # fmt: skip
        line = await self._out.readline()
        if "ready" not in json.loads(line or b"{}"):
            raise RuntimeError("the nursery did not start")
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        for process in list(self._living.values()):
            process.kill()
        if self._own.stdin is not None:
            self._own.stdin.close()
        await self._own.wait()
        await self._listening

    async def start(self, name: str, argv: Sequence[str], env: Mapping[str, str]) -> Process:
        """Start `keepcovered …`; its words go to a file of its name."""
        id_ = next(self._ids)
        born = self._births[id_] = asyncio.get_running_loop().create_future()
        told = {"id": id_, "argv": list(argv), "env": dict(env), "log": str(self._folder / f"{name}.log")}
        if self._own.stdin is not None:
            self._own.stdin.write(json.dumps(told).encode() + b"\n")
            await self._own.stdin.drain()
        return await born

    @property
    def _out(self) -> asyncio.StreamReader:
        if self._own.stdout is None:
            raise RuntimeError("the nursery has no voice")
        return self._own.stdout

    async def _listen(self) -> None:
        while line := await self._out.readline():
            self._heard(json.loads(line))

    def _heard(self, told: Mapping[str, Any]) -> None:
        if "gone" in told:
            process = self._living.pop(told["gone"], None)
            if process is not None:
                process.ended.set_result(told["code"])
            return
        process = Process(told["pid"], asyncio.get_running_loop().create_future())
        self._living[process.pid] = process
        self._births.pop(told["id"]).set_result(process)


@dataclass(slots=True)
class Place:
    """Where one process after another runs; `extra` gives each the settings of its own."""

    name: str
    argv: Sequence[str]
    nursery: Nursery
    extra: Callable[[], Mapping[str, str]] = dict
    now: Process | None = None
    codes: dict[int, int] = field(default_factory=dict)
    """How often each exit code was seen."""
    started: int = 0
    env: Mapping[str, str] = field(default_factory=dict)
    """What the present one was told."""
    _keeping: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        """Whether one runs and is not paused."""
        return self.now is not None and self.now.alive and not self.now.paused

    async def open(self) -> None:
        """Start the first one and keep the place filled."""
        await self._fill()
        self._keeping = asyncio.create_task(self._keep())

    async def replace(self) -> None:
        """Start another one beside the one that is here, which is frozen and no more of ours."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        await self.open()

    async def close(self, *, gently: bool = False) -> None:
        """Leave the place empty."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        if self.now is not None and self.now.alive:
            self.now.signal(signal.SIGCONT)
            self.now.signal(signal.SIGTERM if gently else signal.SIGKILL)
            await self.now.ended

    async def _fill(self) -> None:
        env = self.extra()
        self.now = await self.nursery.start(self.name, self.argv, env)
        self.env = env
        self.started += 1

    async def _keep(self) -> None:
        while self.now is not None:
            code = await asyncio.shield(self.now.ended)  # who stops waiting does not end it
            self.codes[code] = self.codes.get(code, 0) + 1
            await asyncio.sleep(TURN)
            await self._fill()


async def until(holds: Callable[[], Awaitable[bool]], *, within: float, what: str, every: float = 0.1) -> None:
    """Wait until something holds; raises `TimeoutError` saying what did not."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    while not await holds():
        if loop.time() > end:
            raise TimeoutError(what)
        await asyncio.sleep(every)
