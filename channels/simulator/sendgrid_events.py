"""SendGrid's Event Webhook: what became of e-mails, in signed batches."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from channels.simulator.ledger import Callback, Message
from channels.simulator.outcomes import Outcome, Twist
from channels.simulator.signing import EVENT_SIGNATURE, EVENT_TIMESTAMP
from channels.simulator.story import Step, arrange
from channels.simulator.world import World

LANE = "events"
PATH = "/callbacks/sendgrid/events"

# What an event of our stories looks like on the wire, and how SendGrid's list then calls the e-mail.
EVENTS: Mapping[str, Mapping[str, Any]] = {
    "processed": {"event": "processed"},
    "delivered": {"event": "delivered", "response": "250 2.0.0 OK"},
    "deferred": {"event": "deferred", "response": "451 4.7.1 Try again later", "attempt": "1"},
    "bounce": {
        "event": "bounce",
        "type": "bounce",
        "status": "5.1.1",
        "reason": "550 5.1.1 The mailbox does not exist",
        "bounce_classification": "Invalid Address",
    },
    "blocked": {
        "event": "bounce",
        "type": "blocked",
        "status": "5.7.1",
        "reason": "554 5.7.1 The message was refused",
        "bounce_classification": "Content",
    },
    "dropped": {"event": "dropped", "reason": "Bounced Address"},
    "spamreport": {"event": "spamreport"},
    "unsubscribe": {"event": "unsubscribe"},
}
STATUS: Mapping[str, str] = {
    "processed": "processed",
    "deferred": "processed",
    "delivered": "delivered",
    "bounce": "not_delivered",
    "blocked": "not_delivered",
    "dropped": "not_delivered",
}


@dataclass(frozen=True, slots=True)
class SendGridEvents:
    """The lane on which events leave."""

    world: World
    sign: Callable[[str, bytes], str]

    async def deliver(self, callbacks: Sequence[Callback]) -> bool:
        """Post a batch of events; every one keeps its id when it is posted again."""
        events = [dict(callback.step.payload) for callback in callbacks if callback.step.told]
        if not events:
            return True
        moment = str(int(self.world.now().timestamp()))
        body = json.dumps(events, separators=(",", ":")).encode() + b"\r\n"
        headers = {
            "Content-Type": "application/json;charset=utf-8",
            EVENT_TIMESTAMP: moment,
            EVENT_SIGNATURE: self.sign(moment, body),
        }
        url = self.world.settings.public_url + PATH
        return (await self.world.poster.post(url, headers, body)).heard


def mail_steps(message: Message, outcome: Outcome, twists: frozenset[Twist], pace: float) -> Sequence[Step]:
    """Return the steps of an e-mail; our arguments stand beside SendGrid's own fields."""
    steps = [
        Step(
            LANE,
            pace * place,
            STATUS.get(name, ""),
            payload=_event(message, name, pace * place),
        )
        for place, name in enumerate(outcome.story, start=1)
    ]
    return arrange(steps, twists)


def _event(message: Message, name: str, delay: float) -> dict[str, Any]:
    return {
        **message.detail["arguments"],
        "email": message.recipient,
        "timestamp": int(message.accepted_at.timestamp() + delay),
        "smtp-id": message.detail["smtp_id"],
        "sg_event_id": uuid.uuid4().hex,
        "sg_message_id": message.id,
        **EVENTS[name],
    }
