#!/usr/bin/env python3
"""Receives KeepCovered's webhooks: checks each call, takes it once, and prints what it says. Needs Python alone.

Arguments: a port, and a file with the secret (`whsec_…`) that `POST /v1/webhooks` showed. Put it behind the web server
that has your certificate: in live mode calls come by https only.
"""

import base64
import hmac
import json
import sys
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

PATIENCE = 300
"""Seconds that a call may be old; an older one is somebody's copy."""
LONGEST = 1_000_000


def is_ours(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Say whether a call was signed with our secret, just now."""
    id_, sent = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not sent.isdecimal() or abs(now - int(sent)) > PATIENCE:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.digest(key, f"{id_}.{sent}.".encode() + body, "sha256")
    good = "v1," + base64.b64encode(mac).decode()
    given = headers.get("webhook-signature", "").split(" ")  # several while a secret is changed
    return any(hmac.compare_digest(good.encode(), one.encode()) for one in given)


class Receiver(BaseHTTPRequestHandler):
    """Answers calls: 204 for what was taken, 400 for what is not ours."""

    secret = ""
    taken: set[str] = set()  # noqa: RUF012  (yours is a table: a call may come twice, days apart)

    def do_POST(self) -> None:
        """Take one call; the same one again is answered like the first and not acted on."""
        body = self.rfile.read(min(int(self.headers.get("content-length", 0)), LONGEST))
        good = is_ours(self.secret, dict(self.headers.items()), body, time.time())
        if good and self.headers["webhook-id"] not in self.taken:
            self.taken.add(self.headers["webhook-id"])
            told = json.loads(body)
            sys.stdout.write(f"{told['type']} {json.dumps(told['data'])}\n")
            sys.stdout.flush()
        self.send_response(204 if good else 400)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet: what is called is nobody else's business."""


if __name__ == "__main__":
    Receiver.secret = Path(sys.argv[2]).read_text("utf-8").strip()
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
