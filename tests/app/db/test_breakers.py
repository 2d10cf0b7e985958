from datetime import timedelta

import pytest

from app.db import breakers
from app.rules.breaker import PROBE_LEASE, Breaker, opened
from tests.app.pipeline.world import EMAIL, SMS

SOME = ["", "abc"]


@pytest.fixture
async def session(world):
    async with world.services.database.transaction(world.agency.id) as tx:
        yield tx.session


async def test_what_is_kept_is_read_again(session):
    kept = Breaker(session.machine_now, ok=1.5, bad=2.5, rounds=3.0, seconds=4.5, openings=2)
    await breakers.save(session, SMS, "twilio", "", kept)
    await breakers.save(session, SMS, "twilio", "", opened(kept, "slow", session.machine_now))
    assert await breakers.read(session, SMS, SOME) == {("twilio", ""): opened(kept, "slow", session.machine_now)}
    assert await breakers.read(session, EMAIL, SOME) == {}
    assert list(await breakers.hold(session, SMS, "twilio", SOME)) == [""]
    assert await breakers.hold(session, SMS, "telnyx", SOME) == {}


async def half_open(session):
    before = session.machine_now - timedelta(minutes=2)
    await breakers.save(session, SMS, "twilio", "", opened(Breaker(before), "errors", before))


async def test_a_probe_is_leased_once_until_it_is_given_back(session):
    await half_open(session)
    assert await breakers.lease_probe(session, SMS, "twilio", SOME) == 1
    [held] = (await breakers.read(session, SMS, SOME)).values()
    assert held.probe_until == session.machine_now + PROBE_LEASE
    assert await breakers.lease_probe(session, SMS, "twilio", SOME) == 0
    await breakers.end_probe(session, SMS, "twilio", SOME)
    assert await breakers.lease_probe(session, SMS, "twilio", SOME) == 1


async def test_an_open_one_has_no_probe(session):
    now = session.machine_now
    await breakers.save(session, SMS, "twilio", "", opened(Breaker(now), "errors", now))
    assert await breakers.lease_probe(session, SMS, "twilio", SOME) == 0


async def test_those_that_are_not_closed_are_listed(session):
    await half_open(session)
    await breakers.save(session, EMAIL, "sendgrid", "", Breaker(session.machine_now))
    [(channel, provider, account, held)] = await breakers.not_closed(session)
    assert (channel, provider, account, held.why) == ("sms", "twilio", "", "errors")
