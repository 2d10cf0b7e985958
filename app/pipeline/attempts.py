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
    held = {row.agency_id: await credentials.of(session, row.agency_id) for row in rows if row.account}
    found: list[MessageChannel | None] = []
    for row in rows:
        own = held.get(row.agency_id, {})
        mine = providers
        if row.account:
            mine = providers.with_own(row.agency_id, {name: one.settings for name, one in own.items()})
        gone = row.account and (row.provider not in own or own[row.provider].account != row.account)
        found.append(None if gone else mine.named(Channel(row.channel), row.provider))
    return found
