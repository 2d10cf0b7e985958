"""Attempts keep the provider and the account that they were made with: what asks about one asks there."""

from collections.abc import Sequence
from typing import Any

from app.db import credentials
from app.db.transaction import Row, Session
from app.pipeline.providers import Providers
from app.rules.facts import Channel
from channels.contract import MessageChannel


async def made_with(session: Session, providers: Providers, rows: Sequence[Row[Any]]) -> list[MessageChannel | None]:
    """Return the adapter that each attempt was made with; None where provider or account are no longer in use."""
    held = await credentials.of_many(session, {row.agency_id for row in rows if row.account})
    theirs = {agency: providers.with_own(agency, credentials.settings_of(own)) for agency, own in held.items()}
    found: list[MessageChannel | None] = []
    for row in rows:
        own = held.get(row.agency_id, {}).get(row.provider)
        gone = row.account and (own is None or own.account != row.account)
        mine = theirs[row.agency_id] if row.account and not gone else providers
        found.append(None if gone else mine.named(Channel(row.channel), row.provider))
    return found
