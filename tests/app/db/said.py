"""Messages, attempts and receipts as rows, for the tests that list and count them."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from tests.app.db.standing import Place

DUE = datetime(2026, 12, 1, 17, tzinfo=UTC)
FEBRUARY, DECEMBER = date(2027, 2, 1), date(2026, 12, 1)
MESSAGE = {
    "kind": "reminder", "channel": "sms", "template": "renewal_two_months", "language": "es", "step": "two_months",
    "zone": "America/Los_Angeles", "status": "planned", "period": FEBRUARY, "month": DECEMBER, "first_due_at": DUE,
    "due_at": DUE, "deadline_at": datetime(2027, 1, 15, tzinfo=UTC), "created_at": DUE,
}  # fmt: skip
ATTEMPT = {
    "number": 1, "state": "accepted", "channel": "sms", "provider": "twilio", "code": "A2345678", "period": FEBRUARY,
    "intended_at": DUE, "intended_on_machine": DUE, "lease_until": DUE,
}  # fmt: skip
RECEIPT = {
    "provider": "twilio", "key": "1", "status": "delivered", "period": FEBRUARY, "received_at": DUE,
    "received_on_machine": DUE,
}  # fmt: skip


def put(place: Place, table: str, row: dict[str, Any]) -> None:
    """Insert one row."""
    marks = ", ".join(["%s"] * len(row))
    place.run(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", *row.values())  # noqa: S608


def message(place: Place, agency: UUID | None = None, **changes: Any) -> UUID:
    """Insert a reminder and return its id."""
    row = {"id": uuid7(), "agency_id": agency or place.orange, **MESSAGE, **changes}
    put(place, "message", row)
    return row["id"]


def attempt(place: Place, of: UUID, agency: UUID | None = None, **changes: Any) -> UUID:
    """Insert an attempt and return its id."""
    row = {"id": uuid7(), "agency_id": agency or place.orange, "message_id": of, **ATTEMPT, **changes}
    put(place, "attempt", row)
    return row["id"]


def receipt(place: Place, of: UUID, agency: UUID | None = None, **changes: Any) -> None:
    """Insert a receipt."""
    put(place, "receipt", {"agency_id": agency or place.orange, "attempt_id": of, **RECEIPT, **changes})
