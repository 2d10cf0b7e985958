"""Rules about moments that more than one stage asks."""

from datetime import datetime, timedelta

AHEAD = timedelta(minutes=5)


def too_far_ahead(moment: datetime, business_now: datetime, machine_now: datetime) -> bool:
    """Say whether an event's time lies more than 5 minutes ahead of both times (`interface.md`)."""
    return moment > max(business_now, machine_now) + AHEAD


def back_off(tries: int, after: timedelta | None = None) -> timedelta:
    """Return how long to wait after a try that surely sent nothing: 30 s doubling to a day, or as asked."""
    own = min(timedelta(seconds=30 * 2 ** min(tries, 12)), timedelta(days=1))
    return max(own, after or timedelta())
