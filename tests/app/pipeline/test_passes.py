"""Passes: a code or a link goes out only to an address that somebody has, and opens one visit."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from app.db.sealed import associated
from app.jobs import register
from app.pipeline import passes
from app.pipeline.passes import PassAsked
from app.queue import Job
from app.rules.signup import Refusal
from tests.app.pipeline.world import ADDRESS, EMAIL, NUMBER, SMS, VOICE, a_member


async def asked(world, channel=SMS, address=NUMBER, browser="browser"):
    agency = (await world.services.tenancy.every())[0]
    id_ = await world.services.passes.ask(PassAsked(agency, channel, address, "vi", browser))
    await world.services.passes.send_waiting(agency.id)
    return id_


async def code_in(world, channel):
    """Send what is due and return the code in it, as it is written or spoken."""
    await world.deliver(channel)
    assert [row.status for row in await world.rows("SELECT status FROM message")] == ["sent"]
    (row,) = await world.rows("SELECT id, words_sealed FROM message")
    place = associated("message.words", world.agency.id, row.id)
    return json.loads(world.services.database.ring.open(row.words_sealed, place))["signup_code"]


@pytest.mark.parametrize(("channel", "address"), [(SMS, NUMBER), (EMAIL, ADDRESS), (VOICE, NUMBER)])
async def test_the_code_goes_out_on_each_channel_and_opens(channel, address, world):
    await world.tell(a_member())
    id_ = await asked(world, channel, address)
    token = await world.services.passes.open_by_code(id_, await code_in(world, channel), "browser")
    visit = await world.services.passes.visit(token)
    assert (visit.agency, visit.address) == (world.agency.id, address)


async def test_the_e_mail_has_the_link_whole(world):
    await world.tell(a_member())
    await asked(world, EMAIL, ADDRESS)
    await world.deliver(EMAIL)
    (message,) = world.fakes[EMAIL].sent
    assert await world.services.passes.behind_link(message.words["link"].rpartition("/p/")[2]) == world.agency.id
    assert 'href="[[link|html]]"' in message.mail.html


async def test_the_text_has_the_link_and_is_in_the_language_of_the_page(world):
    await world.tell(a_member())
    await asked(world)
    await world.deliver(SMS)
    (message,) = world.fakes[SMS].sent
    link = next(word for word in message.body.split() if "/p/" in word).rstrip(".")
    (row,) = await world.rows("SELECT language, kind FROM message")
    assert tuple(row) == ("vi", "code")
    token = link.rpartition("/p/")[2]
    assert await world.services.passes.behind_link(token) == world.agency.id
    assert await world.services.passes.open_by_link(token) is not None
    assert await world.services.passes.open_by_link(token) is None
    assert await world.services.passes.behind_link(token) is None


async def test_a_stranger_gets_nothing(world):
    await asked(world)
    assert await world.rows("SELECT 1 FROM message") == []


async def test_who_signed_up_and_confirmed_is_known(world):
    await world.signs_up(SMS, NUMBER)
    await asked(world)
    (row,) = await world.rows("SELECT count(*) AS n FROM message WHERE template = 'preferences_code'")
    assert row.n == 1


async def test_codes_of_sign_ups_and_of_choices_share_one_cap(world):
    await world.tell(a_member())
    for _ in range(2):
        await world.asks(SMS, NUMBER)
    for _ in range(2):
        await asked(world)
    (row,) = await world.rows("SELECT count(*) AS n FROM message WHERE kind = 'code'")
    assert row.n == 3


async def test_what_waited_too_long_is_not_sent(world):
    await world.tell(a_member())
    agency = (await world.services.tenancy.every())[0]
    await world.services.passes.ask(PassAsked(agency, SMS, NUMBER, "vi", "browser"))
    await world.rows("UPDATE pass SET expires_at = now() - interval '1 s'")
    assert await world.services.passes.send_waiting(agency.id) == 0


async def test_a_channel_that_the_agency_has_not_is_refused(world):
    agency = replace((await world.services.tenancy.every())[0], senders={})
    assert await world.services.passes.ask(PassAsked(agency, VOICE, NUMBER, "vi", "b")) is Refusal.CHANNEL_NOT_OFFERED


async def test_a_visit_without_a_token_is_none(world):
    assert await world.services.passes.visit(None) is None
    assert await world.services.passes.visit("x") is None
    await world.services.passes.leave(None)
    assert await world.services.passes.open_by_code(uuid4(), "12345678", None) is None


async def test_upkeep_forgets_passes_and_visits_that_are_over(world):
    await world.tell(a_member())
    id_ = await asked(world)
    token = await world.services.passes.open_by_code(id_, await world.code(), "browser")
    assert token is not None
    await world.services.upkeep.sweep()
    assert len(await world.rows("SELECT 1 FROM pass UNION ALL SELECT 1 FROM visit")) == 2
    await world.rows("UPDATE pass SET created_at = created_at - interval '2 hours'")
    await world.rows("UPDATE visit SET seen_at = seen_at - interval '1 hour'")
    await world.services.upkeep.sweep()
    assert await world.rows("SELECT 1 FROM pass UNION ALL SELECT 1 FROM visit") == []
    assert timedelta() < passes.IDLE < passes.LONGEST


async def test_asking_wakes_the_stage_that_sends(world):
    await world.tell(a_member())
    agency = (await world.services.tenancy.every())[0]
    register(world.services)
    await world.services.passes.ask(PassAsked(agency, SMS, NUMBER, "vi", "browser"))
    await world.services.queue.run_worker_async(queues=[Job.PASSES], wait=False, install_signal_handlers=False)
    assert len(await world.rows("SELECT 1 FROM message WHERE template = 'preferences_code'")) == 1
