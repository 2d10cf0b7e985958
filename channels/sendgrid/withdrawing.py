"""Taking mail back at SendGrid: a batch id is the fence, and a batch is withdrawn as a whole.

SendGrid keeps a withdrawn batch in its queue and discards it at `send_at`, with whatever was added to it
after the withdrawal. At most ten batches may be withdrawn at a time, and only until ten minutes before
`send_at`; later it may still take the request, and send all the same.
"""

import re
from datetime import timedelta
from typing import Final

from channels.contract import Canceled, CannotSay, TooLate, Withdrawal
from channels.sendgrid.answers import BAD_REQUEST, CREATED, SUCCESS, messages_of, parsed
from channels.transport import Answer, Sent

LATEST: Final = timedelta(hours=72)
"""How far ahead `send_at` may be."""
IN_TIME: Final = timedelta(minutes=10)
"""How long before `send_at` a withdrawal must arrive at SendGrid to be sure."""

_SHOWN = re.compile(r"[A-Za-z0-9_=-]{1,128}")
_BEFORE = "status for this batch id exists"
_FULL = "limit reached"
_PAST = re.compile(r"\bminutes\b|\btoo late\b|\balready sent\b")


def new_fence(sent: Sent) -> str:
    """Return the batch id that SendGrid made, or nothing; it must fit into an address."""
    if not isinstance(sent, Answer) or sent.status not in {CREATED, SUCCESS}:
        return ""
    match parsed(sent.body):
        case {"batch_id": str() as made} if is_fence(made):
            return made
        case _:
            return ""


def is_fence(text: str) -> bool:
    """Say whether a text can be a batch id of SendGrid's."""
    return _SHOWN.fullmatch(text) is not None


def withdrawal(sent: Sent) -> Withdrawal | None:
    """Say what became of a request to withdraw a batch; none if the batch has a status that must be read."""
    if not isinstance(sent, Answer):
        return CannotSay(sent.detail)
    if sent.status == CREATED:
        return Canceled() if _status_of(sent) == "cancel" else CannotSay("unreadable success")
    if sent.status != BAD_REQUEST:
        return CannotSay(f"HTTP {sent.status}")
    return _refused(messages_of(sent))


def standing_withdrawal(sent: Sent) -> Withdrawal:
    """Say what the status of a batch tells."""
    if not isinstance(sent, Answer):
        return CannotSay(sent.detail)
    if sent.status != SUCCESS:
        return CannotSay(f"HTTP {sent.status}")
    return Canceled() if _status_of(sent) == "cancel" else CannotSay("the batch is not withdrawn")


def _refused(words: str) -> Withdrawal | None:
    if _BEFORE in words:
        return None
    if _FULL in words:
        return CannotSay("SendGrid withdraws no more batches at a time")
    if _PAST.search(words):
        return TooLate("less than ten minutes before its time of sending")
    return CannotSay(f"HTTP {BAD_REQUEST}")


def _status_of(answer: Answer) -> str:
    match parsed(answer.body):
        case {"status": str() as status} | [{"status": str() as status}]:
            return status
        case _:
            return ""
