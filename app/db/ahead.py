"""Handing over ahead: what falls due soon, minute by minute, and the moments at which that changes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text

from app.db.deliveries import DUE, PARTS, PLACE, STEER, WALK
from app.db.transaction import Session
from app.rules.handing_over import BY_ITSELF

BY_SERVICE = "a.profile @? '$.senders.**.sms_messaging_service'"
ASKS = f"(a.profile ? 'hand_over_ahead_minutes' OR {BY_SERVICE})"


def span(channel: str) -> str:
    """Return, as SQL over an agency `a`, how long before their time a channel's reminders are handed over."""
    usual = f"CASE WHEN {channel} = 'sms' AND {BY_SERVICE} THEN {BY_ITSELF} ELSE 0 END"
    return f"make_interval(mins => coalesce(cast(a.profile ->> 'hand_over_ahead_minutes' AS int), {usual}))"


# Once a message was tried it goes at its own time: what a provider does not hold is not offered to it every minute.
WAITING = "m.status = 'planned' AND m.priority >= 5 AND m.tries = 0 AND m.channel IN ('sms', 'email')"
LANES = text(f"""
    SELECT a.id AS agency_id, c.channel FROM agency a CROSS JOIN (VALUES ('sms'), ('email')) c (channel)
     CROSS JOIN LATERAL (
       SELECT FROM message m WHERE m.agency_id = a.id AND m.channel = c.channel AND {WAITING}
          AND m.due_at > :now AND m.due_at <= :now + {span("c.channel")} ORDER BY m.due_at LIMIT 1) next
     WHERE {ASKS}
""")  # noqa: S608  (constants of ours)
NEXT_DUE = text(f"""
    SELECT min(m.due_at) AS at FROM message m
     WHERE m.agency_id = :agency AND m.channel = :channel AND {WAITING} AND m.due_at > :after AND m.due_at <= :until
""")  # noqa: S608
PLACES = text(f"""
    SELECT DISTINCT {PLACE} AS place FROM message m
     WHERE m.agency_id = :agency AND m.channel = :channel AND {WAITING} AND m.due_at > :after AND m.due_at <= :until
""")  # noqa: S608
# Whatever else a claim asks, it asks for the moment of leaving: `:now` is that moment. What has to leave earlier within
# its minute leaves at its own time.
DUE_THEN = text(
    DUE.replace("m.due_at <= :now", "m.due_at > :after AND m.due_at <= :now").format(
        **PARTS, which=f"{WAITING} AND m.deadline_at > :now AND {PLACE} = ANY(cast(:places AS text[]))"
    )
)
NEXT_HAND_OVER = text(f"""
    SELECT min(m.due_at - {span("m.channel")}) AS at FROM message m JOIN agency a ON a.id = m.agency_id
     WHERE {ASKS} AND {WAITING} AND m.due_at > :after
       AND m.due_at - {span("m.channel")} > :after AND m.due_at - {span("m.channel")} <= :until
""")  # noqa: S608
NEXT_LEAVING = text("""
    SELECT min(send_at) AS at FROM attempt WHERE send_at > :after AND send_at <= :until AND NOT over
""")
LEAVING = text("""
    SELECT count(*) AS n FROM attempt a JOIN message m ON (m.id, m.period) = (a.message_id, a.period)
     WHERE a.send_at > :after AND a.send_at <= :now AND NOT a.over AND a.state = 'accepted' AND m.status = 'sent'
""")


class Slot(NamedTuple):
    """Due times that leave together: after the one, until the other, which is when the provider is to send them."""

    after: datetime
    send_at: datetime


async def lanes(session: Session) -> list[tuple[UUID, str]]:
    """Return the lanes (agency, channel) with something that may be handed over for later."""
    return [(row.agency_id, row.channel) for row in await session.all(LANES, now=session.now)]


async def next_due(session: Session, agency: UUID, channel: str, after: datetime, until: datetime) -> datetime | None:
    """Return when the next reminder of a lane that may be handed over ahead falls due."""
    row = await session.first(NEXT_DUE, agency=agency, channel=channel, after=after, until=until)
    moment: datetime | None = row.at if row else None
    return moment


async def places(session: Session, agency: UUID, channel: str, slot: Slot) -> list[str]:
    """Return where the people are whom a slot's reminders are for."""
    rows = await session.all(PLACES, agency=agency, channel=channel, after=slot.after, until=slot.send_at)
    return [row.place for row in rows]


async def due_then(
    session: Session, agency: UUID, channel: str, slot: Slot, *, allowed: Sequence[str], places: Sequence[str],
    limit: int,
) -> Sequence[Row[Any]]:  # fmt: skip
    """Lock and return a slot's reminders for places that are open then, each with what will refuse it then."""
    await session.all(STEER, without=WALK)
    return await session.all(
        DUE_THEN, agency=agency, channel=channel, allowed=list(allowed), places=list(places), limit=limit,
        after=slot.after, now=slot.send_at,
    )  # fmt: skip


async def next_hand_over(session: Session, after: datetime, until: datetime) -> datetime | None:
    """Return the next moment at which something may be handed over for later, if it is in this span."""
    row = await session.first(NEXT_HAND_OVER, after=after, until=until)
    moment: datetime | None = row.at if row else None
    return moment


async def next_leaving(session: Session, after: datetime, until: datetime) -> datetime | None:
    """Return the next moment at which a provider lets go what it holds, if it is in this span."""
    row = await session.first(NEXT_LEAVING, after=after, until=until)
    moment: datetime | None = row.at if row else None
    return moment


async def leaving(session: Session, after: datetime) -> int:
    """Return how many messages left their providers since a moment and have no last word yet."""
    row = await session.first(LEAVING, after=after, now=session.now)
    return int(row.n) if row else 0
