"""Two machines on one: each a network namespace with a link to the database, a provider of its own, and processes."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import make_url

from app.db.embedded import EmbeddedPostgres

ROOT = Path(__file__).parents[2]
PORT = 5432
STOP_WITHIN = 25.0


@dataclass(slots=True)
class Machine:
    """A machine, real enough: where its processes run, how they reach the database, and its provider."""

    prefix: Sequence[str]
    """What puts a command into its namespace; nothing where there is none."""
    database: str
    folder: Path
    provider: int
    """The port of its provider, on its own loopback."""
    running: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(self, *names: str) -> None:
        """Start processes of ours on it."""
        told = {
            "KEEPCOVERED_DATABASE_URL": self.database,
            "KEEPCOVERED_DATA_DIR": str(self.folder),
            "KEEPCOVERED_PUBLIC_URL": "http://127.0.0.1:8000",
            "KEEPCOVERED_TWILIO__BASE_URL": f"http://127.0.0.1:{self.provider}/twilio",
            "KEEPCOVERED_SENDGRID__BASE_URL": f"http://127.0.0.1:{self.provider}/sendgrid",
        }
        for name in names:
            command = [*self.prefix, sys.executable, "-m", "app.cli", name]
            log = (self.folder / "machines.log").open("ab")
            with log:
                self.running.append(
                    subprocess.Popen(command, cwd=ROOT, env=os.environ | told, stderr=log)  # noqa: S603, TID251
                )

    def stop(self) -> list[int]:
        """Tell its processes to stop and return how they ended."""
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        return [process.wait(STOP_WITHIN) for process in self.running]

    def counts(self) -> dict[str, int]:
        """Return how many texts and e-mails its provider took."""
        asked = f"import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:{self.provider}/counts').read().decode())"
        said = subprocess.check_output([*self.prefix, sys.executable, "-c", asked])  # noqa: S603
        counts: dict[str, int] = json.loads(said)
        return counts


@contextmanager
def machines(count: int, folder: Path, server: EmbeddedPostgres) -> Iterator[tuple[list[Machine], str]]:
    """Put machines up; says what they are: network namespaces, or mere processes where these are not allowed."""
    with ExitStack() as stack:
        apart = _allowed()
        made = [stack.enter_context(_machine(number, folder, server, apart=apart)) for number in range(1, count + 1)]
        yield made, "network namespaces, TCP" if apart else "mere processes: no namespaces are allowed here"


def _allowed() -> bool:
    """Say whether namespaces can be made here."""
    name = f"kc{os.getpid()}"
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        _ip("netns", "add", name)
        _ip("netns", "del", name)
        return True
    return False


@contextmanager
def _machine(number: int, folder: Path, server: EmbeddedPostgres, *, apart: bool) -> Iterator[Machine]:
    with ExitStack() as stack:
        prefix: list[str] = []
        url = server.url
        if apart:
            host = stack.enter_context(_namespace(number))
            prefix = ["ip", "netns", "exec", _name(number)]
            stack.enter_context(_link(host, _socket(url)))
            url = make_url(url).set(host=host, port=PORT, query={}).render_as_string(hide_password=False)
        sink = subprocess.Popen([*prefix, str(folder / "sink"), "0"], stdout=subprocess.PIPE)  # noqa: S603
        stack.callback(_end, sink)
        machine = Machine(prefix, url, folder, int(sink.stdout.readline()) if sink.stdout else 0)
        stack.callback(lambda: [_end(process) for process in machine.running])
        yield machine


def _name(number: int) -> str:
    return f"kc{os.getpid()}n{number}"


@contextmanager
def _namespace(number: int) -> Iterator[str]:
    """Make a namespace with a link; hands out our end's address."""
    name, ours, theirs, net = _name(number), f"kco{number}", f"kct{number}", f"10.213.{number}"
    _ip("netns", "add", name)
    try:
        _ip("link", "add", ours, "type", "veth", "peer", "name", theirs, "netns", name)
        _ip("addr", "add", f"{net}.1/30", "dev", ours)
        _ip("link", "set", ours, "up")
        for words in (
            ("addr", "add", f"{net}.2/30", "dev", theirs),
            ("link", "set", theirs, "up"),
            ("link", "set", "lo", "up"),
        ):
            _ip("-n", name, *words)
        yield f"{net}.1"
    finally:
        _ip("netns", "del", name)


@contextmanager
def _link(host: str, socket: str) -> Iterator[None]:
    """Pass on what comes to an address to the database's socket, in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.namespaces", host, str(PORT), socket]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:  # noqa: S603
        try:
            if process.stdout is None or process.stdout.readline() != b"listening\n":
                raise RuntimeError("the link does not come up")
            yield
        finally:
            process.kill()


def _socket(url: str) -> str:
    query = make_url(url).query
    return f"{query['host']}/.s.PGSQL.{query['port']}"


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait(10)
    if process.stdout is not None:
        process.stdout.close()


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)  # noqa: S603, S607  (our own words)


async def _pass_on(host: str, port: int, socket: str) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_unix_connection(socket)
        await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer))

    async with await asyncio.start_server(connected, host, port) as listening:
        sys.stdout.write("listening\n")
        sys.stdout.flush()
        await listening.serve_forever()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
    writer.close()


if __name__ == "__main__":
    asyncio.run(_pass_on(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
