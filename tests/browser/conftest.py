"""What the walks through the pages stand on: the whole service on a free port, and a real Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.visits import Visitor
from tests.conftest import AGENCY

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "build" / "browser"
NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--no-default-browser-check",
]  # fmt: skip
PATIENCE = 120
"""Seconds that a busy machine has to bring the service up."""


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium is."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.exit("`make browser` needs Chromium: apt-get install -y --no-install-recommends chromium", 1)
    return found


@pytest.fixture(scope="session")
def browser(chromium) -> Iterator[Browser]:
    """A browser with an empty profile, which is gone afterwards."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, headless=True, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def service(tmp_path_factory) -> Iterator[str]:
    """The whole service with one agency, at its address."""
    data = tmp_path_factory.mktemp("service")
    (data / "orange.toml").write_text(AGENCY, encoding="utf-8")
    with up(data) as address:
        command(data, "agency", "add", str(data / "orange.toml"))
        yield address


@contextmanager
def up(data: Path) -> Iterator[str]:
    """Run the service on a free port until it is not needed any more."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (data / "log").open("wb") as log:
        serving = subprocess.Popen(  # noqa: S603
            [*KEEPCOVERED, "up", "--port", str(port)], env=environment(data), stdout=log, stderr=log, cwd=data
        )
    address = f"http://127.0.0.1:{port}"
    try:
        until_ready(serving, address, data / "log")
        yield address
    finally:
        serving.terminate()
        serving.wait(60)


KEEPCOVERED = [sys.executable, "-m", "app.cli"]


def environment(data: Path) -> dict[str, str]:
    """Every walker comes from this machine, so that the brakes on one address are eased."""
    outside = os.environ  # noqa: TID251
    kept = {name: value for name, value in outside.items() if not name.startswith("KEEPCOVERED_")}
    return {**kept, **EASED, "KEEPCOVERED_DATA_DIR": str(data), "PYTHONPATH": str(ROOT)}


EASED = {
    f"KEEPCOVERED_CAPS__{cap}": "1000"
    for cap in (
        "CODES_NETWORK_HOUR",
        "CODES_PREFIX_DAY",
        "TRIES_NETWORK_HOUR",
        "VERIFY_NETWORK_HOUR",
        "PASS_NETWORK_HOUR",
    )
}


def command(data: Path, *words: str) -> str:
    """Run a command beside the service."""
    done = subprocess.run(  # noqa: S603
        [*KEEPCOVERED, *words], env=environment(data), capture_output=True, text=True, check=False, cwd=data
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def until_ready(serving: subprocess.Popen[bytes], address: str, log: Path) -> None:
    """Wait until the service answers."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert serving.poll() is None, log.read_text(errors="replace")[-2000:]
        try:
            if httpx.get(f"{address}/readyz").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise TimeoutError(log.read_text(errors="replace")[-2000:])


@pytest.fixture
def visit(browser, service) -> Iterator[Visitor]:
    """Somebody who opens pages; what the browser asked for and complained of is looked at in the end."""
    visitor = Visitor(browser, service, PICTURES)
    yield visitor
    visitor.leave()
    assert visitor.complaints == []
    assert [one for one in visitor.asked if not one.startswith((service, "data:"))] == []
