"""Telnyx's webhooks: what became of a text, and what somebody texted, each signed."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from channels.simulator.ledger import Callback, Message
from channels.simulator.posting import Answer
from channels.simulator.signing import TELNYX_SIGNATURE, TELNYX_TIMESTAMP
from channels.simulator.telnyx_texts import shown
from channels.simulator.world import World

INBOUND = "/callbacks/telnyx/inbound"
"""The webhook of the messaging profile: where an operator points it."""


@dataclass(frozen=True, slots=True)
class TelnyxEvents:
    """The lane on which events leave, one at a time."""

    world: World
    sign: Callable[[str, bytes], str]

    async def deliver(self, callbacks: Sequence[Callback]) -> bool:
        """Tell our service the state of one text; an event keeps its id when it is posted again."""
        (callback,) = callbacks
        message = self.world.ledger.numbered(callback.message) if callback.step.told else None
        url = self._address(message) if message else ""
        if message is None or not url:
            return True
        told = callback.step.payload
        payload = shown(message, told["status"], told["code"])
        return (await self.post(url, {"event_type": told["event"], "id": told["id"], "payload": payload})).heard

    async def post(self, url: str, event: Mapping[str, Any]) -> Answer:
        """Post an event, signed over the moment and the raw body."""
        moment = self.world.now()
        data = {"record_type": "event", "occurred_at": moment.isoformat(timespec="milliseconds"), **event}
        body = json.dumps({"data": data, "meta": {"attempt": 1, "delivered_to": url}}).encode()
        stamp = str(int(moment.timestamp()))
        headers = {
            "Content-Type": "application/json",
            TELNYX_TIMESTAMP: stamp,
            TELNYX_SIGNATURE: self.sign(stamp, body),
        }
        return await self.world.poster.post(url, headers, body)

    @property
    def profile_address(self) -> str:
        """Where the messaging profile's events go."""
        return self.world.settings.public_url + INBOUND

    def _address(self, message: Message) -> str:
        own = str(message.detail["webhook_url"])
        return own or (self.profile_address if message.detail["use_profile"] else "")
