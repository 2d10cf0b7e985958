"""The script that an operator's mail system pipes reports into hands them over as our own check wants them."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels.signals import Callback
from channels.smtp.signatures import SIGNATURE, verify

SCRIPT = Path(__file__).parents[2] / "docs" / "examples" / "post_report.py"
REPORT = b"Subject: report\r\n\r\n\xff\x00 raw bytes\r\n"


@pytest.fixture
async def ours():
    """Our service, as far as the script knows it."""
    heard: list[tuple[dict[str, str], bytes]] = []
    status = ["204 No Content"]

    async def answer(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:-2]
        headers = dict(line.split(": ", 1) for line in head)
        heard.append((headers, await reader.readexactly(int(headers["Content-Length"]))))
        writer.write(f"HTTP/1.1 {status[0]}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/callbacks/smtp/events", heard, status


async def run(url, folder):
    secret = folder / "secret"
    secret.write_text("shared\n")
    piped = asyncio.subprocess.PIPE
    script = await asyncio.create_subprocess_exec(
        sys.executable, str(SCRIPT), url, str(secret), stdin=piped, stderr=piped, env={"no_proxy": "*"}
    )
    await script.communicate(REPORT)
    return script.returncode


async def test_a_report_is_signed_and_posted(ours, tmp_path):
    url, heard, _ = ours
    assert await run(url, tmp_path) == 0
    ((headers, body),) = heard
    name = next(one for one in headers if one.lower() == SIGNATURE.lower())
    moment = datetime.fromtimestamp(int(headers[name].removeprefix("t=").partition(",")[0]), UTC)
    verify(Callback(url, headers, body, moment), ["shared"])
    assert body == REPORT


async def test_what_could_not_be_handed_over_is_to_be_tried_again(ours, tmp_path):
    url, _, status = ours
    status[0] = "503 Service Unavailable"
    assert await run(url, tmp_path) == 75
    assert await run("http://127.0.0.1:9/callbacks/smtp/events", tmp_path) == 75
