"""Taking a text or a call back from Twilio: withdrawn before it leaves, or deleted after it is settled."""

import re
from collections.abc import Mapping

from channels.contract import Canceled, CannotSay, Redacted, Redaction, TooLate, Withdrawal
from channels.transport import Answer, Sent
from channels.twilio.answers import SUCCESS, Resource, parsed
from channels.twilio.rest import Account

_SID = re.compile("[A-Z]{2}[0-9A-Za-z]{1,62}")
_NO_ID = CannotSay("no id of Twilio's")
_NOT_NOW: Mapping[str, int] = {"Messages": 30409, "Calls": 21220}
"""What Twilio answers where nothing can be canceled any more."""
_NOT_FOUND = 20404
_WAITING = frozenset({"accepted", "scheduled", "queued", "initiated", "ringing"})


async def withdraw(account: Account, resource: str, sid: str) -> Withdrawal:
    """Cancel a text that is scheduled, or a call that nobody has answered yet; it may be asked again."""
    if _SID.fullmatch(sid) is None:
        return _NO_ID
    sent = await account.change(resource, sid, {"Status": "canceled"})
    if _code(sent) == _NOT_NOW[resource]:
        # One that was canceled before is refused in the same words as one that has left.
        sent = await account.fetch(resource, sid)
    return _by_state(sent)


async def erase(account: Account, resource: str, sid: str) -> Redaction:
    """Delete a settled text or call, with words and numbers.

    An empty `Body` would take the words only, and the number would stay in Twilio's log. Twilio's
    own backups may keep what was deleted for up to thirty days.
    """
    if _SID.fullmatch(sid) is None:
        return _NO_ID
    sent = await account.delete(resource, sid)
    if not isinstance(sent, Answer):
        return CannotSay(sent.detail)
    gone = sent.status in SUCCESS or _code(sent) == _NOT_FOUND
    return Redacted() if gone else CannotSay(f"HTTP {sent.status}")


def _by_state(sent: Sent) -> Withdrawal:
    if not isinstance(sent, Answer):
        return CannotSay(sent.detail)
    state = _said(sent).get("status") if sent.status in SUCCESS else None
    if not isinstance(state, str):
        return CannotSay(f"HTTP {sent.status}")
    if state == "canceled":
        return Canceled()
    return CannotSay(f"still {state}") if state in _WAITING else TooLate(state)


def _code(sent: Sent) -> object:
    return _said(sent).get("code") if isinstance(sent, Answer) and sent.status not in SUCCESS else None


def _said(answer: Answer) -> Resource:
    return parsed(answer.body) or {}
