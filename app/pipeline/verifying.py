"""Verifying: whose signature a callback carries, and that what it tells belongs to whom that is.

The installation's credentials count for everybody. An agency's own count for its own attempts and numbers
alone, so that nobody who holds one agency's secret can speak of another's members.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from app.db import agencies, credentials, receipts
from app.db.credentials import Own
from app.db.transaction import Database, Session
from app.pipeline.providers import Providers
from app.rules.facts import Channel
from channels.contract import MessageChannel
from channels.signals import BadSignature, Callback, CallReceived, Reply, Signal


async def verified(
    database: Database, providers: Providers, provider: MessageChannel, callback: Callback
) -> Sequence[Signal] | None:
    """Return what a callback tells us, or None if neither we nor the agency that it is about can have got it."""
    if callback.reference and database.index.attempt(callback.reference) is None:
        return None
    try:
        return provider.read_callback(callback)
    except BadSignature:
        return await _by_an_agency(database, providers, provider, callback)


async def _by_an_agency(
    database: Database, providers: Providers, provider: MessageChannel, callback: Callback
) -> Sequence[Signal] | None:
    channel = Channel(provider.capabilities.channel)
    async with database.transaction(None) as tx:
        for own in await _candidates(tx.session, provider.name, callback):
            everything = {name: one.settings for name, one in (await credentials.of(tx.session, own.agency)).items()}
            mine = providers.with_own(own.agency, everything).named(channel, provider.name)
            signals = _read(mine, callback) if mine is not None and mine is not provider else None
            if signals is not None:
                return signals if await _owners(tx.session, signals) <= {own.agency} else None
    return None


async def _candidates(session: Session, provider: str, callback: Callback) -> Iterable[Own]:
    """Return the credentials that a callback may be signed with: with a reference, those of the attempt's agency."""
    several = await credentials.at_provider(session, provider)
    attempt = session.index.attempt(callback.reference) if callback.reference else None
    if attempt is None or not several:
        return several
    owners = await receipts.owners_of_attempts(session, [attempt])
    return [own for own in several if own.agency in owners]


def _read(provider: MessageChannel, callback: Callback) -> Sequence[Signal] | None:
    try:
        return provider.read_callback(callback)
    except BadSignature:
        return None


async def _owners(session: Session, signals: Sequence[Signal]) -> set[UUID | None]:
    """Return the agencies that signals are about: whose attempts, whose numbers; None for nobody's."""
    owners: set[UUID | None] = set()
    attempts: list[UUID] = []
    for signal in signals:
        if isinstance(signal, Reply):
            owners.add(await agencies.owner_of(session, Channel.SMS, signal.recipient))
        elif isinstance(signal, CallReceived):
            called = [await agencies.owner_of(session, one, signal.called) for one in (Channel.VOICE, Channel.SMS)]
            owners.add(next(filter(None, called), None))
        elif (attempt := session.index.attempt(signal.reference)) is not None:
            attempts.append(attempt)
    return owners | (await receipts.owners_of_attempts(session, attempts) if attempts else set())
