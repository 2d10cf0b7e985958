"""What an hour looked like on each lane: handed over, refused by carriers, stopped by people, foreseen."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.db.switches import IN_FORCE
from app.db.transaction import Session
from app.rules.brakes import CARRIER_SAYS_NO, FORESEEN_AFTER, Hour

# A brake that was lifted looks only at what came after: `since` of its lane. Who stops texts stops calls too; that
# is one person, and counts where it was said. A broadcast was foreseen: two people looked at how many it reaches.
HOURS = text(f"""
    WITH lane AS MATERIALIZED (
      SELECT a.id AS agency_id, c.channel, greatest(cast(:since AS timestamptz), (
               SELECT max(s.lifted_at) FROM switch s
                WHERE s.agency_id = a.id AND s.kind = 'brake' AND s.channel = c.channel)) AS since
        FROM agency a CROSS JOIN (VALUES ('sms'), ('email'), ('voice')) c (channel)
       WHERE NOT EXISTS (SELECT FROM switch s WHERE s.agency_id = a.id AND s.kind = 'brake'
               AND s.channel = c.channel AND {IN_FORCE})),
    gone AS (
      SELECT address_index, agency_id, at, CASE WHEN bool_or(channel = 'sms') THEN 'sms' ELSE min(channel) END AS channel
        FROM address_stop WHERE stopped AND at > :since AND at <= :now GROUP BY 1, 2, 3)
    SELECT lane.agency_id, lane.channel, taken.n + ill.at_once AS handed, ill.refused, taken.foreseen,
           (SELECT count(*) FROM gone WHERE (gone.agency_id, gone.channel) = (lane.agency_id, lane.channel)
               AND gone.at > lane.since) AS gone
      FROM lane
     CROSS JOIN LATERAL (
       SELECT count(*) AS n, count(*) FILTER (WHERE m.kind = 'broadcast'
                OR m.created_at <= m.handed_at - cast(:foreseen_after AS interval)) AS foreseen
         FROM message m WHERE m.agency_id = lane.agency_id AND m.channel = lane.channel
          AND m.handed_at > lane.since AND m.handed_at <= :now AND m.kind IN ('reminder', 'broadcast')) taken
     CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE m.handed_at IS NULL) AS at_once,
              count(*) FILTER (WHERE m.reason = ANY(cast(:says_no AS text[]))) AS refused
         FROM message m WHERE m.agency_id = lane.agency_id AND m.channel = lane.channel
          AND m.status IN ('undelivered', 'failed') AND m.ended_at > lane.since AND m.ended_at <= :now
          AND m.kind IN ('reminder', 'broadcast')) ill
     WHERE taken.n + ill.at_once > 0
""")  # noqa: S608  (constants of ours)
BRAKED = text(f"""
    SELECT 1 FROM switch s WHERE s.agency_id = :agency AND s.kind = 'brake' AND s.channel = :channel AND {IN_FORCE} LIMIT 1
""")  # noqa: S608
TRUSTED = text("""
    SELECT DISTINCT agency_id, channel FROM switch
     WHERE kind = 'brake' AND set_by = :by AND lifted_at > :since
""")


async def hours(session: Session, span: timedelta) -> Mapping[tuple[UUID, str], Hour]:
    """Return what the last hour was like on every lane that is not braked, by (agency, channel)."""
    rows: Sequence[Row[Any]] = await session.all(
        HOURS, since=session.now - span, now=session.now, foreseen_after=FORESEEN_AFTER,
        says_no=list(CARRIER_SAYS_NO),
    )  # fmt: skip
    return {
        (row.agency_id, row.channel): Hour(int(row.handed), int(row.refused), int(row.gone), int(row.foreseen))
        for row in rows
    }


async def braked(session: Session, agency: UUID, channel: str) -> bool:
    """Say whether a lane is braked."""
    return await session.first(BRAKED, agency=agency, channel=channel, now=session.now) is not None


async def trusted(session: Session, by: str, since: datetime) -> set[tuple[UUID, str]]:
    """Return the lanes whose brake of a sort a person lifted since a moment."""
    return {(row.agency_id, row.channel) for row in await session.all(TRUSTED, by=by, since=since)}
