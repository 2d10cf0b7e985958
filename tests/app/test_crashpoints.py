"""Crash points do nothing unless one is armed, and then only what was said, once, and there."""

import signal
import subprocess
import sys

import pytest

from app import crashpoints
from app.crashpoints import Crashed, crashpoint
from app.errors import BadSettings

CHILD = """
import pathlib, sys
from app.crashpoints import arm, crashpoint
arm(sys.argv[1], pathlib.Path(sys.argv[2]))
crashpoint("delivery.sent")
print("alive")
"""


@pytest.fixture
def armed(tmp_path):
    def arm(said):
        crashpoints.arm(said, tmp_path / "notes")

    yield arm
    arm("")


def noted(tmp_path):
    return sorted(file.name for file in (tmp_path / "notes").glob("*"))


def test_nothing_happens_at_a_point_that_nobody_armed(armed, tmp_path):
    armed("")
    crashpoint("delivery.sent")
    assert noted(tmp_path) == []


def test_an_armed_point_raises_at_its_nth_passing_and_never_again(armed):
    armed("delivery.sent:raise:2")
    crashpoint("delivery.sent")
    crashpoint("delivery.recorded")
    with pytest.raises(Crashed):
        crashpoint("delivery.sent")
    crashpoint("delivery.sent")


def test_what_was_passed_and_what_happened_is_noted_in_files(armed, tmp_path):
    armed("delivery.sent:raise:2")
    crashpoint("delivery.sent")
    assert noted(tmp_path) == ["delivery.sent"]
    with pytest.raises(Crashed):
        crashpoint("delivery.sent")
    assert noted(tmp_path) == ["delivery.sent", "delivery.sent.happened"]


def test_points_can_be_noted_without_anything_happening(armed, tmp_path):
    armed(crashpoints.NOTE_ONLY)
    crashpoint("delivery.sent")
    assert noted(tmp_path) == ["delivery.sent"]


def test_a_killed_process_leaves_its_note_behind(tmp_path):
    command = [sys.executable, "-c", CHILD, "delivery.sent", str(tmp_path / "notes")]
    ended = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  (words of ours)
    assert (ended.returncode, ended.stdout, noted(tmp_path)) == (-signal.SIGKILL, b"", ["delivery.sent.happened"])


@pytest.mark.parametrize("said", ["delivery.sent:explode", "delivery.sent:kill:often"])
def test_what_makes_no_sense_is_refused(armed, said):
    with pytest.raises(BadSettings, match="CRASHPOINT"):
        armed(said)
