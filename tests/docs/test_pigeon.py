"""The example of `docs/channels.md`: installed as a stranger's package, checked, and a reminder goes out through it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from app.settings import Settings, read_settings
from channels.conformance import serving
from tests.test_story import BATCH, a_member, county, event  # noqa: F401  (the fixture)

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "pigeon-channel"
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The package in a folder of its own, built and installed without a network."""
    target = tmp_path_factory.mktemp("pigeon") / "installed"
    offline = ("--offline", "--no-index", "--no-deps", "--no-build-isolation", "--quiet")
    words = ("pip", "install", *offline, "--python", sys.executable, "--target", target, EXAMPLE)
    run(BIN / "uv", *words, HOME=str(target.parent))
    return target


def run(*words, cwd=None, **environment: str) -> str:
    done = subprocess.run(  # noqa: S603  (our own commands)
        [str(word) for word in words], cwd=cwd, env={"PATH": f"{BIN}:/usr/bin:/bin", "LANG": "C.UTF-8", **environment},
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def test_the_kit_finds_nothing_wrong_with_it(installed):
    said = json.loads(run(BIN / "keepcovered", "channel", "check", "pigeon", "--json", PYTHONPATH=str(installed)))
    assert said["broken"] == 0
    assert {one["channel"] for one in said["data"]} == {"sms"}
    assert sum(one["verdict"] == "kept" for one in said["data"]) > 30


def test_its_own_tests_pass(installed, tmp_path):
    shutil.copytree(EXAMPLE / "tests", tmp_path / "tests")
    words = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "tests")
    assert " passed" in run(sys.executable, *words, cwd=tmp_path, PYTHONPATH=str(installed))


@pytest.fixture
async def office(installed, monkeypatch):
    """Pigeon Post, open, with the package where Python finds it."""
    monkeypatch.syspath_prepend(str(installed))
    from pigeon_channel.post_office import PostOffice, by_post

    opened = PostOffice("the-token", "the-secret", by_post)
    async with serving(opened.app) as address:
        opened.address = address
        yield opened
    for name in [name for name in sys.modules if name.startswith("pigeon_channel")]:
        monkeypatch.delitem(sys.modules, name)


@pytest.fixture
def settings(office, tmp_path, port, monkeypatch) -> Settings:
    """A sandbox whose texts leave by Pigeon Post."""
    monkeypatch.setenv("KEEPCOVERED_CHANNELS__SMS", "pigeon")
    for name, value in {"TOKEN": office.token, "SECRET": office.secret, "BASE_URL": office.address}.items():
        monkeypatch.setenv(f"KEEPCOVERED_PROVIDERS__PIGEON__{name}", value)
    return read_settings(tmp_path, f"http://127.0.0.1:{port}")


async def texts(county: httpx.AsyncClient) -> list[tuple[str, str]]:  # noqa: F811
    found = (await county.get("/v1/messages", params={"channel": "sms"})).json()["data"]
    return [(one["kind"], one["status"]) for one in found]


async def test_a_reminder_is_delivered_by_it_and_a_stop_is_heard(county, office):  # noqa: F811
    await county.post("/v1/events", headers=BATCH, json=[event("member.updated", "M-1", a_member(emails=[]))])
    await county.post("/sandbox/clock", json={"to": "2026-12-01T19:30:00Z"})
    ((_, letter),) = office.letters.items()
    assert "tháng 2" in letter["text"]
    assert await texts(county) == [("reminder", "delivered")]

    ours = f"{str(county.base_url).rstrip('/')}/callbacks/pigeon/inbound"
    await office.send_note(ours, {"from": letter["to"], "to": letter["from"], "text": "STOP"})
    await county.post("/sandbox/clock", json={"to": "PT1M"})
    (answer,) = [one for one in office.letters.values() if one["tag"] != letter["tag"]]
    assert "START" in answer["text"]
    consents = (await county.get("/v1/members/M-1/consents")).json()["data"]
    assert ("sms", "text_stop") in {(one["channel"], one["basis"]) for one in consents}
