"""Watching: what the database knows of how the whole service does, in one statement that is cheap at any size."""

from typing import Final

from sqlalchemy import text

from app.db.transaction import Session

MOST: Final = 10_000
"""As far as something is counted: beyond it the number says nothing new, and the counting would cost."""
EVERY: Final = "all"
"""The label of what is about no single channel, or no single agency."""
STALLED: Final = 30
"""Seconds without a heartbeat after which a worker is taken for dead (the queue's own limit)."""
FIGURES = text("""
    WITH lane AS (
      SELECT a.id, a.code, c.channel FROM agency a CROSS JOIN (VALUES ('sms'), ('email'), ('voice')) c (channel)),
    due AS (
      SELECT lane.code, lane.channel, waiting.n, waiting.oldest FROM lane CROSS JOIN LATERAL (
        SELECT count(*) AS n, min(due_at) AS oldest FROM (
          SELECT m.due_at FROM message m WHERE m.agency_id = lane.id AND m.channel = lane.channel
             AND m.status = 'planned' AND m.due_at <= :now ORDER BY m.due_at LIMIT :most) first) waiting
       WHERE waiting.n > 0 OR EXISTS (SELECT FROM sender s WHERE (s.agency_id, s.channel) = (lane.id, lane.channel))),
    unclear AS (
      SELECT channel, provider, count(*) AS n, min(intended_on_machine) AS oldest FROM attempt
       WHERE state IN ('intended', 'unclear') AND lease_until <= :machine_now GROUP BY 1, 2),
    receipts AS (
      SELECT count(*) AS n, min(received_on_machine) AS oldest FROM (
        SELECT received_on_machine FROM receipt WHERE applied_at IS NULL ORDER BY id LIMIT :most) first),
    partition AS (
      SELECT parent.relname::text AS name, max(substring(
               pg_get_expr(part.relpartbound, part.oid) FROM 'TO \\(''([0-9-]+)''\\)')::date) AS until
        FROM pg_inherits i JOIN pg_class parent ON parent.oid = i.inhparent JOIN pg_class part ON part.oid = i.inhrelid
       WHERE parent.relkind = 'p' AND parent.relname IN ('message', 'attempt', 'receipt') GROUP BY 1)
    SELECT 'lane_due' AS name, ARRAY[code, channel] AS labels, n::float8 AS value FROM due
    UNION ALL SELECT 'lane_lag_seconds', ARRAY[code, channel],
                     coalesce(extract(epoch FROM cast(:now AS timestamptz) - oldest), 0) FROM due
    UNION ALL SELECT 'unclear', ARRAY[channel, provider], n FROM unclear
    UNION ALL SELECT 'unclear_oldest_seconds', ARRAY[channel, provider],
                     extract(epoch FROM cast(:machine_now AS timestamptz) - oldest) FROM unclear
    UNION ALL SELECT 'unknown', ARRAY[a.code, m.channel], count(*) FROM message m JOIN agency a ON a.id = m.agency_id
               WHERE m.status = 'unknown' GROUP BY a.code, m.channel
    UNION ALL SELECT 'switches', ARRAY[a.code, s.kind, coalesce(s.channel, '')], count(*)
                FROM switch s JOIN agency a ON a.id = s.agency_id
               WHERE s.lifted_at IS NULL AND (s.until IS NULL OR s.until > :now)
               GROUP BY a.code, s.kind, coalesce(s.channel, '')
    UNION ALL SELECT 'alarms', ARRAY[g.code, a.kind], sum(a.n) FROM alarm a JOIN agency g ON g.id = a.agency_id
               WHERE a.seen_at IS NULL AND a.at > cast(:now AS timestamptz) - interval '7 days' GROUP BY g.code, a.kind
    UNION ALL SELECT 'breaker_open', ARRAY[b.channel, b.provider, coalesce(a.code, ''), b.why], 1
                FROM breaker b LEFT JOIN agency a ON replace(a.id::text, '-', '') = b.account
               WHERE b.open_until IS NOT NULL
    UNION ALL SELECT 'receipts_waiting', ARRAY[]::text[], n FROM receipts
    UNION ALL SELECT 'receipts_oldest_seconds', ARRAY[]::text[],
                     coalesce(extract(epoch FROM cast(:machine_now AS timestamptz) - oldest), 0) FROM receipts
    UNION ALL SELECT 'replan_waiting', ARRAY[]::text[], count(*) FROM (SELECT FROM replan LIMIT :most) first
    UNION ALL SELECT 'stage_silence_seconds', ARRAY[stage],
                     extract(epoch FROM cast(:machine_now AS timestamptz) - at_on_machine) FROM heartbeat
    UNION ALL SELECT 'queued_jobs', ARRAY[task_name, status::text], count(*) FROM procrastinate_jobs
               WHERE status IN ('todo', 'doing') GROUP BY task_name, status
    UNION ALL SELECT 'stalled_jobs', ARRAY[]::text[], count(*) FROM procrastinate_jobs j
                LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
               WHERE j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now() - make_interval(secs => :stalled))
    UNION ALL SELECT 'partitions_ahead_days', ARRAY[name], until - cast(:now AS timestamptz)::date FROM partition
               WHERE until IS NOT NULL
    UNION ALL SELECT 'database_connections', ARRAY[]::text[], numbackends FROM pg_stat_database
               WHERE datname = current_database()
    UNION ALL SELECT 'database_connections_limit', ARRAY[]::text[], current_setting('max_connections')::int
""")


async def figures(session: Session) -> list[tuple[str, list[str], float]]:
    """Return every figure: its name, its labels and what it is."""
    rows = await session.all(
        FIGURES, now=session.now, machine_now=session.machine_now, most=MOST, stalled=STALLED
    )  # fmt: skip
    return [(row.name, [label or EVERY for label in row.labels], float(row.value)) for row in rows]
