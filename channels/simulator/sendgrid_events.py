"""SendGrid's Event Webhook: what became of e-mails, in signed batches."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from channels.simulator.ledger import Callback, Fact, Message
from channels.simulator.outcomes import Outcome, Twist
from channels.simulator.sendgrid_batches import Batches
from channels.simulator.signing import EVENT_SIGNATURE, EVENT_TIMESTAMP
from channels.simulator.story import Step, arrange
from channels.simulator.world import World

LANE = "events"
PATH = "/callbacks/sendgrid/events"
GATE = "leaves with batch"
"""In the payload of the step at which a scheduled mail leaves: its batch."""

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
    "full": {
        "event": "bounce",
        "type": "blocked",
        "status": "5.2.2",
        "reason": "552 5.2.2 The mailbox is full",
        "bounce_classification": "Mailbox Unavailable",
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
    "full": "not_delivered",
    "dropped": "not_delivered",
}


@dataclass(frozen=True, slots=True)
class SendGridEvents:
    """The lane on which events leave."""

    world: World
    batches: Batches
    sign: Callable[[str, bytes], str]

    async def deliver(self, callbacks: Sequence[Callback]) -> bool:
        """Post a batch of events; every one keeps its id when it is posted again."""
        self._let_leave([callback for callback in callbacks if GATE in callback.step.payload])
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

    def _let_leave(self, gates: Sequence[Callback]) -> None:
        """Discard what was withdrawn before its time came, and let the rest leave."""
        if not gates:
            return
        withdrawn = set(self.batches.withdrawn())
        for gate in gates:
            if gate.step.payload[GATE] in withdrawn:
                self.world.sender.forget(gate.message)
        leaving = [gate for gate in gates if gate.step.payload[GATE] not in withdrawn]
        self.world.ledger.note(Fact(gate.message, "status", "processing") for gate in leaving)


def mail_steps(
    message: Message, outcome: Outcome, twists: frozenset[Twist], pace: float, wait: float = 0.0
) -> Sequence[Step]:
    """Return the steps of an e-mail that leaves after a while; our arguments stand beside SendGrid's own fields."""
    steps = [
        Step(
            LANE,
            wait + pace * place,
            STATUS.get(name, ""),
            payload=_event(message, name, wait + pace * place),
        )
        for place, name in enumerate(outcome.story, start=1)
    ]
    gate = [Step(LANE, wait, told=False, payload={GATE: message.detail["batch_id"]})] if wait else []
    return [*gate, *arrange(steps, twists)]


def _event(message: Message, name: str, delay: float) -> dict[str, Any]:
    return {
        **message.detail["arguments"],
        "email": message.recipient,
        "timestamp": int(message.accepted_at.timestamp() + delay),
        "smtp-id": message.detail["smtp_id"],
        "sg_event_id": uuid.uuid4().hex,
        "sg_message_id": message.id,
        **({"category": message.detail["categories"]} if message.detail["categories"] else {}),
        **EVENTS[name],
    }
