"""How an answer of Twilio's is read: JSON, or nothing."""

import json
from collections.abc import Mapping

Resource = Mapping[str, object]

SUCCESS = range(200, 300)


def parsed(body: bytes) -> Resource | None:
    """Return a JSON object, or nothing if the bytes are none."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
