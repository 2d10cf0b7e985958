"""Folders, private files and locks of the embedded PostgreSQL: who owns them and who may enter."""

import fcntl
import hashlib
import os
import re
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

# A unix socket's address has 108 bytes; a comma or a quote would split the server's setting.
SOCKET_FOLDER: Final = re.compile(rb"[^,\"']{1,90}")
PATIENCE: Final = 10.0  # seconds


def anyone_may_enter(path: Path) -> bool:
    """Say whether every user may pass through (or run) `path` and all folders above it."""
    there = (place for place in (path, *path.parents) if place.exists())
    return all(place.stat().st_mode & stat.S_IXOTH for place in there)


def socket_folder(home: Path) -> Path:
    """Return where the server's socket is: in its home, or in a short place if that is too long."""
    if SOCKET_FOLDER.fullmatch(os.fsencode(home / "run")):
        return home / "run"
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    # Not tempfile.gettempdir(): two processes with different TMPDIR must meet in one place.
    return Path(f"/tmp/keepcovered-{os.geteuid()}-{name}")  # noqa: S108


def make_folder(path: Path, mode: int, owner: int | None = None) -> None:
    """Make a folder with exactly this mode; one that is there must be ours or the owner's.

    Raises:
        PermissionError: something of another user, or no folder, stands in its place.
    """
    if not path.parent.exists():
        make_folder(path.parent, mode)
    with suppress(FileExistsError):
        path.mkdir(mode)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), owner}:
        raise PermissionError(f"{path} is not a folder of this user")
    path.chmod(mode)
    if owner is not None:
        os.chown(path, owner, owner)


def remove_folder(path: Path, patience: float = PATIENCE) -> None:
    """Remove a folder with all in it, even while an orphan of a killed process still writes there.

    Raises:
        OSError: something was still there after `patience` seconds.
    """
    until = time.monotonic() + patience
    while path.exists():
        # A file made during the sweep keeps its folder; the next round takes both.
        shutil.rmtree(path, ignore_errors=time.monotonic() < until)


def open_private(path: Path, flags: int = 0) -> int:
    """Open a file for us alone (0600), made if missing; children do not inherit the descriptor."""
    # Root may work in a folder that another user can write: no planted link is followed.
    ours = os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(path, ours | flags, 0o600)


def write_private(path: Path, text: str, owner: int | None = None) -> None:
    """Write a file that only we, or its owner, can read, through to the disk."""
    with os.fdopen(open_private(path, os.O_TRUNC), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
        if owner is not None:
            os.fchown(file.fileno(), owner, owner)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the file's lock alone; waits for it. The kernel frees it when the process is killed."""
    lock = open_private(path)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
