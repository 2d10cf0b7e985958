"""A text as the simulator keeps it, and what will happen to it."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from channels.segments import segments
from channels.simulator.ledger import Message
from channels.simulator.outcomes import Twist, outcome_for
from channels.simulator.story import Step, arrange
from channels.simulator.twilio_door import reference_of

LANE = "texts"
FAILED = frozenset({"failed", "undelivered"})


def text_message(
    *,
    recipient: str,
    sender: str,
    body: str,
    accepted_at: datetime,
    callback: str = "",
    service: str = "",
    scheduled: bool = False,
    media: int = 0,
    validity: str = "",
    direction: str = "outbound-api",
) -> Message:
    """Return a text as it stands in the book when it is accepted."""
    waiting = "scheduled" if scheduled else "accepted" if service else "queued"
    return Message(
        id="SM" + uuid.uuid4().hex,
        channel="sms",
        sender=sender,
        recipient=recipient,
        body=body,
        reference=reference_of(callback),
        accepted_at=accepted_at,
        status="received" if direction == "inbound" else waiting,
        direction=direction,
        detail={
            "status_callback": callback,
            "service": service,
            "segments": segments(body).count,
            "media": media,
            "validity": validity,
        },
    )


def text_steps(message: Message, twists: frozenset[Twist], *, pace: float, wait: float = 0) -> Sequence[Step]:
    """Return the steps of a text that leaves `wait` seconds from now; without a callback they go untold."""
    outcome = outcome_for("sms", message.recipient)
    told = bool(message.detail["status_callback"])
    steps = [
        Step(
            LANE,
            wait + pace * place,
            status,
            outcome.code if status in FAILED else "",
            told=told,
            payload={"told_as": status},
        )
        for place, status in enumerate(outcome.story, start=1)
    ]
    return arrange(steps, twists)
