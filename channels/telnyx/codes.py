"""What Telnyx's error codes mean to us: the reason we record, and whether the send may be repeated.

Source: the messaging and the general error reference of Telnyx's documentation. A code is a number
written as text, and stands in answers as in delivery reports.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What an error code says of the attempt that got it."""

    LATER = "later"
    REFUSED = "refused"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One code, in our words."""

    reason: str
    kind: Kind


UNEXPLAINED = "unexplained"
"""The reason where Telnyx gives no code, or one that is not in the table."""

CANCELED = "canceled_at_provider"
"""The reason of a text that was withdrawn at Telnyx, which has a status but no code for it."""

STOPPED = "40300"
"""The code of a text that a block rule stopped; it is used for other blocks, too, so its words decide."""
BLOCKED = Meaning("blocked", Kind.REFUSED)
"""What that code means without the words."""

_LATER: Mapping[str, tuple[int, ...]] = {
    # Ours to mend, not the member's: the key, the account and its credit, a sender that is missing or unregistered.
    "misconfigured": (
        *(10003, 10005, 10006, 10009, 10010, 10013, 10014, 10017),
        *(20002, 20006, 20012, 20013, 20014, 20015, 20016, 20017, 20100),
        *(40010, 40013, 40100, 40150, 40151, 40305, 40306, 40308),
        *(40311, 40312, 40313, 40314, 40315, 40320, 40321, 40329, 40333),
    ),
    "rate_limited": (10011, 40011, 40016, 40018),
    "queue_full": (40318,),
}
_REFUSED: Mapping[str, tuple[int, ...]] = {
    "bad_address": (40310,),
    # Whose number they mean, only the field beside them says; without it no member's address is marked.
    "refused": (10001, 10002, 10016),
    "bad_content": (10004, 10015, 10023, 40009, 40304, 40316, 40317, 40322),
    "too_long": (40302, 40328),
    "landline": (40001,),
    "route_refused": (40301, 40309, 40319),
    "opted_out": (int(STOPPED),),
    "carrier_filtered": (40002, 40003, 40015, 40017),
    "blocked": (40004,),
    "carrier_error": (40006, 40007, 40008),
    "unknown_number": (40012,),
    # It had left Telnyx and ran out of time on the way, which is what becomes of a text to a phone that is off.
    "handset_unreachable": (40005,),
    "expired_at_provider": (40014,),
}
_UNCLEAR: Mapping[str, tuple[int, ...]] = {UNEXPLAINED: (10007, 10008)}

MEANINGS: Mapping[int, Meaning] = MappingProxyType(
    {
        code: Meaning(reason, kind)
        for kind, reasons in ((Kind.LATER, _LATER), (Kind.REFUSED, _REFUSED), (Kind.UNCLEAR, _UNCLEAR))
        for reason, codes in reasons.items()
        for code in codes
    }
)

POINTERS: Mapping[str, Meaning] = MappingProxyType(
    {
        "/from": Meaning("misconfigured", Kind.LATER),
        "/messaging_profile_id": Meaning("misconfigured", Kind.LATER),
        "/webhook_url": Meaning("misconfigured", Kind.LATER),
        "/send_at": Meaning("send_time_refused", Kind.LATER),
        "/to": Meaning("bad_address", Kind.REFUSED),
        "/text": Meaning("bad_content", Kind.REFUSED),
    }
)
"""Which field of ours a general code (1xxxx) is about says more than the code."""

_MOST_DIGITS = 9
_FIRST_OF_MESSAGING = 40_000


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of Telnyx's list of errors; the words are kept only to tell a STOP from another block."""

    code: int
    pointer: str = ""
    is_stop: bool = False

    @property
    def meaning(self) -> Meaning | None:
        """What it means, if we know it."""
        if str(self.code) == STOPPED and not self.is_stop:
            return BLOCKED
        by_field = POINTERS.get(self.pointer) if self.code < _FIRST_OF_MESSAGING else None
        return by_field or MEANINGS.get(self.code)


def worst(errors: object) -> Problem | None:
    """Return the first entry that we know, else the first that has a code."""
    entries = errors if isinstance(errors, list) else []
    problems = [problem for entry in entries if (problem := _problem(entry)) is not None]
    return next((one for one in problems if one.meaning), next(iter(problems), None))


def reported(problem: Problem | None) -> str:
    """Return our reason for what a delivery report says."""
    if problem is None or problem.meaning is None:
        return UNEXPLAINED
    return problem.meaning.reason


def _problem(entry: object) -> Problem | None:
    if not isinstance(entry, dict):
        return None
    code = str(entry.get("code", ""))
    if not (code.isascii() and code.isdigit() and len(code) <= _MOST_DIGITS):
        return None
    source = entry.get("source")
    pointer = source.get("pointer") if isinstance(source, dict) else ""
    words = _words(entry.get("title"), entry.get("detail"))
    return Problem(int(code), str(pointer or ""), is_stop="stop message" in words or "block rule" in words)


def _words(*said: object) -> str:
    texts: Sequence[str] = [one for one in said if isinstance(one, str)]
    return " ".join(texts).lower()
