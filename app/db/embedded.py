"""The embedded PostgreSQL: one server a data folder, shared by every process that asks for it.

Two files keep order. `lock` is held, for a moment, by whoever starts or stops. `in-use` is held,
shared, by every user for its lifetime: the kernel lets go of it even after `kill -9`, so whoever
finds nobody else there stops the server, whoever started it. It needs flock and /proc (Linux).
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import subprocess
import tempfile
import time
import weakref
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self
from urllib.parse import quote

import psycopg

from app.db.embedded_binaries import CLEAN, copied, initdb, wheel_bindir
from app.db.embedded_places import (
    anyone_may_enter,
    locked,
    make_folder,
    open_private,
    remove_folder,
    socket_folder,
    write_private,
)
from app.db.embedded_process import PAUSE, answers, halt, orphans_of, running, server_of

SHARED: Final = Path("/var/lib/keepcovered")
DATABASE: Final = "keepcovered"
NOBODY: Final = 65534  # PostgreSQL refuses to run as root
START_LIMIT: Final = 60.0
LAUNCHES: Final = 3
LOG_LIMIT: Final = 4_000_000
TAIL: Final = 2_000

SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # A failed statement carries people's data; its client hears of it, the log must not.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
THROW_AWAY: Final[Mapping[str, str]] = dict.fromkeys(("fsync", "full_page_writes", "synchronous_commit"), "off")


class ServerWouldNotStart(Exception):
    """The embedded PostgreSQL cannot be used; the message ends with the end of its log."""


def default_root(home: Path, *, root: bool) -> Path:
    """Return where data goes if nobody says: the user's own folder, or the machine's for root."""
    return SHARED if root else home / ".local" / "share" / "keepcovered"


class EmbeddedPostgres:
    """A handle on the server of one data folder.

    As root the server runs as `nobody`; where that user cannot reach `root`, the server's own files
    (not the rest of the data folder) live below `shared`. `durable=False` is for throw-away
    servers: a crash of the machine may lose everything.
    """

    def __init__(
        self,
        root: Path,
        *,
        durable: bool = True,
        bindir: Path | None = None,
        shared: Path = SHARED,
    ) -> None:
        self._runs_as = NOBODY if os.geteuid() == 0 else None
        self._durable = durable
        self._shared = shared.resolve()
        self._bindir = bindir
        self._in_use: int | None = None
        self.home = self._choose_home(root.resolve())
        self._data = self.home / "data"
        self._log = self.home / "log"
        self._secret = self.home / "secret"
        self._sockets = socket_folder(self.home)
        _handles.add(self)

    @property
    def url(self) -> str:
        """Return the address of our database, for libpq; it holds the password."""
        return self.url_for(DATABASE)

    def url_for(self, database: str) -> str:
        """Return the address of `database` on this server, for libpq; it holds the password."""
        try:
            password = self._secret.read_text()
        except OSError as error:
            raise ServerWouldNotStart(f"{self._secret} cannot be read: {error.strerror}") from error
        host = quote(str(self._sockets), safe="")
        return f"postgresql://app:{password}@/{quote(database, safe='')}?host={host}&port=5432"

    def start(self) -> None:
        """Use the server, starting or mending it if need be; safe to call again.

        Raises:
            ServerWouldNotStart: the server cannot be used; nothing is held then.
        """
        try:
            self._make_home()
            with locked(self.home / "lock"):
                try:
                    self._join()
                except BaseException:
                    self._leave()
                    raise
        except (OSError, subprocess.SubprocessError, psycopg.Error) as error:
            raise ServerWouldNotStart(f"PostgreSQL in {self.home}: {error}") from error

    def stop(self) -> None:
        """Stop using the server, and stop the server itself if nobody else uses it."""
        if self._in_use is not None:
            with locked(self.home / "lock"):
                self._leave()

    def erase(self) -> None:
        """Stop using the server and, if nobody else does, remove all its files, data included."""
        self._make_home()
        with locked(self.home / "lock"):
            if self._leave():
                shutil.rmtree(self._sockets, ignore_errors=True)
                shutil.rmtree(self.home)

    def forget(self) -> None:
        """Let go of the server without looking whether to stop it (what a forked child does)."""
        if self._in_use is not None:
            os.close(self._in_use)
            self._in_use = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _choose_home(self, root: Path) -> Path:
        asked = root / "postgres"
        elsewhere = self._shared / hashlib.sha256(os.fsencode(root)).hexdigest()[:16]
        if self._runs_as is None:
            return asked
        # Data that exist decide: a folder whose mode was changed must not hide its database.
        held = [place for place in (asked, elsewhere) if (place / "data").exists()]
        return [*held, asked if anyone_may_enter(asked) else elsewhere][0]

    def _make_home(self) -> None:
        if self._runs_as is not None and self._shared in self.home.parents:
            make_folder(self._shared, 0o711)
        # Root owns it, not the server's user, who must not be able to swap the secret.
        make_folder(self.home, 0o700 if self._runs_as is None else 0o711)

    # --- joining and leaving; `lock` is held ---------------------------------------------------

    def _join(self) -> None:
        if self._in_use is None:
            self._in_use = open_private(self.home / "in-use")
            fcntl.flock(self._in_use, fcntl.LOCK_SH)
        for tries_left in (2, 1, 0):
            try:
                self._make_usable()
            except psycopg.OperationalError:  # it may have been killed under our hands
                if not tries_left:
                    raise
            else:
                return

    def _make_usable(self) -> None:
        if not answers(self._data, self._sockets):
            self._bring_up()
        with psycopg.connect(self.url_for("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
            if not found.rowcount:
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _leave(self) -> bool:
        """Let go, and say whether we were the last, in which case the server is gone too."""
        if self._in_use is not None:
            fcntl.flock(self._in_use, fcntl.LOCK_UN)  # also for a child that is just being forked
            self.forget()
        alone = open_private(self.home / "in-use")
        try:
            fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            halt(self._data)
            return True
        finally:
            os.close(alone)

    # --- the server ---------------------------------------------------------------------------

    def _bring_up(self) -> None:
        """Start the server and wait for it; one that a killed process left starting is awaited."""
        bindir = self._binaries()
        make_folder(self._sockets, 0o700, self._runs_as)
        if not (self._data / "PG_VERSION").exists():
            self._make_data(bindir)
        end, launches, pid = time.monotonic() + START_LIMIT, 0, 0
        while not answers(self._data, self._sockets):
            alive = running(pid) or server_of(self._data) or orphans_of(self._data)
            if time.monotonic() > end or (launches == LAUNCHES and not alive):
                tail = self._log.read_text(errors="replace")[-TAIL:]
                raise ServerWouldNotStart(f"PostgreSQL in {self.home} did not come up. Its log:\n{tail}")
            if not alive:
                launches, pid = launches + 1, self._launch(bindir)
            time.sleep(PAUSE)

    def _launch(self, bindir: Path) -> int:
        # What a killed server left behind names a process that may still be a zombie, or another's by now.
        for stale in (self._data / "postmaster.pid", self._sockets / ".s.PGSQL.5432.lock"):
            stale.unlink(missing_ok=True)
        if self._log.exists() and self._log.stat().st_size > LOG_LIMIT:
            self._log.replace(self._log.with_suffix(".old"))
        command = [str(bindir / "postgres"), "-D", str(self._data), "-k", str(self._sockets)]
        settings = SETTINGS if self._durable else {**SETTINGS, **THROW_AWAY}
        command += [f"--{name}={value}" for name, value in settings.items()]
        # The shell lets go of the server at once: it is then nobody's child, so that nobody has to
        # wait for it, and Ctrl-C in our terminal does not reach it.
        with os.fdopen(open_private(self._log, os.O_APPEND), "ab") as log:
            return int(self._run(["/bin/sh", "-c", '"$@" >&2 & echo $!', "sh", *command], log))

    def _make_data(self, bindir: Path) -> None:
        """Make the data folder beside its place, then move it there: half a folder is never used."""
        for leftover in self.home.glob("data.*"):
            remove_folder(leftover)
        # A name of its own: the initdb of a starter that was killed may still be writing.
        new = Path(tempfile.mkdtemp(prefix="data.", dir=self.home))
        password = secrets.token_urlsafe(24)
        handed = self.home / "handed"  # initdb reads the password as the user it runs as
        write_private(handed, password, self._runs_as)
        make_folder(new, 0o700, self._runs_as)
        try:
            self._run([*initdb(bindir, durable=self._durable), "-D", str(new), f"--pwfile={handed}"])
        finally:
            handed.unlink()
        write_private(self._secret, password)
        new.rename(self._data)

    def _run(self, command: list[str], log: IO[bytes] | int = subprocess.PIPE) -> str:
        """Run a program as the server's user, in a session of its own, and return its output."""
        done = subprocess.run(  # noqa: S603  (words of ours; the paths are arguments, never parsed)
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            check=False,
            cwd="/",
            env=CLEAN,
            text=True,
            start_new_session=True,
            user=self._runs_as,
            group=self._runs_as,
            extra_groups=None if self._runs_as is None else [],
        )
        if done.returncode:
            raise ServerWouldNotStart(f"{Path(command[0]).name}:\n{(done.stderr or '')[-TAIL:]}")
        return done.stdout

    def _binaries(self) -> Path:
        bindir = (self._bindir or wheel_bindir()).resolve()
        if self._runs_as is None or anyone_may_enter(bindir / "postgres"):
            return bindir
        return copied(bindir, self._shared)


_handles: "weakref.WeakSet[EmbeddedPostgres]" = weakref.WeakSet()


def _let_go_in_child() -> None:
    """Keep a forked child from holding its parent's place; it needs a handle of its own."""
    for handle in _handles:
        handle.forget()


os.register_at_fork(after_in_child=_let_go_in_child)
