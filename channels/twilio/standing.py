"""Whether Twilio would take messages from us now, from what it says of our account."""

from collections.abc import Mapping
from types import MappingProxyType

from channels.contract import Health
from channels.transport import Answer, Sent
from channels.twilio.answers import SUCCESS, parsed

_OF_STATUS: Mapping[str, Health] = MappingProxyType(
    {
        "active": Health(ok=True, detail="Twilio answers, and the account is active"),
        "suspended": Health(
            ok=False, detail="Twilio has suspended the account: settle its balance or ask Twilio's support"
        ),
        "closed": Health(ok=False, detail="the account is closed at Twilio: it will send nothing any more"),
    }
)
_REFUSED = Health(
    ok=False, detail="Twilio refuses the credentials: compare the account SID and the token with Twilio's console"
)
_INACTIVE = 20005
_CREDENTIALS = frozenset({401, 403, 404})
"""An account that does not exist is not found, which an operator mends in the same place."""
_LATER = (*range(500, 600), 429)


def standing(sent: Sent) -> Health:
    """Say in a sentence what the answer for the account's own resource means."""
    if not isinstance(sent, Answer):
        return Health(ok=False, detail=f"Twilio cannot be reached ({sent.detail})")
    said = parsed(sent.body) or {}
    if sent.status in SUCCESS and str(said.get("status")) in _OF_STATUS:
        return _OF_STATUS[str(said["status"])]
    if said.get("code") == _INACTIVE:
        return _OF_STATUS["suspended"]
    if sent.status in _CREDENTIALS:
        return _REFUSED
    trouble = "has a problem of its own now" if sent.status in _LATER else "gives an answer that makes no sense"
    return Health(ok=False, detail=f"Twilio {trouble} (HTTP {sent.status})")
