"""What Telnyx's REST API answers: a new message, a record, a list, an error."""

import json
from collections.abc import Mapping
from typing import assert_never

from channels.contract import Accepted, Outcome, Refused, TryLater, Unclear
from channels.forms import Form
from channels.telnyx.codes import UNEXPLAINED, Kind, Meaning, Problem, worst
from channels.transport import Answer, Lost, NotSent, Sent, Transport, id_from

Resource = Mapping[str, object]

_SUCCESS = range(200, 300)
_FAULT_OF_REQUEST = range(400, 500)
_MISCONFIGURED = frozenset({401, 402, 403, 404, 405, 407})
_TIMED_OUT = 408
_TOO_MANY = 429


class Account:
    """One Telnyx account, reached through a base URL that may carry a path prefix."""

    def __init__(self, transport: Transport, *, api_key: str, base_url: str) -> None:
        self._transport = transport
        self._reading = {"Authorization": f"Bearer {api_key}", "Accept": "application/json"}
        self._writing = {**self._reading, "Content-Type": "application/json"}
        self._root = f"{base_url.rstrip('/')}/v2/"

    async def post(self, path: str, content: Resource, *, not_after: float) -> Sent:
        """Post JSON."""
        body = json.dumps(content, separators=(",", ":")).encode()
        return await self._transport.post(self._root + path, headers=self._writing, body=body, not_after=not_after)

    async def get(self, path: str, query: Form = ()) -> Sent:
        """Read a resource."""
        return await self._transport.get(self._root + path, headers=self._reading, query=query)

    async def delete(self, path: str) -> Sent:
        """Delete a resource."""
        return await self._transport.delete(self._root + path, headers=self._reading)


def parsed(body: bytes) -> Resource | None:
    """Return a JSON object, or nothing if the bytes are none."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def record(sent: Sent) -> Resource | None:
    """Return what a successful answer holds, whether it is wrapped in `data` (most are) or not."""
    if not isinstance(sent, Answer) or sent.status not in _SUCCESS:
        return None
    whole = parsed(sent.body)
    data = whole.get("data", whole) if whole else None
    return data if isinstance(data, dict) else None


def outcome(sent: Sent, *, parts: int) -> Outcome:
    """Say what became of a send; `parts` is our own count, for an answer without one."""
    match sent:
        case Answer(status=status):
            if status in _SUCCESS:
                return _success(sent, parts)
            if status in _FAULT_OF_REQUEST:
                return _refusal(sent)
            return Unclear(f"HTTP {status}")
        case NotSent(detail):
            return TryLater(detail)
        case Lost(detail):
            return Unclear(detail)
        case _:
            assert_never(sent)


def _success(answer: Answer, parts: int) -> Outcome:
    message = record(answer)
    made = id_from(message.get("id")) if message else ""
    if not message or not made:
        return Unclear("unreadable success")
    told = message.get("parts")
    count = told if isinstance(told, int) and not isinstance(told, bool) and told > 0 else parts
    return Accepted(made, count, _dollars(message.get("cost")))


def _dollars(cost: object) -> float | None:
    """Read a price; Telnyx may not know it yet, and one in another currency is none of ours."""
    if not isinstance(cost, dict) or cost.get("currency") != "USD":
        return None
    try:
        amount = float(str(cost.get("amount")))
    except ValueError:
        return None
    return amount if 0 <= amount < float("inf") else None


def _refusal(answer: Answer) -> Outcome:
    """Judge an answer 4xx by Telnyx's own code; without one it may be anybody's page."""
    problem = worst((parsed(answer.body) or {}).get("errors"))
    shown = str(problem.code) if problem else ""
    meaning = (problem.meaning if problem else None) or _by_status(answer.status, problem)
    match meaning.kind:
        case Kind.LATER:
            return TryLater(meaning.reason, shown, answer.retry_after)
        case Kind.REFUSED:
            return Refused(meaning.reason, shown)
        case Kind.UNCLEAR:
            return Unclear(f"HTTP {answer.status} {shown}".rstrip())


def _by_status(status: int, problem: Problem | None) -> Meaning:
    if status == _TOO_MANY:
        return Meaning("rate_limited", Kind.LATER)
    if status in _MISCONFIGURED:
        return Meaning("misconfigured", Kind.LATER)
    if problem is None or status == _TIMED_OUT:
        return Meaning(UNEXPLAINED, Kind.UNCLEAR)
    return Meaning(UNEXPLAINED, Kind.REFUSED)
