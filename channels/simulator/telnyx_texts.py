"""A text as the simulator keeps it for Telnyx, in Telnyx's words, and what will happen to it."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from channels.segments import segments
from channels.simulator.ledger import Message
from channels.simulator.outcomes import Twist, outcome_for
from channels.simulator.story import Step, arrange
from channels.simulator.telnyx_door import PROVIDER
from channels.simulator.twilio_door import reference_of

LANE = "telnyx"
PROFILE = "6b1c7f2e-4d0a-4f5b-9a53-2f8d0c1e7a90"
"""The one messaging profile of the simulated account."""
PRICE_OF_A_PART = 0.004

CODES: Mapping[str, str] = {
    "21211": "40310",
    "21610": "40300",
    "21614": "40001",
    "21408": "40309",
    "30001": "40318",
    "30003": "40005",
    "30004": "40004",
    "30005": "40012",
    "30006": "40001",
    "30007": "40002",
    "30008": "40008",
}
"""The magic numbers' codes (they are Twilio's), as Telnyx would say it."""
EVENTS: Mapping[str, tuple[str, str]] = {
    "sent": ("message.sent", "sent"),
    "delivered": ("message.finalized", "delivered"),
    "undelivered": ("message.finalized", "delivery_failed"),
    "failed": ("message.finalized", "sending_failed"),
}
"""A step of the magic numbers' stories: Telnyx's event, and its word for the state."""
FAILED = frozenset({"delivery_failed", "sending_failed"})
TITLES: Mapping[str, str] = {
    "40001": "Not routable",
    "40002": "Blocked as spam - temporary",
    "40004": "Rejected by destination",
    "40005": "Message expired during transmission",
    "40008": "Undeliverable",
    "40012": "Invalid messaging destination number",
    "40318": "Message queue full",
}


def telnyx_text(wanted: Mapping[str, Any], accepted_at: datetime, *, direction: str = "outbound-api") -> Message:
    """Return a text as it stands in the book when it is accepted; `wanted` has the fields of a request."""
    webhook = wanted.get("webhook_url", "")
    status = "scheduled" if "send_at" in wanted else "received" if direction == "inbound" else "queued"
    return Message(
        id=str(uuid.uuid4()),
        channel="sms",
        sender=wanted.get("from") or wanted["messaging_profile_id"],
        recipient=wanted["to"],
        body=wanted["text"],
        reference=reference_of(webhook),
        accepted_at=accepted_at,
        status=status,
        direction=direction,
        detail={
            "provider": PROVIDER,
            "webhook_url": webhook,
            "use_profile": wanted.get("use_profile_webhooks", True),
            "profile": wanted.get("messaging_profile_id", PROFILE),
            "send_at": wanted.get("send_at", ""),
            "keyword": wanted.get("keyword", ""),
            "segments": segments(wanted["text"]).count,
        },
    )


def telnyx_steps(message: Message, twists: frozenset[Twist], *, pace: float, wait: float = 0) -> Sequence[Step]:
    """Return the steps of a text that leaves `wait` seconds from now."""
    outcome = outcome_for("sms", message.recipient)
    steps = []
    for place, word in enumerate(outcome.story, start=1):
        event, status = EVENTS[word]
        code = CODES[outcome.code] if status in FAILED else ""
        payload = {"id": str(uuid.uuid4()), "event": event, "status": status, "code": code}
        steps.append(Step(LANE, wait + pace * place, status, code, payload=payload))
    return arrange(steps, twists)


def is_telnyx(message: Message) -> bool:
    """Say whether a text in the book went, or came, through Telnyx."""
    return message.detail.get("provider") == PROVIDER


def shown(message: Message, status: str, code: str = "") -> dict[str, Any]:
    """Return a text in the shape that Telnyx gives it in answers and events."""
    inbound = message.direction == "inbound"
    parts = int(message.detail["segments"])
    cost = None if message.status in ("scheduled", "cancelled") else f"{parts * PRICE_OF_A_PART:.4f}"
    made = message.accepted_at.isoformat(timespec="milliseconds")
    return {
        "record_type": "message",
        "direction": "inbound" if inbound else "outbound",
        "id": message.id,
        "type": "SMS",
        "messaging_profile_id": message.detail["profile"],
        "from": {"phone_number": message.sender, "carrier": "", "line_type": ""},
        "to": [{"phone_number": message.recipient, "status": status, "carrier": "", "line_type": ""}],
        "cc": [],
        "text": message.body,
        "media": [],
        "webhook_url": message.detail["webhook_url"] or None,
        "webhook_failover_url": None,
        "encoding": segments(message.body).encoding.value,
        "parts": parts,
        "tags": [],
        "cost": {"amount": cost, "currency": "USD"} if cost else None,
        "received_at": made,
        "sent_at": None if status in ("queued", "scheduled", "cancelled") else made,
        "completed_at": None if status in ("queued", "scheduled", "sent") else made,
        "valid_until": None,
        "errors": [{"code": code, "title": TITLES[code], "detail": TITLES[code]}] if code else [],
    }
