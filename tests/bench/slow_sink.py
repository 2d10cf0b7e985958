"""The provider's stand-in without a C compiler, and for TLS: answers as `sink.c` does, at a fifth of its speed.

`slow_sink.py [MILLISECONDS [CERTIFICATE]]`: how long each answer waits, and a PEM file with certificate and key.
"""

import asyncio
import json
import ssl
import sys
from collections import Counter
from typing import cast

import uvloop

SEEN: Counter[str] = Counter()
DELAY = float(sys.argv[1]) / 1e3 if len(sys.argv) > 1 else 0.0


class Door(asyncio.Protocol):
    """One kept-alive connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._back = cast("asyncio.Transport", transport)
        self._held = b""

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            head = self._held[:end].lower()
            _, _, length = head.partition(b"\r\ncontent-length:")
            whole = end + 4 + int(length.split(b"\r\n", 1)[0] or 0)
            if len(self._held) < whole:
                return
            self._held = self._held[whole:]
            said = answer(head.split(b"\r\n", 1)[0])
            asyncio.get_running_loop().call_later(DELAY, self._say, said) if DELAY else self._say(said)

    def _say(self, said: bytes) -> None:
        if not self._back.is_closing():
            self._back.write(said)


def answer(line: bytes) -> bytes:
    """Return the answer to a request by its first line."""
    if line.startswith(b"get"):
        return _http("200 OK", json.dumps({"texts": SEEN["texts"], "mails": SEEN["mails"]}))
    if b"messages.json" in line:
        SEEN["texts"] += 1
        sid = f"SM{SEEN['texts']:032x}"
        return _http("201 Created", json.dumps({"sid": sid, "status": "queued", "num_segments": "2"}))
    SEEN["mails"] += 1
    return _http("202 Accepted", "", f"X-Message-Id: {SEEN['mails']:022x}\r\n")


def _http(status: str, body: str, extra: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{extra}Content-Length: {len(body)}\r\n\r\n"
    return (head + body).encode()


async def main() -> None:
    """Listen until killed; the port is printed first."""
    secured = None
    if len(sys.argv) > 2:
        secured = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        secured.load_cert_chain(sys.argv[2])
    server = await asyncio.get_running_loop().create_server(Door, "127.0.0.1", 0, ssl=secured, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
