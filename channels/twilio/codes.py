"""What Twilio's error codes mean to us: the reason we record, and whether the send may be repeated.

Source: the error dictionary of Twilio's documentation; classes as argued for in our own study of results.
"""

import re
from collections.abc import Mapping
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
"""The reason where Twilio gives no code, or one that is not in the table."""

CANCELED = "canceled_at_provider"
"""The reason of a text or call that was withdrawn at Twilio, which has a status but no code for it."""

_CODE = re.compile(r"[0-9]{1,9}")

_LATER: Mapping[str, tuple[int, ...]] = {
    # Ours to mend, not the member's: credentials, a sender that is missing, unregistered or not ours.
    "misconfigured": (
        *(20003, 20005, 20008, 20404),
        *(21205, 21210, 21212, 21213, 21603, 21606, 21608, 21609, 21659, 21660),
        *(21701, 21703, 21704, 21705, 21712, 30002, 30024, 30032, 30034, 35118),
    ),
    "rate_limited": (10004, 14107, 20429, 30022, 30023),
    "queue_full": (21611, 30001, 35125),  # the last: 500,000 texts of the account wait for their time
    "send_time_refused": (35114, 35115),
    "quiet_hours": (30610,),
}
_REFUSED: Mapping[str, tuple[int, ...]] = {
    "bad_address": (13224, 21201, 21211, 21214, 21217, 21401, 21604),
    "landline": (21614, 21635, 30006),
    "opted_out": (21610,),
    "route_refused": (13227, 21215, 21408, 21612, 30010),
    "bad_content": (21602,),
    "too_long": (21605, 21617),
    "handset_unreachable": (30003,),
    "blocked": (21216, 30004),
    "unknown_number": (30005,),
    "carrier_filtered": (30007,),
    "carrier_error": (30008, 30009),
    "expired_at_provider": (30036,),
    "fraud_blocked": (30450,),
    "litigator_blocked": (30640,),
}
# The carrier gave no word in time: the text may have arrived, so it is not to be sent again.
_UNCLEAR: Mapping[str, tuple[int, ...]] = {"carrier_timeout": (30410,)}

MEANINGS: Mapping[int, Meaning] = MappingProxyType(
    {
        code: Meaning(reason, kind)
        for kind, reasons in (
            (Kind.LATER, _LATER),
            (Kind.REFUSED, _REFUSED),
            (Kind.UNCLEAR, _UNCLEAR),
        )
        for reason, codes in reasons.items()
        for code in codes
    }
)


def reason_of(code: str) -> str:
    """Return our reason for a code as it stands in a callback."""
    meaning = MEANINGS.get(int(code_of(code) or 0))
    return meaning.reason if meaning else UNEXPLAINED


def code_of(said: str) -> str:
    """Return a code as it stands in a callback, empty if it is none."""
    return said if _CODE.fullmatch(said) else ""
