"""The statuses of a message and what may follow each (`design.md`, 2)."""

from collections.abc import Mapping
from enum import StrEnum


class Status(StrEnum):
    """Where a message stands."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELED = "canceled"
    SKIPPED = "skipped"
    EXPIRED = "expired"


FOLLOWS: Mapping[Status, frozenset[Status]] = {
    Status.PLANNED: frozenset({Status.SENDING, Status.CANCELED, Status.SKIPPED, Status.EXPIRED}),
    Status.SENDING: frozenset({Status.SENT, Status.PLANNED, Status.FAILED, Status.UNKNOWN, Status.CANCELED}),
    Status.SENT: frozenset({Status.DELIVERED, Status.UNDELIVERED, Status.CANCELED, Status.UNKNOWN}),
    # Carriers do correct themselves; and what its reason allows is tried again, as the same message.
    Status.UNDELIVERED: frozenset({Status.DELIVERED, Status.PLANNED}),
    Status.UNKNOWN: frozenset({Status.DELIVERED, Status.UNDELIVERED, Status.SENT}),
    Status.DELIVERED: frozenset(),
    Status.FAILED: frozenset(),
    Status.CANCELED: frozenset(),
    Status.SKIPPED: frozenset(),
    Status.EXPIRED: frozenset(),
}

REPORTED = frozenset({Status.SENT, Status.DELIVERED, Status.UNDELIVERED})
"""What a receipt can say."""


def reported_moves() -> list[tuple[str, str]]:
    """Return each (from, to) by which a receipt moves a message: a step of the table, or two by way of sent."""
    steps = {(old, new) for old, following in FOLLOWS.items() for new in following & REPORTED}
    by_way_of_sent = {(old, new) for old, middle in steps if middle is Status.SENT for new in FOLLOWS[middle]}
    return sorted((str(old), str(new)) for old, new in steps | by_way_of_sent if new in REPORTED)
