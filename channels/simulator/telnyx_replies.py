"""A person's text to a number at Telnyx, which keeps a list of stops of its own and answers keywords itself."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from channels.simulator.ledger import Message, Search
from channels.simulator.outcomes import outcome_for
from channels.simulator.telnyx_events import TelnyxEvents
from channels.simulator.telnyx_texts import is_telnyx, shown, telnyx_steps, telnyx_text
from channels.simulator.world import World

KEYWORDS: Mapping[str, str] = {
    **dict.fromkeys(("stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit"), "STOP"),
    **dict.fromkeys(("start", "unstop"), "START"),
    "help": "HELP",
}
"""What Telnyx acts on when it is the whole text."""
ANSWERS: Mapping[str, str] = {
    "STOP": "You will get no more texts from this number. Text START to get them again.",
    "START": "You will get texts from this number again. Text STOP to end them.",
    "HELP": "Text STOP to end the texts from this number.",
}
_LOOKED_THROUGH = 200


def is_blocked(world: World, phone: str) -> bool:
    """Say whether Telnyx's own list holds back texts to this phone: the last STOP or START decides."""
    heard = world.ledger.search(Search(channel="sms", sender=phone, direction="inbound", limit=_LOOKED_THROUGH))
    words = (text.detail["keyword"] for text in heard if is_telnyx(text))
    return next((word for word in words if word in ("STOP", "START")), "START") == "STOP"


@dataclass(frozen=True, slots=True)
class TelnyxReplies:
    """Carries texts from people to us."""

    world: World
    events: TelnyxEvents

    async def say(self, *, sender: str, to: str, body: str) -> tuple[Message, int]:
        """Send a text to us; return it with what our service answered (an HTTP status)."""
        keyword = KEYWORDS.get(body.strip().lower(), "")
        fields = {"from": sender, "to": to, "text": body, "keyword": keyword}
        text = telnyx_text(fields, self.world.now(), direction="inbound")
        (kept,) = await self.world.accept([(text, [])])
        payload = {**shown(kept, "webhook_delivered"), "autoresponse_type": keyword or None}
        event = {"event_type": "message.received", "id": str(uuid.uuid4()), "payload": payload}
        answer = await self.events.post(self.events.profile_address, event)
        if keyword:
            await self._answer(kept, ANSWERS[keyword])
        return kept, answer.status

    async def _answer(self, text: Message, words: str) -> None:
        fields = {"from": text.recipient, "to": text.sender, "text": words, "use_profile_webhooks": False}
        message = telnyx_text(fields, self.world.now(), direction="outbound-reply")
        twists = outcome_for("sms", message.recipient).twists
        if not outcome_for("sms", message.recipient).refused:
            await self.world.accept([(message, telnyx_steps(message, twists, pace=self.world.settings.pace))])
