"""What Telnyx's events tell us: what became of a text of ours, and what people text us."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import urlsplit

from channels.signals import BadSignature, Callback, Claim, OptOut, Receipt, Reply, Signal, Status
from channels.telnyx.codes import CANCELED, STOPPED, reported, worst
from channels.telnyx.rest import Resource, parsed
from channels.transport import id_from

STATUSES: Mapping[str, Status] = MappingProxyType(
    {
        **dict.fromkeys(("scheduled", "queued", "sending", "sent"), Status.ACCEPTED),
        # The carrier gave no word and Telnyx waits no longer: nothing is proven, so nothing moves.
        "delivery_unconfirmed": Status.ACCEPTED,
        "delivered": Status.DELIVERED,
        **dict.fromkeys(("sending_failed", "delivery_failed", "expired", "cancelled"), Status.UNDELIVERED),
    }
)
"""Telnyx's word for a text's state: ours."""
REASONS: Mapping[str, str] = MappingProxyType({"cancelled": CANCELED, "expired": "expired_at_provider"})
"""The states that say more than the codes beside them."""
ANSWERED: Mapping[str, str] = MappingProxyType({"STOP": "stop", "START": "start", "HELP": "help"})
"""The keyword that Telnyx has already acted on and answered, in the contract's word."""
BY_CARRIER = "carrier"
"""The reason of a stop that we hear of because the provider blocked a text."""


def signals(callback: Callback) -> Sequence[Signal]:
    """Say what a verified event tells us; an event of another kind tells nothing.

    Raises:
        BadSignature: the event is about a text that was given another address to call back.
    """
    event = _object(parsed(callback.body) or {}, "data")
    payload = _object(event, "payload")
    if callback.reference:
        _refuse_another(payload, callback.reference)
        return _receipts(callback.reference, event, payload)
    return _replies(event, payload)


def claim(callback: Callback) -> Claim | None:
    """Say, before anything is verified, which of our numbers an event claims that a text came to."""
    event = _object(parsed(callback.body) or {}, "data")
    return next((Claim(called=one.recipient) for one in _replies(event, _object(event, "payload"))), None)


def _refuse_another(payload: Resource, reference: str) -> None:
    """The signature does not cover the address, but the signed event repeats the one that we gave."""
    given = _text(payload, "webhook_url")
    if given and _last_part(given) != reference:
        raise BadSignature


def _last_part(url: str) -> str:
    try:
        return urlsplit(url).path.rpartition("/")[2]
    except ValueError:
        return ""


def _receipts(reference: str, event: Resource, payload: Resource) -> list[Signal]:
    made, said = id_from(payload.get("id")), _text(_first(payload, "to"), "status")
    status = STATUSES.get(said)
    if status is None or not made or _text(payload, "direction") == "inbound":
        return []
    key = id_from(event.get("id")) or f"{made}:{said}"
    if status is not Status.UNDELIVERED:
        return [Receipt(reference, key, status, made)]
    problem = worst(payload.get("errors"))
    reason = reported(problem) if problem or said not in REASONS else REASONS[said]
    code = str(problem.code) if problem else ""
    receipt = Receipt(reference, key, status, made, reason, code)
    stopped = problem is not None and code == STOPPED and problem.is_stop
    return [receipt, OptOut(reference, f"{key}:stop", BY_CARRIER)] if stopped else [receipt]


def _replies(event: Resource, payload: Resource) -> list[Reply]:
    made = id_from(payload.get("id"))
    sender, recipient = _text(_object(payload, "from"), "phone_number"), _text(_first(payload, "to"), "phone_number")
    if _text(event, "event_type") != "message.received" or not (made and sender and recipient):
        return []
    did = ANSWERED.get(_text(payload, "autoresponse_type").upper(), "")
    return [Reply(made, sender, recipient, _text(payload, "text"), did)]  # a picture without words has no text


def _object(of: Resource, name: str) -> Resource:
    value = of.get(name)
    return value if isinstance(value, dict) else {}


def _first(of: Resource, name: str) -> Resource:
    value = of.get(name)
    return value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else {}


def _text(of: Resource, name: str) -> str:
    value = of.get(name)
    return value if isinstance(value, str) else ""
