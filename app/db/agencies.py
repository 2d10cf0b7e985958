"""Agencies, the senders that belong to them, and their API keys."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.db.columns import columns
from app.db.transaction import Session
from app.rules.agency import Agency, agency_of
from app.rules.facts import Channel

SAVE = text("""
    INSERT INTO agency AS held (id, code, profile, timezone, created_at, updated_at)
    VALUES (:id, :code, cast(:profile AS jsonb), :timezone, :now, :now)
    ON CONFLICT (code) DO UPDATE SET profile = excluded.profile, timezone = excluded.timezone, updated_at = :now
    RETURNING id
""")
OWN = "ARRAY(SELECT c.provider FROM credential c WHERE c.agency_id = agency.id ORDER BY 1) AS own"
FORGET_SENDERS = text("DELETE FROM sender WHERE agency_id = :agency")
OWNED_ELSEWHERE = text("""
    SELECT s.channel, s.address FROM sender s JOIN agency a ON a.id = s.agency_id
      JOIN unnest(cast(:channel AS text[]), cast(:address AS text[])) v (channel, address) USING (channel, address)
     WHERE a.code <> :code
""")
SAVE_SENDERS = text("""
    INSERT INTO sender (agency_id, channel, address)
    SELECT :agency, * FROM unnest(cast(:channel AS text[]), cast(:address AS text[]))
""")
BY_CODE = text(f"SELECT id, profile, {OWN} FROM agency WHERE code = :code")  # noqa: S608
BY_ID = text(f"SELECT id, profile, {OWN} FROM agency WHERE id = :id")  # noqa: S608
ALL = text(f"SELECT id, profile, {OWN} FROM agency ORDER BY code")  # noqa: S608
BY_IDS = text(f"SELECT id, profile, {OWN} FROM agency WHERE id = ANY(cast(:ids AS uuid[]))")  # noqa: S608
OF_NUMBER = text("SELECT agency_id FROM sender WHERE channel IN ('sms', 'voice') AND address = :number")
BY_SENDER = text("SELECT agency_id FROM sender WHERE channel = :channel AND address = :address")
ADD_KEY = text("""
    INSERT INTO api_key (id, agency_id, name, digest, scopes, created_at, expires_at)
    VALUES (:id, :agency, :name, :digest, :scopes, :now, :expires_at)
""")
KEYS = text("""
    SELECT k.id, a.code AS agency, k.name, k.scopes, k.created_at, k.expires_at, k.revoked_at, k.last_used_at
      FROM api_key k JOIN agency a ON a.id = k.agency_id
     WHERE cast(:agency AS uuid) IS NULL OR k.agency_id = :agency ORDER BY k.created_at, k.id
""")
REVOKE_KEY = text("UPDATE api_key SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL")
USE_KEYS = text("""
    SELECT id, agency_id, digest, scopes, expires_at, revoked_at, last_used_at FROM api_key WHERE id = ANY(:ids)
""")
USED = text("UPDATE api_key SET last_used_at = :at WHERE id = ANY(:ids)")


async def save(session: Session, id_: UUID, profile: Mapping[str, Any]) -> Agency:
    """Add an agency or update the one of the same code."""
    row = await session.first(
        SAVE, id=id_, code=profile["code"], profile=json.dumps(dict(profile), default=str),
        timezone=profile.get("timezone", "America/Los_Angeles"), now=session.now,
    )  # fmt: skip
    return agency_of(row.id if row else id_, json.loads(json.dumps(dict(profile), default=str)))


async def senders_taken(session: Session, agency: Agency) -> list[str]:
    """Return those of an agency's senders that an agency of another code owns."""
    rows = columns(("channel", "address"), list(agency.numbers()))
    taken = await session.all(OWNED_ELSEWHERE, code=agency.code, **rows)
    return [f"{row.channel} {row.address}" for row in taken]


async def set_senders(session: Session, agency: Agency) -> None:
    """Make these senders the agency's own, and no others."""
    await session.run(FORGET_SENDERS, agency=agency.id)
    await session.run(SAVE_SENDERS, agency=agency.id, **columns(("channel", "address"), list(agency.numbers())))


async def by_code(session: Session, code: str) -> Agency | None:
    """Return the agency of a code."""
    row = await session.first(BY_CODE, code=code)
    return agency_of(row.id, row.profile, row.own) if row else None


async def by_id(session: Session, id_: UUID) -> Agency | None:
    """Return an agency by its id."""
    row = await session.first(BY_ID, id=id_)
    return agency_of(row.id, row.profile, row.own) if row else None


async def by_ids(session: Session, several: Collection[UUID]) -> dict[UUID, Agency]:
    """Return those of several agencies that there are, by id."""
    rows = await session.all(BY_IDS, ids=list(several)) if several else ()
    return {row.id: agency_of(row.id, row.profile, row.own) for row in rows}


async def every(session: Session) -> list[Agency]:
    """Return all agencies by code."""
    return [agency_of(row.id, row.profile, row.own) for row in await session.all(ALL)]


async def owner_of(session: Session, channel: Channel, address: str) -> UUID | None:
    """Return the agency that a sender address belongs to."""
    row = await session.first(BY_SENDER, channel=channel, address=address)
    return row.agency_id if row else None


async def owners_of(session: Session, number: str) -> set[UUID]:
    """Return the agencies that a number belongs to, be it for texts or for calls."""
    return {row.agency_id for row in await session.all(OF_NUMBER, number=number)}


async def add_key(
    session: Session, agency: UUID, *, id_: str, name: str, digest: bytes, scopes: Sequence[str],
    expires_at: datetime | None,
) -> None:  # fmt: skip
    """Keep a new API key's digest."""
    await session.run(
        ADD_KEY, id=id_, agency=agency, name=name, digest=digest, scopes=list(scopes), now=session.machine_now,
        expires_at=expires_at,
    )  # fmt: skip


async def keys(session: Session, agency: UUID | None) -> Sequence[Row[Any]]:
    """Return the keys of an agency, or of all, without their digests."""
    return await session.all(KEYS, agency=agency)


async def revoke_key(session: Session, id_: str) -> bool:
    """Revoke a key; say whether it was live."""
    return await session.run(REVOKE_KEY, id=id_, at=session.machine_now) > 0


async def keys_by_id(session: Session, ids: Collection[str]) -> dict[str, Row[Any]]:
    """Return what is needed to check keys, by their ids."""
    return {row.id: row for row in await session.all(USE_KEYS, ids=list(ids))}


async def keys_used(session: Session, ids: Collection[str]) -> None:
    """Note that keys were used."""
    if ids:
        await session.run(USED, ids=list(ids), at=session.machine_now)
