"""Fences: a send time at the provider, which it refuses once it is too near, so that no late request can be taken.

Reminder texts leave so by a Messaging Service, unless their agency wants them at their time. What falls due soon is
handed over before (`ahead`); what is late gets the nearest time that the provider takes.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from app.db.transaction import Row
from app.pipeline.breakers import Way
from app.pipeline.lanes import PACED, Lane
from app.rules.handing_over import BY_ITSELF
from channels.contract import Capabilities

MINUTE: Final = timedelta(minutes=1)
"""What is due within one leaves together, at its end; it is also the time that a message may be on its way."""
REFUSED: Final = "send_time_refused"


def ahead_by(lane: Lane, way: Way) -> timedelta:
    """Return how long before their time reminders are handed over by this way; zero for at their time."""
    if not holds(way):
        return timedelta()
    said = lane.agency.hand_over_ahead_minutes
    if said is None:
        said = BY_ITSELF if lane.channel == "sms" and way.provider.capabilities.schedules_from else 0
    return timedelta(minutes=said)


def holds(way: Way) -> bool:
    """Say whether what leaves by this way can be handed over for later, and withdrawn until then."""
    able = way.provider.capabilities
    by_any = not able.schedules_from or way.sender.startswith(able.schedules_from)
    return able.can_schedule and able.can_cancel and by_any


def lead(able: Capabilities) -> timedelta:
    """Return how far ahead a send time must be at the claim."""
    return max(able.soonest, able.cancel_ahead) + MINUTE


def end_of_minute(moment: datetime) -> datetime:
    """Return the moment at which what is due at another one leaves."""
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + MINUTE


def of_late(lane: Lane, way: Way, due: Sequence[Row[Any]], now: datetime) -> tuple[datetime | None, Sequence[Row[Any]]]:
    """Return the send time for what is due already and those that may leave then; without one, all leave now.

    Whose hours or deadline end before, and whom the provider refused a time, leaves without a fence. A fence that
    is to be asked for (e-mail) stands only before what is handed over ahead.
    """
    able = way.provider.capabilities
    if not due or due[0].kind not in PACED or able.needs_fence or not ahead_by(lane, way):
        return None, due
    send_at = end_of_minute(now + lead(able))
    fit = [row for row in due if row.last_reason != REFUSED and row.deadline_at > send_at]
    fit = [row for row in fit if lane.is_open_for(row, send_at)]
    return (send_at, fit) if fit else (None, due)
