"""Whether a report that somebody posts to us comes from the operator's own mail system.

Header `X-KeepCovered-Signature: t=<seconds since 1970>,v1=<hex>`: HMAC-SHA256, by the shared secret, over
the seconds, a dot and the raw body. `docs/operating.md` shows the few lines that post one.
"""

import hmac
import re
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256

from channels.signals import BadSignature, Callback
from channels.transport import header

SIGNATURE = "X-KeepCovered-Signature"
OLDEST = timedelta(minutes=10)
"""A signed report older than this is stale; whoever posts it later again signs it anew."""
EARLIEST = timedelta(minutes=5)
"""How far ahead of our clock the operator's may be."""
_FORM = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def verify(callback: Callback, secrets: Sequence[str]) -> None:
    """Check signature and age; raises `BadSignature`."""
    found = _FORM.fullmatch(header(callback.headers, SIGNATURE))
    if found is None:
        raise BadSignature
    age = callback.received_at.timestamp() - int(found[1])
    if not -EARLIEST.total_seconds() <= age <= OLDEST.total_seconds():
        raise BadSignature
    wanted = (hmac.digest(secret.encode(), f"{found[1]}.".encode() + callback.body, sha256).hex() for secret in secrets)
    if not any(hmac.compare_digest(one, found[2]) for one in wanted):
        raise BadSignature
