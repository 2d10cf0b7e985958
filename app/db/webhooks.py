"""Webhooks and the calls to them: addresses, secrets and bodies are sealed; calls are rows before they are made."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from uuid_utils.compat import uuid7

from app.db.columns import array, columns
from app.db.sealed import associated
from app.db.transaction import Session

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('webhooks ' || :agency, 0))")
ADD = text("""
    INSERT INTO webhook (agency_id, id, url_sealed, secret_sealed, events, created_at)
    VALUES (:agency, :id, :url, :secret, cast(:events AS text[]), :now)
""")
EVERY = text("""
    SELECT w.id, w.url_sealed, w.events, w.created_at, w.failing_since, w.disabled_at, w.disabled_because,
           (SELECT count(*) FROM webhook_call c WHERE (c.agency_id, c.webhook_id) = (w.agency_id, w.id)
               AND c.due_at IS NOT NULL) AS waiting
      FROM webhook w WHERE w.agency_id = :agency ORDER BY w.id
""")
REMOVE = text("DELETE FROM webhook WHERE agency_id = :agency AND id = :id")
WANTED = text("""
    SELECT agency_id, id FROM webhook
     WHERE agency_id = ANY(cast(:agencies AS uuid[])) AND disabled_at IS NULL AND :event = ANY(events)
""")
SHOWN = ("events", "created_at", "failing_since", "disabled_at", "disabled_because", "waiting")
CALL_COLUMNS = ("agency_id", "id", "webhook_id", "event", "body_sealed")
ADD_CALLS = text("""
    INSERT INTO webhook_call (agency_id, id, webhook_id, event, body_sealed, created_at, due_at)
    SELECT *, cast(:now AS timestamptz), cast(:machine_now AS timestamptz)
      FROM unnest(cast(:agency_id AS uuid[]), cast(:id AS uuid[]), cast(:webhook_id AS uuid[]), cast(:event AS text[]),
             cast(:body_sealed AS bytea[]))
""")
# Taken by moving its time on: if this process dies it comes back. One that fails is only asked how it is.
TAKE = text("""
    WITH due AS (
      SELECT c.agency_id, c.id, w.url_sealed, w.secret_sealed, w.failing_since
        FROM webhook w CROSS JOIN LATERAL (
          SELECT agency_id, id FROM webhook_call
           WHERE agency_id = w.agency_id AND webhook_id = w.id AND due_at <= :now
           ORDER BY due_at LIMIT CASE WHEN w.failing_since IS NULL THEN cast(:each AS int) ELSE 1 END
           FOR UPDATE SKIP LOCKED) c
       WHERE w.disabled_at IS NULL AND w.id <> ALL(cast(:busy AS uuid[])))
    UPDATE webhook_call c SET due_at = :back_at FROM due WHERE (c.agency_id, c.id) = (due.agency_id, due.id)
    RETURNING c.agency_id, c.id, c.webhook_id, c.event, c.body_sealed, c.tries, due.url_sealed, due.secret_sealed,
              due.failing_since
""")
ENDED = text("""
    UPDATE webhook_call c SET tries = v.tries, due_at = v.due_at, last_status = coalesce(v.status, c.last_status),
           done_at = CASE WHEN v.due_at IS NULL THEN cast(:now AS timestamptz) END
      FROM unnest(cast(:id AS uuid[]), cast(:tries AS smallint[]), cast(:due_at AS timestamptz[]),
             cast(:status AS smallint[])) v (id, tries, due_at, status)
     WHERE c.agency_id = :agency AND c.id = v.id
""")
RECEIVER = text("""
    UPDATE webhook SET failing_since = CASE WHEN :well THEN NULL ELSE coalesce(failing_since, :now) END,
           disabled_at = CASE WHEN cast(:because AS text) IS NULL THEN disabled_at ELSE cast(:now AS timestamptz) END,
           disabled_because = coalesce(:because, disabled_because)
     WHERE agency_id = :agency AND id = :id
""")
DROP_CALLS = text("""
    UPDATE webhook_call SET due_at = NULL, done_at = :now
     WHERE agency_id = :agency AND webhook_id = :id AND due_at IS NOT NULL
""")
SWEEP = text("DELETE FROM webhook_call WHERE done_at < :before")
TROUBLED = text("""
    SELECT a.code, w.id, w.failing_since, w.disabled_at, w.disabled_because FROM webhook w JOIN agency a ON a.id = w.agency_id
     WHERE w.disabled_at IS NOT NULL OR w.failing_since IS NOT NULL ORDER BY a.code, w.id
""")
BY_INDEX = text("""
    SELECT id, value_sealed FROM contact_point
     WHERE agency_id = :agency AND value_index = :index ORDER BY listed DESC, id LIMIT 1
""")
POINTS = text("""
    SELECT c.agency_id, c.id, c.kind, c.value_sealed, c.member_id, m.ref_sealed
      FROM contact_point c JOIN member m ON (m.agency_id, m.id) = (c.agency_id, c.member_id)
     WHERE c.agency_id = ANY(cast(:agencies AS uuid[])) AND c.id = ANY(cast(:ids AS uuid[])) ORDER BY c.id
""")
MESSAGES = text("""
    SELECT m.agency_id, m.id, m.kind, m.channel, m.template, m.language, m.reason, m.ended_at, m.member_id, mb.ref_sealed
      FROM message m LEFT JOIN member mb ON (mb.agency_id, mb.id) = (m.agency_id, m.member_id)
     WHERE m.agency_id = ANY(cast(:agencies AS uuid[])) AND m.id = ANY(cast(:ids AS uuid[])) ORDER BY m.id
""")


@dataclass(frozen=True, slots=True)
class Call:
    """A call to be made, opened."""

    agency: UUID
    id: UUID
    webhook: UUID
    url: str = field(repr=False)
    secret: str = field(repr=False)
    body: bytes = field(repr=False)
    tries: int
    failing_since: datetime | None


async def one_at_a_time(session: Session, agency: UUID) -> None:
    """Wait until no other transaction adds a webhook of this agency."""
    await session.all(ONE_AT_A_TIME, agency=str(agency))


async def add(session: Session, agency: UUID, *, url: str, secret: str, events: Sequence[str]) -> UUID:
    """Keep a webhook; return its id."""
    id_, ring = uuid7(), session.ring
    await session.run(
        ADD, agency=agency, id=id_, url=ring.seal(url, associated("webhook.url", agency, id_)),
        secret=ring.seal(secret, associated("webhook.secret", agency, id_)), events=array(events), now=session.now,
    )  # fmt: skip
    return id_


async def every(session: Session, agency: UUID) -> list[dict[str, Any]]:
    """Return an agency's webhooks without their secrets, each with how many calls wait."""
    return [
        {
            "id": row.id,
            "url": session.ring.open(row.url_sealed, associated("webhook.url", agency, row.id)),
            **{name: getattr(row, name) for name in SHOWN},
        }
        for row in await session.all(EVERY, agency=agency)
    ]


async def remove(session: Session, agency: UUID, id_: UUID) -> bool:
    """Forget a webhook and what waits for it; say whether there was one."""
    return await session.run(REMOVE, agency=agency, id=id_) > 0


async def wanted(session: Session, agencies: Collection[UUID], event: str) -> list[tuple[UUID, UUID]]:
    """Return who wants to hear of an event, as (agency, webhook) each."""
    rows = await session.all(WANTED, agencies=array(agencies), event=event)
    return [(row.agency_id, row.id) for row in rows]


async def add_calls(session: Session, calls: Sequence[tuple[UUID, UUID, str, Mapping[str, Any]]]) -> None:
    """Keep calls, as (agency, webhook, event, body) each; they are due at once."""
    rows = []
    for agency, webhook, event, body in calls:
        id_ = uuid7()
        sealed = session.ring.seal(json.dumps(body, ensure_ascii=False), associated("webhook_call.body", agency, id_))
        rows.append((agency, id_, webhook, event, sealed))
    if rows:
        await session.run(ADD_CALLS, now=session.now, machine_now=session.machine_now, **columns(CALL_COLUMNS, rows))


async def take(session: Session, *, each: int, back_at: datetime, busy: Collection[UUID]) -> list[Call]:
    """Take calls that are due, some of each webhook but of those that are `busy`; they come back unless they end."""
    rows = await session.all(TAKE, now=session.machine_now, each=each, back_at=back_at, busy=array(busy))
    return [_opened(session, row) for row in rows]


async def end_calls(
    session: Session, agency: UUID, rows: Sequence[tuple[UUID, int, datetime | None, int | None]]
) -> None:  # fmt: skip
    """Keep what became of calls: (call, tries, when it is due again, the last status) each."""
    names = ("id", "tries", "due_at", "status")
    await session.run(ENDED, agency=agency, now=session.machine_now, **columns(names, rows))


async def keep_receiver(session: Session, agency: UUID, id_: UUID, *, well: bool, because: str | None) -> None:
    """Keep how a receiver is; one that is not called any more, `because` of this, loses what waits for it."""
    await session.run(RECEIVER, agency=agency, id=id_, well=well, because=because, now=session.machine_now)
    if because is not None:
        await session.run(DROP_CALLS, agency=agency, id=id_, now=session.machine_now)


async def sweep(session: Session, before: datetime) -> int:
    """Forget calls that ended before a moment."""
    return await session.run(SWEEP, before=before)


async def troubled(session: Session) -> Sequence[Row[Any]]:
    """Return the webhooks that fail or are not called any more, with the agency's code."""
    return await session.all(TROUBLED)


async def points(session: Session, ids: Sequence[tuple[UUID, UUID]]) -> list[dict[str, Any]]:
    """Return contact points by (agency, id), opened, with whose they are."""
    agencies, own = {agency for agency, _ in ids}, [id_ for _, id_ in ids]
    return [
        {
            "agency": row.agency_id,
            "kind": row.kind,
            "address": session.ring.open(row.value_sealed, associated("contact_point.value", row.agency_id, row.id)),
            "member_ref": _ref(session, row),
        }
        for row in await session.all(POINTS, agencies=array(agencies), ids=array(own))
    ]


async def messages(session: Session, ids: Sequence[tuple[UUID, UUID]]) -> list[dict[str, Any]]:
    """Return messages by (agency, id), with to whom they went."""
    agencies, own = {agency for agency, _ in ids}, [id_ for _, id_ in ids]
    names = ("id", "kind", "channel", "template", "language", "reason", "ended_at")
    return [
        {"agency": row.agency_id, "member_ref": _ref(session, row), **{name: getattr(row, name) for name in names}}
        for row in await session.all(MESSAGES, agencies=array(agencies), ids=array(own))
    ]


async def address(session: Session, agency: UUID, index: bytes) -> str | None:
    """Return an address, opened, that some member of the agency has."""
    found = await session.first(BY_INDEX, agency=agency, index=index)
    return found and session.ring.open(found.value_sealed, associated("contact_point.value", agency, found.id))


def _opened(session: Session, row: Row[Any]) -> Call:
    ring, agency = session.ring, row.agency_id
    return Call(
        agency, row.id, row.webhook_id,
        url=ring.open(row.url_sealed, associated("webhook.url", agency, row.webhook_id)),
        secret=ring.open(row.secret_sealed, associated("webhook.secret", agency, row.webhook_id)),
        body=ring.open_bytes(row.body_sealed, associated("webhook_call.body", agency, row.id)),
        tries=row.tries, failing_since=row.failing_since,
    )  # fmt: skip


def _ref(session: Session, row: Row[Any]) -> str | None:
    if row.ref_sealed is None:
        return None
    return session.ring.open(row.ref_sealed, associated("member.ref", row.agency_id, row.member_id))
