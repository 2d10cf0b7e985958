"""The people of a storm, as a county tells of them: each has a phone and an inbox and said yes to all channels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

CHANNELS = ("sms", "email", "voice")
MONTH = "2027-02"
TOLD_AT = "2026-11-30T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Home:
    """Where somebody lives, by what we know of it: an area code, a ZIP code or none, and the month of the renewal."""

    area: str = "714"
    zip: str = ""
    month: str = MONTH


HERE = Home()


def event(kind: str, number: int, data: dict[str, Any], time: str = TOLD_AT) -> dict[str, Any]:
    """Return what the county tells of one member."""
    ref = ref_of(number)
    return {
        "specversion": "1.0", "id": f"{kind}-{ref}", "source": "/counties/orange/storm",
        "type": f"org.keepcovered.{kind}", "time": time, "subject": ref, "data": data,
    }  # fmt: skip


def member(
    number: int, channels: Sequence[str] = CHANNELS, *, home: Home = HERE, time: str = TOLD_AT
) -> dict[str, Any]:
    """Return the event by which a member becomes known."""
    return event("member.updated", number, {
        "first_name": "Ana", "language_written": "en", "language_spoken": "en",
        "phones": [{"number": phone_of(number, home.area), "kind": "mobile", "rank": 1}],
        "emails": [{"address": mail_of(number), "rank": 1}],
        "consents": [{"channel": one, "basis": "application_number"} for one in channels],
        "renewals": [{"program": "medi_cal", "renewal_month": home.month}],
        **({"zip": home.zip} if home.zip else {}),
    }, time)  # fmt: skip


def renewed(number: int, time: str) -> dict[str, Any]:
    """Return the event by which a member needs no reminder any more."""
    return event("renewal.renewed", number, {"program": "medi_cal", "renewal_month": MONTH}, time)


def ref_of(number: int) -> str:
    """Return a member's name at the county."""
    return f"M-{number:07}"


def phone_of(number: int, area: str = "714") -> str:
    """Return a member's phone."""
    return f"+1{area}{2_000_000 + number:07}"


def mail_of(number: int) -> str:
    """Return a member's inbox."""
    return f"member{number}@example.org"


def batches(events: Sequence[dict[str, Any]], size: int = 200) -> Iterator[Sequence[dict[str, Any]]]:
    """Return events in requests' worth."""
    for start in range(0, len(events), size):
        yield events[start : start + size]
