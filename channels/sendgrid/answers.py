"""What SendGrid's answers mean: to a mail, to a look-up, to a withdrawal, to the question who we are.

Anything may stand between us and SendGrid, so an answer that is not in SendGrid's own shape is never
taken for a verdict on a message.
"""

import json
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import assert_never

from channels.contract import (
    Absent,
    Accepted,
    CannotSay,
    Found,
    Health,
    Outcome,
    Present,
    Refused,
    TryLater,
    Unclear,
)
from channels.sendgrid.events import sent_as
from channels.transport import Answer, Lost, NotSent, Sent, id_from

SUCCESS, CREATED, ACCEPTED = 200, 201, 202
BAD_REQUEST, TOO_LARGE, TOO_MANY = 400, 413, 429
SEND = "mail.send"
SCHEDULE = frozenset({"mail.batch.create", "user.scheduled_sends.create", "user.scheduled_sends.read"})
"""What a key must be allowed to do so that mail can be withdrawn."""

_MISCONFIGURED = frozenset({401, 403, 404, 405, 407})
_PERSONAL = "personalizations"
_ADDRESS = re.compile(r"personalizations\.[0-9]+\.to\b")
_OF_FIELD: Mapping[str, Outcome] = MappingProxyType(
    {
        "from": TryLater("misconfigured", "400"),
        "send_at": TryLater("send_time_refused", "400"),
        "batch_id": TryLater("send_time_refused", "400"),
    }
)
"""The first word of a field that SendGrid refuses for all readers alike, and may take when it was mended."""


def outcome(sent: Sent) -> Outcome:
    """Say what became of a mail."""
    match sent:
        case Answer():
            return _judged(sent)
        case NotSent(detail):
            return TryLater(detail)
        case Lost(detail):
            return Unclear(detail)
        case _:
            assert_never(sent)


def spoiled_by_some(sent: Sent) -> bool:
    """Say whether a request surely failed for all because of some of its readers, or may have."""
    if not isinstance(sent, Answer) or sent.status != BAD_REQUEST:
        return isinstance(sent, Answer) and sent.status == TOO_LARGE
    errors = _errors(sent)
    faults = _fields(errors)
    return bool(errors) and (not faults or any(field.startswith(_PERSONAL) for field in faults))


def found(sent: Sent) -> Found:
    """Say what a search for one reference tells.

    SendGrid does not say how far its list may be behind, so an empty one is an absence of this moment: whoever
    asks must ask again after a long while before acting upon it.
    """
    if not isinstance(sent, Answer):
        return CannotSay(sent.detail)
    if sent.status != SUCCESS:
        return CannotSay(f"HTTP {sent.status}")
    match parsed(sent.body):
        case {"messages": []}:
            return Absent()
        case {"messages": [{"msg_id": msg_id}, *_]} if known := id_from(msg_id):
            return Present(sent_as(known))
        case _:
            return CannotSay("unreadable list")


def standing(sent: Sent) -> Health:
    """Say in a sentence what SendGrid lets our key do."""
    if not isinstance(sent, Answer):
        return Health(ok=False, detail=f"SendGrid cannot be reached ({sent.detail})")
    match parsed(sent.body):
        case {"scopes": [*scopes]} if sent.status == SUCCESS:
            return _allowed({scope for scope in scopes if isinstance(scope, str)})
    if sent.status in _MISCONFIGURED:
        return Health(ok=False, detail="SendGrid refuses the API key: make a new one in SendGrid's console and set it")
    return Health(ok=False, detail=f"SendGrid gives no answer that makes sense (HTTP {sent.status})")


def messages_of(sent: Answer) -> str:
    """Return SendGrid's own words about what it refuses, in small letters."""
    words = (error.get("message") for error in _errors(sent))
    return " ".join(word for word in words if isinstance(word, str)).lower()


def parsed(raw: bytes) -> object:
    """Return what JSON says, or nothing if it is none."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _allowed(scopes: set[str]) -> Health:
    if SEND not in scopes:
        return Health(ok=False, detail=f"the API key may not send mail: give it the permission {SEND} in SendGrid")
    if missing := sorted(SCHEDULE - scopes):
        return Health(
            ok=True, detail=f"the API key may send mail, but not withdraw it: it lacks {', '.join(missing)}"
        )  # fmt: skip
    return Health(ok=True, detail="SendGrid answers, and the API key may send mail and withdraw it")


def _judged(answer: Answer) -> Outcome:
    status = answer.status
    if status == ACCEPTED:
        known = id_from(answer.message_id)
        return Accepted(known) if known == answer.message_id else Unclear("unreadable success")
    if status == BAD_REQUEST:
        return _refusal(answer)
    if status == TOO_LARGE:
        return Refused("too_long", str(status))
    if status in _MISCONFIGURED:
        return TryLater("misconfigured", str(status), answer.retry_after)
    if status == TOO_MANY:
        return TryLater("rate_limited", str(status), answer.retry_after)
    return Unclear(f"HTTP {status}")


def _refusal(answer: Answer) -> Outcome:
    errors = _errors(answer)
    if not errors:
        return Unclear(f"HTTP {answer.status}")
    fields = _fields(errors)
    shared = (_OF_FIELD.get(field.partition(".")[0]) for field in fields)
    if mended := next((one for one in shared if one is not None), None):
        return mended
    if any(_ADDRESS.match(field) for field in fields):
        return Refused("bad_address", str(answer.status))
    return Refused("bad_content" if fields else "unexplained", str(answer.status))


def _errors(answer: Answer) -> list[Mapping[str, object]]:
    match parsed(answer.body):
        case {"errors": [*errors]}:
            return [error for error in errors if isinstance(error, dict)]
        case _:
            return []


def _fields(errors: Iterable[Mapping[str, object]]) -> list[str]:
    fields = (error.get("field") for error in errors)
    return [field for field in fields if isinstance(field, str) and field]
