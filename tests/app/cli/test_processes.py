"""The processes apart, as on several machines: one serves, one works, one ticks."""

import os
import signal
import subprocess
import sys
import time

import httpx
import pytest

from app.cli.processes import _job
from app.errors import KeepCoveredError
from app.queue import Job


def test_a_lane_that_is_none_is_named():
    assert _job("deliver") is Job.DELIVER
    with pytest.raises(KeepCoveredError, match="there is no lane 'shoe'"):
        _job("shoe")


@pytest.mark.timeout(180)
def test_processes_on_one_database_start_and_stop_when_told(county, port):
    words = {"api": ("--port", str(port)), "worker": (), "ticks": ()}
    command = [sys.executable, "-W", "ignore", "-m", "app.cli"]
    running = [
        subprocess.Popen([*command, name, *more], env=dict(os.environ), stderr=subprocess.DEVNULL)  # noqa: S603, TID251
        for name, more in words.items()
    ]
    try:
        assert _is_ready(f"http://127.0.0.1:{port}/readyz")
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        codes = [process.wait(60) for process in running]
    assert all(code in {0, -signal.SIGTERM} for code in codes)


def _is_ready(url: str) -> bool:
    for _ in range(600):
        try:
            return httpx.get(url, timeout=5).is_success
        except httpx.TransportError:
            time.sleep(0.1)
    return False
