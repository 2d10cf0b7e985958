"""Audiences: who hears a broadcast, by which address, when and in which words; drafted beside the messages.

It fills the planner's `reach` and `draft` (`app.db.drafting`), so that what is counted before a broadcast is
approved and what is planned after it come from the same rows.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, text
from uuid_utils.compat import uuid7

from app.db.drafting import pick
from app.db.transaction import Session
from app.db.verdicts import PLACE, case_of_the_address, consent_joins

EVERY_CHANNEL = "ARRAY['sms', 'email', 'voice']"
WANTED = """coalesce(CASE {channel} WHEN 'voice' THEN mb.language_spoken END, mb.language_written,
                    mb.language_spoken, 'en')"""
# What is not said narrows nothing.
PEOPLE = f"""
    mb.agency_id = :agency AND mb.status = 'active'
    AND (cast(:chosen AS text[]) IS NULL OR coalesce(mb.channels, {EVERY_CHANNEL}) && cast(:chosen AS text[]))
    AND (cast(:programs AS text[]) IS NULL AND cast(:statuses AS text[]) IS NULL AND cast(:months AS date[]) IS NULL
         OR EXISTS (SELECT FROM renewal rn WHERE (rn.agency_id, rn.member_id) = (mb.agency_id, mb.id)
              AND (cast(:programs AS text[]) IS NULL OR rn.program = ANY(cast(:programs AS text[])))
              AND (cast(:statuses AS text[]) IS NULL AND rn.status <> 'canceled'
                   OR rn.occasion = 'renewal' AND rn.status = ANY(cast(:statuses AS text[])))
              AND (cast(:months AS date[]) IS NULL
                   OR rn.occasion = 'renewal' AND rn.renewal_month = ANY(cast(:months AS date[])))))
"""
SPEAKS = f"(cast(:languages AS text[]) IS NULL OR {WANTED} = ANY(cast(:languages AS text[])))"
LIVES = f"""
    (cast(:zones AS text[]) IS NULL
     OR string_to_array(split_part({PLACE}, ';', 1), '|') && cast(:zones AS text[]))
    AND (cast(:states AS text[]) IS NULL
     OR string_to_array(split_part({PLACE}, ';', 2), '|') && cast(:states AS text[]))
"""
REFUSED = case_of_the_address("kinds.channel")
# One row per person and channel: the contact point that may be used, else the first with what refuses it.
REACH = text(f"""
    INSERT INTO reach
    SELECT DISTINCT ON (mb.id, kinds.channel) mb.id, kinds.channel, cp.id, cp.value_index, {PLACE},
           coalesce(mb.timezone, cp.zone, :agency_zone), {WANTED.format(channel="kinds.channel")}, NULL,
           coalesce({REFUSED}, kinds.refused)
      FROM member mb
      JOIN contact_point cp ON (cp.agency_id, cp.member_id) = (mb.agency_id, mb.id) AND cp.listed
      JOIN unnest(cast(:kind_channel AS text[]), cast(:kind AS text[]), cast(:kind_refused AS text[]))
             AS kinds (channel, kind, refused) ON kinds.kind = cp.kind
      {consent_joins("kinds.channel", "cast(:purpose AS text)")}
     WHERE {PEOPLE} AND {SPEAKS.format(channel="kinds.channel")} AND {LIVES}
     ORDER BY mb.id, kinds.channel, ({REFUSED}) IS NOT NULL, cp.rank, cp.id
""")  # noqa: S608  (constants of ours)
# Whom no address places anywhere is in nobody's zone or state.
UNREACHED = text(f"""
    INSERT INTO reach (member_id, channel, place, zone, refused)
    SELECT mb.id, 'none', :agency_zone || ';', :agency_zone, 'no_contact_point' FROM member mb
     WHERE {PEOPLE} AND {SPEAKS.format(channel="'none'")}
       AND cast(:zones AS text[]) IS NULL AND cast(:states AS text[]) IS NULL
       AND NOT EXISTS (SELECT FROM contact_point cp WHERE (cp.agency_id, cp.member_id) = (mb.agency_id, mb.id)
                         AND cp.listed AND cp.kind = ANY(cast(:kind AS text[])))
""")  # noqa: S608
MET = text("SELECT DISTINCT place, channel FROM reach")
LANGUAGES = text("SELECT DISTINCT wanted FROM reach WHERE wanted IS NOT NULL")
SLOTS = """
    unnest(cast(:slot_place AS text[]), cast(:slot_channel AS text[]), cast(:slot_due AS timestamptz[]),
           cast(:slot_month AS date[]), cast(:slot_fits AS boolean[]), cast(:slot_refused AS text[]))
      AS slot (place, channel, due_at, month, fits, refused)
"""
WORDS = """
    unnest(cast(:word_wanted AS text[]), cast(:word_channel AS text[]), cast(:word_language AS text[]),
           cast(:word_version AS uuid[])) AS word (wanted, channel, language, version)
"""
# One message in each language for all at an address: the first of its readers leads, the others hear it by that one.
FILL = text(f"""
    INSERT INTO draft (id, member_id, period, channel, contact_point_id, address_index, place, zone, template, version,
           language, status, reason, priority, month, first_due_at, due_at, deadline_at, bundled_into, kept)
    SELECT id, member_id, :period, channel, contact_point_id, address_index, place, zone, :template, version, language,
           CASE WHEN reason = 'deadline_passed' THEN 'expired' WHEN reason IS NOT NULL OR leader <> id THEN 'skipped'
                ELSE 'planned' END,
           CASE WHEN reason IS NULL AND leader <> id THEN 'household' ELSE reason END, :priority, month, due_at, due_at,
           :deadline, CASE WHEN reason IS NULL AND leader <> id THEN leader END, false
      FROM (SELECT *, first_value(id) OVER (PARTITION BY address_index, channel, language, reason IS NULL ORDER BY member_id, id) AS leader
              FROM (SELECT cast(:id_begins || lpad(to_hex(:id_from + row_number() OVER ()), 12, '0') AS uuid) AS id,
                           r.*, word.version, word.language, slot.due_at, slot.month,
                           coalesce(r.refused, CASE WHEN word.wanted IS NULL THEN 'cannot_render'
                                                    WHEN word.version IS NULL THEN 'words_not_approved'
                                                    WHEN NOT slot.fits THEN coalesce(slot.refused, 'deadline_passed')
                                               END) AS reason
                      FROM reach r JOIN {SLOTS} ON (slot.place, slot.channel) = (r.place, r.channel)
                      LEFT JOIN {WORDS} ON (word.wanted, word.channel) = (r.wanted, r.channel)) one) v
""")  # noqa: S608
COUNTS = text("""
    SELECT channel, language, status, reason, count(*) AS people FROM draft GROUP BY 1, 2, 3, 4
""")
PEOPLE_MET = text("SELECT count(DISTINCT member_id) AS people FROM draft")


async def gather(session: Session, values: Mapping[str, Any]) -> None:
    """Gather who is meant and how each is reached, with what refuses them."""
    values = {**values, "now": session.now}
    await session.run(REACH, **pick(REACH, values))
    await session.run(UNREACHED, **pick(UNREACHED, values))


async def met(session: Session) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the places and channels that are met, and the languages wanted."""
    places = [(row.place, row.channel) for row in await session.all(MET)]
    return places, [row.wanted for row in await session.all(LANGUAGES)]


async def fill(session: Session, values: Mapping[str, Any]) -> int:
    """Fill the draft and return how many rows it has."""
    fresh = uuid7().hex
    return await session.run(FILL, **pick(FILL, {**values, "id_begins": fresh[:20], "id_from": int(fresh[20:30], 16)}))


async def counts(session: Session) -> tuple[Sequence[Row[Any]], int]:
    """Return how many people hear it by channel and language, or do not and why, and how many people there are."""
    people = await session.first(PEOPLE_MET)
    return await session.all(COUNTS), int(people.people) if people else 0


def narrowed(several: Sequence[Any]) -> list[Any] | None:
    """Return what a statement is asked for: nothing for what narrows nothing."""
    return list(several) or None
