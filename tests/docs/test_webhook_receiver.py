"""The receiver of `docs/webhooks.md` takes what our service sends it, once, and nothing else."""

import asyncio
import importlib.util
import sys
from pathlib import Path

import pytest

from app.pipeline.webhooks import Webhooks, tell
from app.rules.webhooks import signed
from app.wiring import machine_now
from app.wiring.posting import Poster

SCRIPT = Path(__file__).parents[2] / "docs" / "examples" / "webhook_receiver.py"
SECRET = "whsec_" + "QUJD" * 8


@pytest.fixture
def is_ours():
    spec = importlib.util.spec_from_file_location("webhook_receiver", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return lambda headers, body, now: module.is_ours(SECRET, headers, body, now)


async def receiving(port, secret_file):
    """Start the script; it answers once it listens."""
    piped = asyncio.subprocess.PIPE
    script = await asyncio.create_subprocess_exec(
        sys.executable, str(SCRIPT), str(port), str(secret_file), stdout=piped
    )
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            await writer.wait_closed()
            return script


async def test_what_the_service_sends_is_taken_once(services, agency, port, tmp_path):
    hooks = Webhooks(services.database, post=Poster(live=False).post, live=False, machine_now=machine_now)
    made = await hooks.add(agency.id, f"http://127.0.0.1:{port}/hooks", ["member.replied"])
    (tmp_path / "secret").write_text(made["secret"])
    script = await receiving(port, tmp_path / "secret")
    try:
        async with services.database.transaction(agency.id) as tx:
            await tell(tx, agency.id, "member.replied", {"member_refs": ["M-1"]})
        assert await hooks.run() == 1
        assert await script.stdout.readline() == b'member.replied {"member_refs": ["M-1"]}\n'
        [one] = await hooks.every(agency.id)
        assert (one["waiting"], one["failing_since"]) == (0, None)
    finally:
        script.terminate()
        await script.wait()


def test_what_is_changed_old_or_signed_by_another_is_not_taken(is_ours):
    headers = signed(SECRET, "msg_1", 1_000, b"{}")
    assert is_ours(headers, b"{}", 1_000)
    assert is_ours({**headers, "webhook-signature": f"v1,x {headers['webhook-signature']}"}, b"{}", 1_000)
    assert not is_ours(headers, b"{ }", 1_000)
    assert not is_ours(headers, b"{}", 2_000)
    assert not is_ours({**headers, "webhook-id": "msg_2"}, b"{}", 1_000)
    assert not is_ours(signed("whsec_" + "QUJE" * 8, "msg_1", 1_000, b"{}"), b"{}", 1_000)
    assert not is_ours({}, b"{}", 1_000)
