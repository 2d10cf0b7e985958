"""Flyers: the places where they hang, and what came of each by the day: visits and confirmed sign-ups, never who."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.db.transaction import Session

ADD = text("""
    INSERT INTO flyer (agency_id, place, name, language, created_at) VALUES (:agency, :place, :name, :language, :now)
    ON CONFLICT DO NOTHING
""")
ONE = text("SELECT agency_id, place, name, language FROM flyer WHERE place = :place")
VISIT = text("""
    INSERT INTO flyer_day AS held (agency_id, place, day, visits)
    SELECT agency_id, place, :day, 1 FROM flyer WHERE agency_id = :agency AND place = :place
    ON CONFLICT (agency_id, place, day) DO UPDATE SET visits = held.visits + 1
""")
SIGNUP = text("""
    INSERT INTO flyer_day AS held (agency_id, place, day, signups)
    SELECT agency_id, place, :day, 1 FROM flyer WHERE agency_id = :agency AND place = :place
    ON CONFLICT (agency_id, place, day) DO UPDATE SET signups = held.signups + 1
""")
LISTED = text("""
    SELECT f.place, f.name, f.language, f.created_at, coalesce(sum(d.visits), 0) AS visits,
           coalesce(sum(d.signups), 0) AS signups, max(d.day) AS last_day
      FROM flyer f LEFT JOIN flyer_day d ON (d.agency_id, d.place) = (f.agency_id, f.place)
     WHERE f.agency_id = :agency GROUP BY 1, 2, 3, 4 ORDER BY f.created_at, f.place
""")


async def add(session: Session, agency: UUID, place: str, name: str, language: str) -> bool:
    """Keep a place; False if its code is taken."""
    added = await session.run(ADD, agency=agency, place=place, name=name, language=language, now=session.now)
    return added > 0


async def one(session: Session, place: str) -> Row[Any] | None:
    """Return a place of any agency."""
    return await session.first(ONE, place=place)


async def count_visit(session: Session, agency: UUID, place: str, day: date) -> None:
    """Count a visit."""
    await session.run(VISIT, agency=agency, place=place, day=day)


async def count_signup(session: Session, agency: UUID, place: str, day: date) -> None:
    """Count a confirmed sign-up; a place that is not the agency's own counts nothing."""
    await session.run(SIGNUP, agency=agency, place=place, day=day)


async def listed(session: Session, agency: UUID) -> Sequence[Row[Any]]:
    """Return an agency's places with what came of them, oldest first."""
    return await session.all(LISTED, agency=agency)
