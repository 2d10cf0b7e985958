"""The demo as a newcomer runs it: killed at any moment and started again, it repeats nothing and ends right."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.wiring import erase_database

COMMAND = [sys.executable, "-W", "ignore", "-m", "app.cli", "demo"]


def run(folder: Path, seconds: float) -> subprocess.CompletedProcess[str]:
    """Run the demo in a folder of its own; kill it -9 after so many seconds."""
    environment = {**os.environ, "KEEPCOVERED_DATA_DIR": str(folder / "data")}  # noqa: TID251
    return subprocess.run(  # noqa: S603
        COMMAND, env=environment, timeout=seconds, capture_output=True, text=True, check=False
    )


@pytest.fixture
def folder(tmp_path):
    """A folder whose embedded database is gone with the test, wherever it lives."""
    yield tmp_path
    erase_database(tmp_path / "data-demo")


@pytest.mark.timeout(400)
def test_a_demo_that_is_killed_twice_goes_on_and_nothing_was_sent_twice(folder):
    for moment in (9, 13):
        with pytest.raises(subprocess.TimeoutExpired):
            run(folder, moment)
    ended = run(folder, 300)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "An interrupted demo is found" in ended.stdout
    assert "✗" not in ended.stdout
