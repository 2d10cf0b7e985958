"""The demo as a newcomer runs it: killed at any moment and started again, it repeats nothing and ends right."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.wiring import erase_database

COMMAND = [sys.executable, "-W", "ignore", "-m", "app.cli", "demo"]
PATIENCE = 300


@pytest.fixture
def folder(tmp_path):
    """A folder whose embedded database is gone with the test, wherever it lives."""
    yield tmp_path
    erase_database(tmp_path / "data-demo")


def started(folder: Path) -> subprocess.Popen[str]:
    """Start the demo in a folder of its own."""
    environment = {**os.environ, "KEEPCOVERED_DATA_DIR": str(folder / "data")}  # noqa: TID251
    pipe = subprocess.PIPE
    return subprocess.Popen(COMMAND, env=environment, stdout=pipe, stderr=subprocess.STDOUT, text=True)  # noqa: S603


def killed_once(folder: Path, seen: Callable[[Path], bool]) -> None:
    """Run the demo and kill it -9 as soon as its folder shows something."""
    with started(folder) as running:
        until = time.monotonic() + PATIENCE
        while not seen(folder / "data-demo"):
            assert running.poll() is None, running.communicate()[0]
            assert time.monotonic() < until
            time.sleep(0.05)
        running.kill()


def members_are_in(folder: Path) -> bool:
    """Say whether the members came in, so that the step after it is running."""
    return "members" in _done(folder)


def reminders_leave(folder: Path) -> bool:
    """Say whether the county was ahead and the first wave is leaving, but not over."""
    return "ahead" in _done(folder) and _accepted(folder) > _accepted_before(folder)


def _done(folder: Path) -> list[str]:
    note = folder / "demo.json"
    return list(json.loads(note.read_text())["done"]) if note.exists() else []


def _accepted_before(folder: Path) -> int:
    """Return how many messages the providers had accepted when the county's step was done, noted at the first look."""
    note = folder.parent / "accepted"
    if not note.exists():
        note.write_text(str(_accepted(folder)))
    return int(note.read_text())


def _accepted(folder: Path) -> int:
    with closing(sqlite3.connect(f"file:{folder / 'simulator.sqlite'}?mode=ro", uri=True)) as book:
        return int(book.execute("SELECT count(*) FROM messages").fetchone()[0])


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_demo_that_is_killed_twice_goes_on_and_nothing_was_sent_twice(folder):
    killed_once(folder, members_are_in)
    killed_once(folder, reminders_leave)
    with started(folder) as running:
        told, _ = running.communicate(timeout=PATIENCE)
    assert running.returncode == 0, told
    assert "An interrupted demo is found" in told
    assert "✗" not in told
