"""The processes apart, as on several machines: one serves, one works, one ticks."""

import os
import re
import signal
import subprocess
import sys
import time

import httpx
import pytest

from app.cli.processes import _lane
from app.db.embedded import EmbeddedPostgres
from app.db.embedded_process import halt
from app.db.schema import upgrade
from app.errors import KeepCoveredError
from app.queue import Job
from app.rules.facts import Channel

WORDS = {"api": lambda port: ("--port", str(port))}


def test_a_lane_that_is_none_is_named():
    assert (_lane("deliver"), _lane("sms")) == (Job.DELIVER, Channel.SMS)
    with pytest.raises(KeepCoveredError, match="there is no lane 'shoe'"):
        _lane("shoe")


@pytest.fixture
def started(tmp_path, port):
    """Start processes as a person would, on a database; each is told to stop at the end."""
    running = {}

    def start(url, *names):
        told = {"KEEPCOVERED_DATABASE_URL": url, "KEEPCOVERED_DATA_DIR": str(tmp_path / "data")}
        told["KEEPCOVERED_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
        for name in names:
            command = [sys.executable, "-W", "ignore", "-m", "app.cli", name, *WORDS.get(name, lambda _: ())(port)]
            with (tmp_path / f"{name}.log").open("w") as log:
                running[name] = subprocess.Popen(command, env=os.environ | told, stderr=log)  # noqa: S603, TID251
        return running

    yield start
    for process in running.values():
        process.kill()
        process.wait(10)


def ended(running, within):
    """Tell processes to stop; return their exit codes, and fail if one takes too long."""
    end = time.monotonic() + within
    for process in running.values():
        process.send_signal(signal.SIGTERM)
    return {name: process.wait(max(0.1, end - time.monotonic())) for name, process in running.items()}


def until(seen, within=100):
    """Wait until something is so."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            if seen():
                return True
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    return False


def silence(port, stage):
    """Return for how many seconds a stage has been silent, as the API tells it."""
    text = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text
    found = re.search(rf'keepcovered_stage_silence_seconds{{stage="{stage}"}} ([0-9.e+-]+)', text)
    return float(found[1]) if found else float("inf")


@pytest.fixture
def own_server(tmp_path):
    """A PostgreSQL that a test may stop."""
    with EmbeddedPostgres(tmp_path / "own", durable=False) as server:
        upgrade(server.url)
        yield server


@pytest.mark.timeout(240)
def test_processes_go_on_after_their_database_was_restarted_and_stop_when_told(own_server, started, port):
    running = started(own_server.url, "api", "worker", "ticks")
    assert until(lambda: silence(port, "dispatch") < 5)
    halt(own_server.home / "data")
    assert until(lambda: "keepcovered_database_up 0.0" in httpx.get(f"http://127.0.0.1:{port}/metrics").text)
    assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    assert httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 503
    own_server.start()
    assert until(lambda: silence(port, "dispatch") < 5)
    assert httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    assert ended(running, 25) == {"api": 0, "worker": 0, "ticks": 0}
