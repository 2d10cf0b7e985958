"""What a provider has in its list and the database does not know: bound to a message in place of sending it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text
from uuid_utils.compat import uuid7

from app.db.columns import columns
from app.db.transaction import Session

UNSEEN = "unseen"
"""The status of a span of which no list is to be had: anything due in it may have gone out."""
KNOWN = text("""
    SELECT provider_id FROM attempt WHERE provider = :provider AND provider_id = ANY(cast(:ids AS text[]))
""")
OPEN_CODES = text("""
    SELECT code FROM attempt WHERE provider = :provider AND state IN ('intended', 'unclear') AND code <> ''
""")
# A call has no words in a list that its code could stand in: it is known by its number and its time.
OPEN_CALLS = text("""
    SELECT cp.value_index, a.intended_on_machine
      FROM attempt a JOIN message m ON (m.id, m.period) = (a.message_id, a.period)
      JOIN contact_point cp ON (cp.agency_id, cp.id) = (m.agency_id, m.contact_point_id)
     WHERE a.provider = :provider AND a.channel = 'voice' AND a.state IN ('intended', 'unclear')
""")
KEEP = text("""
    INSERT INTO gone_out (agency_id, id, channel, provider, provider_id, address_index, status, at, found_at)
    SELECT v.agency_id, v.id, :channel, :provider, v.provider_id, v.address_index, v.status, v.at, :now
      FROM unnest(cast(:agency_id AS uuid[]), cast(:id AS uuid[]), cast(:provider_id AS text[]),
             cast(:address_index AS bytea[]), cast(:status AS text[]), cast(:at AS timestamptz[]))
        AS v (agency_id, id, provider_id, address_index, status, at)
    ON CONFLICT DO NOTHING
""")
ANY = text("SELECT 1 FROM gone_out WHERE agency_id = :agency AND channel = :channel AND message_id IS NULL LIMIT 1")
# The first message to an address takes the first entry, and so on; what was due after the list was read is none of
# them, but for what had been handed over for later.
MATCHES = text(f"""
    WITH going AS (
      SELECT m.id, m.period, m.first_due_at, cp.value_index,
             row_number() OVER (PARTITION BY cp.value_index ORDER BY m.first_due_at, m.id) AS nth
        FROM message m LEFT JOIN contact_point cp ON (cp.agency_id, cp.id) = (m.agency_id, m.contact_point_id)
       WHERE m.agency_id = :agency AND m.id = ANY(cast(:messages AS uuid[]))),
    gone AS (
      SELECT id, address_index, provider, provider_id, status, at, found_at,
             row_number() OVER (PARTITION BY address_index ORDER BY at, id) AS nth
        FROM gone_out WHERE agency_id = :agency AND channel = :channel AND message_id IS NULL)
    SELECT DISTINCT ON (going.id) going.id AS message_id, going.period, gone.*
      FROM going JOIN gone ON going.first_due_at <= gone.found_at + cast(:ahead AS interval)
       AND (gone.status = '{UNSEEN}' OR (gone.address_index, gone.nth) = (going.value_index, going.nth))
     ORDER BY going.id, gone.status = '{UNSEEN}'
""")  # noqa: S608  (a constant of ours)
BIND = text(f"""
    WITH bound AS (
      SELECT * FROM unnest(cast(:message_id AS uuid[]), cast(:period AS date[]), cast(:out_id AS uuid[]),
             cast(:attempt_id AS uuid[]), cast(:provider AS text[]), cast(:provider_id AS text[]),
             cast(:status AS text[])) AS v (message_id, period, out_id, attempt_id, provider, provider_id, status)),
    taken AS (
      UPDATE gone_out g SET message_id = bound.message_id FROM bound
       WHERE g.agency_id = :agency AND g.id = bound.out_id AND bound.status <> '{UNSEEN}'),
    proved AS (
      INSERT INTO attempt (id, period, agency_id, message_id, number, state, channel, provider, provider_id, code,
             proof, intended_at, intended_on_machine, lease_until, accepted_at, accepted_on_machine)
      SELECT bound.attempt_id, m.period, m.agency_id, m.id, m.tries + 1, 'accepted', m.channel, bound.provider,
             bound.provider_id, '', 'list', :now, :machine_now, :machine_now, :now, :machine_now
        FROM bound JOIN message m ON (m.id, m.period) = (bound.message_id, bound.period)
       WHERE bound.status <> '{UNSEEN}')
    UPDATE message m SET tries = m.tries + 1, provider = bound.provider,
           handed_at = CASE WHEN bound.status <> '{UNSEEN}' THEN cast(:now AS timestamptz) END,
           status = CASE bound.status WHEN '{UNSEEN}' THEN 'unknown' WHEN 'accepted' THEN 'sent' ELSE bound.status END,
           reason = CASE bound.status WHEN '{UNSEEN}' THEN 'database_restored' WHEN 'undelivered' THEN 'undelivered' END,
           ended_at = CASE WHEN bound.status <> 'accepted' THEN cast(:now AS timestamptz) END
      FROM bound WHERE (m.id, m.period) = (bound.message_id, bound.period) AND m.status = 'planned'
""")  # noqa: S608
UNBOUND = text(
    "SELECT channel, status, count(*) AS n FROM gone_out WHERE message_id IS NULL GROUP BY 1, 2 ORDER BY 1, 2"
)
SWEEP = text("DELETE FROM gone_out WHERE found_at < :before")
COLUMNS = ("agency_id", "id", "provider_id", "address_index", "status", "at")


class Out(NamedTuple):
    """One entry of a provider's list; without id and address, a span of which there is no list."""

    agency_id: UUID
    provider_id: str | None
    address_index: bytes | None
    status: str
    at: datetime


async def known(session: Session, provider: str, ids: Sequence[str]) -> set[str]:
    """Return those of a provider's ids that attempts of ours have."""
    return {row.provider_id for row in await session.all(KNOWN, provider=provider, ids=list(ids))}


async def open_codes(session: Session, provider: str) -> set[str]:
    """Return the codes of attempts in doubt: they are looked up by themselves."""
    return {row.code for row in await session.all(OPEN_CODES, provider=provider)}


async def open_calls(session: Session, provider: str) -> list[tuple[bytes, datetime]]:
    """Return the numbers of calls in doubt, by their index, each with the machine time of its intent."""
    rows = await session.all(OPEN_CALLS, provider=provider)
    return [(bytes(row.value_index), row.intended_on_machine) for row in rows]


async def keep(session: Session, channel: str, provider: str, found: Sequence[Out]) -> int:
    """Keep what a provider has, each once; return how many are new."""
    if not found:
        return 0
    rows = [(one.agency_id, uuid7(), one.provider_id, one.address_index, one.status, one.at) for one in found]
    return await session.run(KEEP, channel=channel, provider=provider, now=session.now, **columns(COLUMNS, rows))


async def bind(
    session: Session, agency: UUID, channel: str, messages: Sequence[UUID], *, ahead: timedelta
) -> set[UUID]:
    """Take what went out already for these messages; return those that need not be sent any more."""
    if not messages or await session.first(ANY, agency=agency, channel=channel) is None:
        return set()
    matches = await session.all(MATCHES, agency=agency, channel=channel, messages=list(messages), ahead=ahead)
    rows = [(one.message_id, one.period, one.id, uuid7(), one.provider, one.provider_id, one.status) for one in matches]
    names = ("message_id", "period", "out_id", "attempt_id", "provider", "provider_id", "status")
    if rows:
        await session.run(
            BIND, agency=agency, now=session.now, machine_now=session.machine_now, **columns(names, rows)
        )  # fmt: skip
    return {one.message_id for one in matches}


async def unbound(session: Session) -> Sequence[Row[Any]]:
    """Return how many entries (channel, status, n) no message was found for yet."""
    return await session.all(UNBOUND)


async def sweep(session: Session, before: datetime) -> int:
    """Forget what was found long ago."""
    return await session.run(SWEEP, before=before)
