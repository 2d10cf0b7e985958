"""Verifying: whose signature a callback carries, and that what it tells belongs to whom that is.

The installation's credentials count for everybody. An agency's own count for its own attempts and numbers
alone, so that nobody who holds one agency's secret can speak of another's members.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from app.db import agencies, credentials, receipts
from app.db.credentials import Own
from app.db.transaction import Database, Session
from app.pipeline.providers import Providers
from app.rules.facts import Channel
from channels.contract import MessageChannel
from channels.signals import BadSignature, Callback, CallReceived, Claim, Reply, Signal


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
        for agency, own in (await _candidates(tx.session, provider, callback)).items():
            mine = providers.with_own(agency, credentials.settings_of(own)).named(channel, provider.name)
            signals = _read(mine, callback) if mine is not None and mine is not provider else None
            if signals is not None:
                return signals if await _owners(tx.session, signals) <= {agency} else None
    return None


async def _candidates(
    session: Session, provider: MessageChannel, callback: Callback
) -> Mapping[UUID, Mapping[str, Own]]:  # fmt: skip
    """Return whose credentials a callback may be signed with; those of nobody else are opened."""
    several = await credentials.holders(session, provider.name)
    about = await _claimed(session, provider, callback) if several else None
    return await credentials.of_many(session, several if about is None else several & about)


async def _claimed(session: Session, provider: MessageChannel, callback: Callback) -> set[UUID] | None:
    """Return the agencies that a callback claims to be about; None where it does not tell."""
    claim = Claim(callback.reference) if callback.reference else provider.claim(callback)
    if claim is None:
        return None
    if not claim.reference:
        return await agencies.owners_of(session, claim.called) if claim.called else set()
    attempt = session.index.attempt(claim.reference)
    return None if attempt is None else await receipts.owners_of_attempts(session, [attempt])


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
