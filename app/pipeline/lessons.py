"""Lessons: what receipts teach beyond their messages: addresses that fail, stops, settings that are wrong."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.db.receipts import Rules
from app.db.transaction import Row, Transaction
from app.pipeline import breakers
from app.pipeline.consent import Consents
from app.pipeline.outcomes import is_stop, says_bad
from app.pipeline.providers import Providers
from app.rules.facts import Channel
from app.rules.statuses import Status, reported_moves
from channels.reasons import REASONS, Then, meaning


def rules_of(providers: Providers) -> Rules:
    """Return what receipts are applied by, as the table of reasons and the providers in use say."""
    again = [
        (name, one.tries if one.then is Then.AGAIN else None, one.wait.total_seconds())
        for name, one in REASONS.items()
        if one.wait
    ]
    erasable = [f"{channel}/{one.name}" for channel, one in providers if one.capabilities.can_redact]
    return Rules(reported_moves(), again, erasable)


async def learn(tx: Transaction, consents: Consents, moved: Sequence[Row[Any]]) -> None:
    """Act on what these messages came back with; while one will be tried again, its address is not given up."""
    back = [row for row in moved if row.status == Status.UNDELIVERED]
    failed = [row.contact_point_id for row in back if row.contact_point_id and _gives_up(row)]
    await consents.addresses_fail(tx, failed)
    stopped: dict[tuple[UUID, str], list[UUID]] = defaultdict(list)
    for row in back:
        if row.contact_point_id and is_stop(row.reason):
            stopped[row.agency_id, row.channel].append(row.contact_point_id)
    for (agency, channel), points in stopped.items():
        await consents.carrier_stops(tx, agency, Channel(channel), points)
    await breakers.resume(tx.session, _left(row for row in moved if row.status == Status.DELIVERED))
    await breakers.stop(tx.session, _left(row for row in back if meaning(row.reason).then is Then.PAUSE))


def _left(rows: Iterable[Row[Any]]) -> breakers.Left:
    last: dict[tuple[UUID, str, str], datetime] = {}
    for row in rows:
        of = row.agency_id, row.channel, row.provider
        last[of] = max(last.get(of, row.left_at), row.left_at)
    return last


def _gives_up(row: Row[Any]) -> bool:
    return row.again_at is None and says_bad(row.reason)
