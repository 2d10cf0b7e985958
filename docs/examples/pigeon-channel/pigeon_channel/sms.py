"""Texts through Pigeon Post's JSON API."""

import json
from collections.abc import Mapping, Sequence

from channels.contract import (
    Absent,
    Accepted,
    CannotSay,
    Capabilities,
    Found,
    Health,
    Lookup,
    Outcome,
    OutgoingMessage,
    Present,
    Refused,
    TryLater,
    Unclear,
)
from channels.defaults import Defaults
from channels.signals import Callback, Signal
from channels.transport import Answer, NotSent, Sent, Transport, in_order

from pigeon_channel.callbacks import genuine, parsed, signals

LONGEST = 500  # letters
OK = 200
TROUBLES: Mapping[str, Outcome] = {
    "no_such_loft": Refused("bad_address", "no_such_loft"),
    "loft_closed": Refused("opted_out", "loft_closed"),
    "wrong_token": TryLater("misconfigured", "wrong_token"),
}
"""Pigeon Post's words for what went wrong, as its documents list them; our reasons stand in `channels/reasons.py`."""


class PigeonSms(Defaults):
    """Sends texts; what Pigeon Post does not offer (schedule, cancel, erase) comes from `Defaults`."""

    name = "pigeon"

    def __init__(self, transport: Transport, *, token: str, secret: str, base_url: str, callback_base: str) -> None:
        self.capabilities = Capabilities(
            "sms", "segment", at_once=transport.connections, longest=LONGEST, can_find=True
        )
        self._transport, self._secret = transport, secret
        self._pigeons, self._loft = f"{base_url}/v1/pigeons", f"{base_url}/v1/loft"
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._callbacks = f"{callback_base}/callbacks/pigeon/messages/"

    async def check(self) -> Health:
        """Ask for our own loft, which sends nothing."""
        sent = await self._transport.get(self._loft, headers=self._headers)
        if not isinstance(sent, Answer):
            return Health(ok=False, detail=f"Pigeon Post cannot be reached ({sent.detail})")
        if sent.status != OK:
            return Health(ok=False, detail=f"Pigeon Post does not let us in (HTTP {sent.status}): check the token")
        return Health(ok=True, detail="Pigeon Post answers and knows us")

    async def send(self, messages: Sequence[OutgoingMessage], *, not_after: float) -> Sequence[Outcome]:
        """Post one message each, as many at a time as there are connections."""

        async def one(message: OutgoingMessage) -> Outcome:
            if len(message.body) > LONGEST:
                return Refused("too_long")
            body = json.dumps(self._letter(message)).encode()
            return outcome(
                await self._transport.post(self._pigeons, headers=self._headers, body=body, not_after=not_after)
            )

        return await in_order(one, messages, width=self.capabilities.at_once)

    async def find(self, lookup: Lookup) -> Found:
        """Ask for our reference; Pigeon Post's list is complete at once, so an empty one proves an absence."""
        sent = await self._transport.get(self._pigeons, headers=self._headers, query={"tag": lookup.reference})
        if not isinstance(sent, Answer) or sent.status != OK:
            return CannotSay("no list")
        match parsed(sent.body):
            case {"pigeons": []}:
                return Absent()
            case {"pigeons": [{"pigeon": str() as pigeon}]}:
                return Present(pigeon)
            case _:
                return CannotSay("unreadable list")

    def read_callback(self, callback: Callback) -> Sequence[Signal]:
        """Believe only what Pigeon Post has signed, then read it."""
        genuine(callback, self._secret)
        return signals(callback)

    def _letter(self, message: OutgoingMessage) -> Mapping[str, str]:
        return {
            "to": message.to, "from": message.sender, "text": message.body, "tag": message.reference,
            "tell": self._callbacks + message.reference,
        }  # fmt: skip


def outcome(sent: Sent) -> Outcome:
    """Say what became of a message; whatever is not documented is unclear."""
    if isinstance(sent, NotSent):
        return TryLater(sent.detail)
    if not isinstance(sent, Answer):
        return Unclear(sent.detail)
    match sent.status, parsed(sent.body):
        case 201, {"pigeon": str() as pigeon, "scrolls": int() as scrolls} if pigeon:
            return Accepted(pigeon, segments=scrolls)
        case 429, {"trouble": "all_pigeons_out" as trouble}:
            return TryLater("rate_limited", trouble, sent.retry_after)
        case ((400 | 401), {"trouble": str() as trouble}) if trouble in TROUBLES:
            return TROUBLES[trouble]
    return Unclear(f"HTTP {sent.status}")
