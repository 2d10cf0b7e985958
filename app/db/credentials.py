"""An agency's own credentials at a provider, sealed; `account` marks whose account it is and holds no secret."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.db.sealed import associated
from app.db.transaction import Row, Session

OF_AGENCIES = text("""
    SELECT agency_id, provider, account, settings_sealed FROM credential
     WHERE agency_id = ANY(cast(:agencies AS uuid[]))
""")
HOLDERS = text("SELECT agency_id FROM credential WHERE provider = :provider")
SAVE = text("""
    INSERT INTO credential (agency_id, provider, account, settings_sealed, updated_at)
    VALUES (:agency, :provider, :account, :sealed, :now)
    ON CONFLICT (agency_id, provider) DO UPDATE
       SET account = excluded.account, settings_sealed = excluded.settings_sealed, updated_at = excluded.updated_at
""")
REMOVE = text("DELETE FROM credential WHERE agency_id = :agency AND provider = ANY(:providers)")


@dataclass(frozen=True, slots=True)
class Own:
    """What an agency set at a provider, by the names of the provider's settings."""

    agency: UUID
    account: str
    settings: Mapping[str, Any] = field(repr=False)


async def of(session: Session, agency: UUID) -> dict[str, Own]:
    """Return an agency's own credentials by provider."""
    return (await of_many(session, [agency])).get(agency, {})


async def of_many(session: Session, several: Collection[UUID]) -> dict[UUID, dict[str, Own]]:
    """Return the own credentials of those of several agencies that have some, by provider."""
    found: dict[UUID, dict[str, Own]] = {}
    for row in await session.all(OF_AGENCIES, agencies=list(several)) if several else ():
        found.setdefault(row.agency_id, {})[row.provider] = _opened(session, row)
    return found


async def holders(session: Session, provider: str) -> set[UUID]:
    """Return the agencies that have credentials of their own at a provider; none is opened."""
    return {row.agency_id for row in await session.all(HOLDERS, provider=provider)}


def settings_of(own: Mapping[str, Own]) -> dict[str, Mapping[str, Any]]:
    """Return what an agency set, by provider, as adapters are built from it."""
    return {provider: one.settings for provider, one in own.items()}


async def save(session: Session, agency: UUID, provider: str, account: str, settings: Mapping[str, Any]) -> None:
    """Keep an agency's own credentials at a provider instead of those that it had there."""
    sealed = session.ring.seal(json.dumps(dict(settings)), _place(provider, agency))
    await session.run(
        SAVE, agency=agency, provider=provider, account=account, sealed=sealed, now=session.machine_now
    )  # fmt: skip


async def remove(session: Session, agency: UUID, providers: Sequence[str]) -> None:
    """Forget an agency's own credentials at these providers."""
    if providers:
        await session.run(REMOVE, agency=agency, providers=list(providers))


def _opened(session: Session, row: Row[Any]) -> Own:
    settings = json.loads(session.ring.open(row.settings_sealed, _place(row.provider, row.agency_id)))
    return Own(row.agency_id, row.account, settings)


def _place(provider: str, agency: UUID) -> bytes:
    return associated(f"credential.{provider}", agency, agency)
