"""What each reason of a provider or carrier means: whose fault it is, and what is right to do next.

Adapters translate their provider's codes into these reasons; what may follow is decided once, here.
Source of the classes: Twilio's error dictionary, SendGrid's event reference, RFC 3463 for mail.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType


class Fault(StrEnum):
    """Who has to mend it."""

    ADDRESS = "address"
    PERSON = "person"
    OURS = "ours"
    PROVIDER = "provider"
    CARRIER = "carrier"


class Then(StrEnum):
    """What is right to do next."""

    LATER = "later"
    """Surely not sent: the same message again, after a while; no budget of tries is used up by waiting."""
    PAUSE = "pause"
    """Nothing will work until an operator has mended a setting: the provider is left alone; then the same again."""
    NEW_ADDRESS = "new_address"
    """The address does not work: it is marked, and only another one or another channel can help."""
    OTHER_CHANNEL = "other_channel"
    """The address is good, but not for this channel or not now."""
    SUPPRESS = "suppress"
    """A stop: it is written to the ledger, and never tried again."""
    AGAIN = "again"
    """It left and did not arrive: the same message may be tried again, `tries` times, `wait` after each."""
    NOTHING = "nothing"
    """Nothing follows; where the fault is ours, an operator looks at it."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: `tries` and `wait` only where it may be tried again; a pause uses no tries up, however long."""

    fault: Fault
    then: Then
    tries: int = 0
    wait: timedelta = timedelta()


_DAY = timedelta(days=1)
_TABLE: Mapping[tuple[Fault, Then], tuple[str, ...]] = {
    (Fault.OURS, Then.LATER): ("deadline", "unwritable", "closed", "send_time_refused", "quiet_hours"),
    (Fault.OURS, Then.NOTHING): ("bad_content", "no_mail", "canceled_at_provider", "expired_at_provider", "too_long"),
    (Fault.PROVIDER, Then.LATER): ("rate_limited", "queue_full", "unreachable", "deferred"),
    (Fault.PROVIDER, Then.OTHER_CHANNEL): ("unexplained", "refused", "route_refused", "fraud_blocked", "undelivered"),
    (Fault.ADDRESS, Then.NEW_ADDRESS): ("bad_address", "bounced", "dropped"),
    (Fault.ADDRESS, Then.OTHER_CHANNEL): ("landline", "fax"),
    # One reader's mail server, behind a relay that works.
    (Fault.ADDRESS, Then.LATER): ("put_off",),
    (Fault.PERSON, Then.SUPPRESS): ("opted_out", "litigator_blocked", "spam_report", "unsubscribed"),
    (Fault.PERSON, Then.NOTHING): ("voicemail", "hung_up"),
    # The carrier gave no word in time, so the text may have arrived: it is not sent again.
    (Fault.CARRIER, Then.NOTHING): ("carrier_timeout",),
    (Fault.CARRIER, Then.OTHER_CHANNEL): ("carrier_filtered", "blocked", "call_failed"),
}
_AGAIN: Mapping[str, Reason] = {
    "misconfigured": Reason(Fault.OURS, Then.PAUSE, wait=timedelta(hours=1)),
    "handset_unreachable": Reason(Fault.PERSON, Then.AGAIN, tries=2, wait=1.5 * _DAY),
    "unknown_number": Reason(Fault.ADDRESS, Then.AGAIN, tries=1, wait=_DAY),
    "carrier_error": Reason(Fault.CARRIER, Then.AGAIN, tries=1, wait=_DAY),
    "mailbox_full": Reason(Fault.PERSON, Then.AGAIN, tries=2, wait=1.5 * _DAY),
    # At most three calls to a number in thirty days and one a day (47 CFR 64.1200(a)(3)); a day and
    # some hours later is another day of the week and another hour.
    "busy": Reason(Fault.PERSON, Then.AGAIN, tries=2, wait=_DAY + timedelta(hours=3)),
    "nothing_said": Reason(Fault.OURS, Then.AGAIN, tries=2, wait=timedelta(hours=3)),
    "no_answer": Reason(Fault.PERSON, Then.AGAIN, tries=2, wait=_DAY + timedelta(hours=3)),
}

REASONS: Mapping[str, Reason] = MappingProxyType(
    {name: Reason(fault, then) for (fault, then), names in _TABLE.items() for name in names} | dict(_AGAIN)
)
UNKNOWN = Reason(Fault.PROVIDER, Then.OTHER_CHANNEL)


def meaning(reason: str) -> Reason:
    """Return what a reason means; one that is not in the table is the provider's fault, and nothing is repeated."""
    return REASONS.get(reason, UNKNOWN)
