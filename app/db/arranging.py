"""Arranging a draft: which channel carries a step, who hears it by whose message, and never two on one day.

All of it works in sets on the temporary tables of `app.db.drafting`; what stands in the messages already and
is not drafted anew counts as taken.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.db.columns import columns
from app.db.transaction import Session
from app.rules.caps import TOO_OFTEN

DAYS_APART = 3
"""Days between two steps of one ladder for one member on one channel, at least."""
CAPPED_WITHIN = 30
"""Days over which the messages to one address are counted."""
WHY = (
    "CASE d.channel " + " ".join(f"WHEN '{channel}' THEN '{reason}'" for channel, reason in TOO_OFTEN.items()) + " END"
)
"""The reason of a draft that finds no day."""

FIRST = text("""
    UPDATE draft d SET status = 'skipped', reason = 'first_channel'
      FROM (SELECT one.id, row_number() OVER (PARTITION BY one.renewal_id, one.step ORDER BY one.in_order) AS place,
                   h.step IS NOT NULL AS said
              FROM draft one
              LEFT JOIN (SELECT DISTINCT renewal_id, step FROM held
                          WHERE status IN ('sending', 'sent', 'delivered', 'unknown')) h USING (renewal_id, step)
             WHERE one.step = ANY(cast(:steps AS text[])) AND one.status = 'planned') v
     WHERE d.id = v.id AND (v.place > 1 OR v.said)
""")
# The k-th channel that may be used waits for k times the ladder's days; those that went out already come before it.
FALLBACK = text("""
    UPDATE draft d SET due_at = greatest(d.due_at, v.base + v.place * v.days * interval '1 day'), waits = true
      FROM (SELECT one.id, one.days, one.said + row_number() OVER w - 1 AS place,
                   least(one.earliest, first_value(one.due_at) OVER w) AS base
              FROM (SELECT f.id, f.renewal_id, f.step, f.in_order, f.due_at, step.days,
                           count(h.due_at) AS said, min(h.due_at) AS earliest
                      FROM draft f
                      JOIN unnest(cast(:steps AS text[]), cast(:days AS smallint[])) AS step (key, days)
                           ON step.key = f.step
                      LEFT JOIN held h ON (h.renewal_id, h.step) = (f.renewal_id, f.step) AND h.settled
                       AND h.status NOT IN ('skipped', 'canceled', 'expired')
                     WHERE f.status = 'planned' GROUP BY 1, 2, 3, 4, 5, 6) one
            WINDOW w AS (PARTITION BY one.renewal_id, one.step ORDER BY one.in_order)) v
     WHERE d.id = v.id AND v.place > 0 AND NOT d.kept
""")

# Messages to the addresses and people of the draft that it does not decide: of others, or gone out lately.
TAKEN = text("""
    INSERT INTO taken
    SELECT m.id, m.member_id, m.channel, c.value_index, m.ladder, m.step, m.template, m.language, m.anchor_on,
           m.about_on, cast(timezone(m.zone, coalesce(m.handed_at, m.due_at)) AS date), m.status = 'planned'
      FROM (SELECT DISTINCT other.member_id FROM reach r
              JOIN contact_point other ON (other.agency_id, other.value_index) = (:agency, r.address_index)) near
      JOIN message m ON (m.agency_id, m.member_id) = (:agency, near.member_id)
      JOIN contact_point c ON c.id = m.contact_point_id
     WHERE m.kind IN ('reminder', 'broadcast') AND m.status NOT IN ('skipped', 'canceled', 'expired')
       AND coalesce(m.handed_at, m.due_at) > cast(:now AS timestamptz) - interval '31 days'
       AND NOT (m.status = 'planned' AND EXISTS (SELECT FROM chosen WHERE chosen.renewal_id = m.renewal_id))
""")
# What went to an old address of somebody counts for the new one.
TAKEN_BY_OWN = text("""
    UPDATE taken SET address_index = own.address_index FROM reach own
     WHERE (own.member_id, own.channel) = (taken.member_id, taken.channel) AND own.address_index <> taken.address_index
""")
# One message for all whom it says the same in one language at one address: the one that is planned already leads,
# else the first.
HOUSEHOLD = text("""
    UPDATE draft d SET status = 'skipped', reason = 'household', bundled_into = v.leader
      FROM (SELECT id, first_value(id) OVER (
                     PARTITION BY address_index, channel, step, anchor_on, template, language, about_on
                     ORDER BY stands DESC, member_id, id) AS leader
              FROM (SELECT id, address_index, channel, step, anchor_on, template, language, about_on, member_id,
                           kept AS stands
                      FROM draft WHERE status = 'planned' AND address_index IN (
                             SELECT address_index FROM reach WHERE channel <> 'none' GROUP BY address_index, channel
                             HAVING count(DISTINCT member_id) > 1
                              UNION ALL SELECT address_index FROM taken WHERE planned)
                     UNION ALL
                    SELECT id, address_index, channel, step, anchor_on, template, language, about_on, member_id, true
                      FROM taken WHERE planned) one) v
     WHERE d.id = v.id AND v.leader <> v.id
""")
CROWDED = text("""
    WITH days AS (
      SELECT address_index, channel, on_day FROM taken
       UNION ALL
      SELECT address_index, channel, cast(timezone(zone, due_at) AS date) FROM draft WHERE status = 'planned'),
    beside AS (
      SELECT days.channel, days.address_index, days.on_day, lag(days.on_day) OVER w AS before,
             lag(days.on_day, cap.most) OVER w AS counted_from
        FROM days JOIN unnest(cast(:cap_channel AS text[]), cast(:cap AS integer[])) AS cap (channel, most)
             ON cap.channel = days.channel
      WINDOW w AS (PARTITION BY days.address_index, days.channel ORDER BY days.on_day)),
    crowded AS (
      SELECT channel, address_index FROM beside
       WHERE on_day - before < :apart OR on_day - counted_from < :within
       UNION
      SELECT channel, address_index FROM draft WHERE waits AND status = 'planned')
    INSERT INTO moving
    SELECT CASE WHEN d.moves THEN row_number() OVER (
             PARTITION BY d.moves, d.address_index, d.channel
             ORDER BY greatest(d.starts_on, cast(:today AS date)), d.priority, d.due_at, d.member_id,
                      d.step COLLATE "C", d.renewal_id) ELSE 0 END,
           d.id, d.member_id, d.channel, d.address_index, d.ladder, d.step, d.template, d.language, d.anchor_on,
           d.about_on, d.place, d.zone, greatest(d.due_at, :now), d.due_at, d.deadline_at
      FROM draft d JOIN crowded ON (crowded.channel, crowded.address_index) = (d.channel, d.address_index)
     WHERE d.status = 'planned'
""")
ROUNDS = text("""
    SELECT place, channel, max(round) AS rounds, min(asked_at) AS first, max(deadline_at) AS last
      FROM moving WHERE round > 0 GROUP BY 1, 2
""")
OPENINGS = text("""
    INSERT INTO opening SELECT * FROM unnest(cast(:place AS text[]), cast(:channel AS text[]),
             cast(:opens_at AS timestamptz[]), cast(:closes_at AS timestamptz[]))
""")
TAKES = """
    INSERT INTO taken SELECT id, member_id, channel, address_index, ladder, step, template, language, anchor_on,
           about_on, cast(timezone(zone, due_at) AS date), true
"""
STANDING = text(f"{TAKES} FROM moving WHERE round = 0")
# The next open day on which the address is free, a step of the same ladder is not near, and no cap is reached.
ROUND = text(f"""
    WITH found AS MATERIALIZED (
      SELECT d.id, turn.at FROM moving d
        JOIN unnest(cast(:cap_channel AS text[]), cast(:cap AS integer[])) AS cap (channel, most) USING (channel)
        LEFT JOIN LATERAL (
          SELECT turn.at FROM opening
           CROSS JOIN LATERAL (SELECT greatest(opening.opens_at, d.asked_at) AS at,
                                      cast(timezone(d.zone, greatest(opening.opens_at, d.asked_at)) AS date) AS on_day) turn
           WHERE (opening.place, opening.channel) = (d.place, d.channel) AND opening.closes_at > d.asked_at
             AND turn.at < d.deadline_at
             AND NOT EXISTS (SELECT FROM taken t WHERE (t.address_index, t.channel) = (d.address_index, d.channel)
                   AND (t.on_day = turn.on_day OR (t.member_id, t.ladder) = (d.member_id, d.ladder)
                        AND abs(t.on_day - turn.on_day) < :apart))
             AND NOT EXISTS (
                   SELECT FROM (SELECT t.on_day AS day FROM taken t
                                 WHERE (t.address_index, t.channel) = (d.address_index, d.channel)
                                   AND t.on_day BETWEEN turn.on_day - :within + 1 AND turn.on_day
                                 UNION ALL SELECT turn.on_day) since
                    WHERE (SELECT count(*) FROM taken t WHERE (t.address_index, t.channel) = (d.address_index, d.channel)
                             AND t.on_day BETWEEN since.day AND since.day + :within - 1) >= cap.most)
           ORDER BY opening.opens_at LIMIT 1) turn ON true
       WHERE d.round = :round),
    moved AS (UPDATE moving SET due_at = found.at FROM found WHERE moving.round = :round AND moving.id = found.id
              RETURNING moving.*)
    {TAKES} FROM moved WHERE due_at IS NOT NULL
""")  # noqa: S608
MOVED = text(f"""
    UPDATE draft d SET due_at = coalesce(moving.due_at, d.due_at),
           status = CASE WHEN moving.due_at IS NULL THEN 'expired' ELSE 'planned' END,
           reason = CASE WHEN moving.due_at IS NULL THEN {WHY} END
      FROM moving WHERE moving.round > 0 AND moving.id = d.id AND moving.due_at IS DISTINCT FROM d.due_at
""")  # noqa: S608
# Who was to hear it by the message of another hears nothing, if that one finds no day.
FOLLOW = text(f"""
    UPDATE draft d SET status = 'expired', bundled_into = NULL, reason = {WHY}
      FROM moving led WHERE led.round > 0 AND led.id = d.bundled_into AND led.due_at IS NULL
""")  # noqa: S608


async def first_only(session: Session, steps: Sequence[str]) -> None:
    """Let the first channel that may be used carry these steps, and no other."""
    await session.run(FIRST, steps=list(steps))


async def fall_back(session: Session, days: Mapping[str, int]) -> None:
    """Let each further channel of these steps wait for so many days."""
    await session.run(FALLBACK, steps=list(days), days=list(days.values()))


async def look_around(session: Session, agency: UUID) -> None:
    """Look up what is planned for the same addresses and what went out to them lately, besides the chosen."""
    await session.run(TAKEN, agency=agency, now=session.now)


async def bundle(session: Session) -> None:
    """Say the same to one address only once."""
    await session.run(TAKEN_BY_OWN)
    await session.run(HOUSEHOLD)


async def crowded(session: Session, caps: Mapping[str, int], today: date) -> Sequence[Row[Any]]:
    """Find whom more than one message would reach at once; return the places and channels, and until when."""
    found = await session.run(
        CROWDED, **_capped(caps), apart=DAYS_APART, within=CAPPED_WITHIN, today=today, now=session.now
    )
    return await session.all(ROUNDS) if found else []


async def spread(
    session: Session, openings: Sequence[tuple[Any, ...]], caps: Mapping[str, int], rounds: int
) -> None:  # fmt: skip
    """Move what would come too close to the next open day, the first of each address in the first round."""
    names = ("place", "channel", "opens_at", "closes_at")
    await session.run(OPENINGS, **columns(names, openings))
    await session.run(STANDING)
    for number in range(1, rounds + 1):
        values = {"round": number, "apart": DAYS_APART, "within": CAPPED_WITHIN}
        await session.run(ROUND, **_capped(caps), **values)
    await session.run(MOVED)
    await session.run(FOLLOW)


def _capped(caps: Mapping[str, int]) -> dict[str, Any]:
    return {"cap_channel": list(caps), "cap": list(caps.values())}
