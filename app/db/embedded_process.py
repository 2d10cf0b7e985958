"""The running server of a data folder: whether it is there, whether it answers, and how it ends."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

STATUS: Final = 7  # the line of postmaster.pid that says starting, ready or stopping
PAUSE: Final = 0.01
# First a fast shutdown, which ends all sessions and writes everything; then one that needs recovery.
STOP_LIMITS: Final = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0))


def answers(data: Path, sockets: Path) -> bool:
    """Say whether the server takes connections; a full one does, a recovering one does not."""
    # It is asked only once it says so itself: it logs every question that comes too early.
    if server_of(data) is None or "ready" not in _pid_file(data)[STATUS:]:
        return False
    where = make_conninfo(host=str(sockets), port=5432, user="app", dbname="postgres", connect_timeout=2)
    return PGconn.ping(where.encode()) == Ping.OK


def running(pid: int) -> bool:
    """Say whether a process runs; one that has ended and was not waited for does not."""
    # Not by its command line: that is empty, for a moment, while a program is being started.
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][:1]
    except OSError:
        return False
    return state not in {"", "X", "Z"}


def server_of(data: Path) -> int | None:
    """Return the process id of this folder's server, if `postmaster.pid` tells the truth."""
    for pid in _pid_file(data)[:1]:
        if pid.isdecimal() and _serves(int(pid), data):
            return int(pid)
    return None


def orphans_of(data: Path) -> list[int]:
    """Return the processes that a killed server left behind; they keep a new one out until they end."""
    return [pid for pid in _processes() if _title(pid).startswith(b"postgres:") and _folder(pid) == data]


def halt(data: Path) -> None:
    """Stop this folder's server, if it runs, and wait until it is gone."""
    for how, patience in STOP_LIMITS:
        if (pid := server_of(data)) is None:
            return
        with suppress(ProcessLookupError):
            os.kill(pid, how)
        end = time.monotonic() + patience
        # Not until it looks like no server: an ending process loses its command line before it is gone.
        while running(pid) and time.monotonic() < end:
            time.sleep(PAUSE)


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def _title(pid: int) -> bytes:
    return b"".join(_command(pid)[:1])


def _folder(pid: int) -> Path | None:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cwd").readlink()
    return None


def _pid_file(data: Path) -> list[str]:
    try:
        return [line.strip() for line in (data / "postmaster.pid").read_text().splitlines()]
    except FileNotFoundError:
        return []


def _command(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1]
    except OSError:
        return []


def _serves(pid: int, data: Path) -> bool:
    return _title(pid).endswith(b"/postgres") and os.fsencode(data) in _command(pid)
