import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from app.db import breakers as held_breakers
from app.pipeline.delivery import Delivery
from app.rules.agency import Agency
from app.rules.breaker import FIRST_PAUSE, PROBE, SLOW
from channels.contract import Accepted, Present, Refused, TryLater, Unclear
from tests.app.pipeline.test_delivery import many_planned
from tests.app.pipeline.test_upkeep import FIRST_LOOK, looks
from tests.app.pipeline.world import NINE, NUMBER, SMS, a_member, an_event, phone

BATCH = 10


@pytest.fixture
def second(world, monkeypatch):
    """A second provider of texts, and batches that are small."""
    monkeypatch.setattr("app.pipeline.delivery.BATCH", BATCH)
    other = world.second()
    world.fakes[SMS].alone = other.alone = False
    return other


def a_delivery(world, **changes):
    built = world.services
    said = {"public_url": "", "paced": False, **changes}
    return Delivery(
        built.database, built.providers, wording=built.wording, consents=built.consents,
        ladders=built.ladders, almanac=built.almanac, **said,
    )  # fmt: skip


async def why_open(world):
    """Why the breakers that are open are, by provider and whether they are an agency's."""
    rows = await world.rows("SELECT provider, account, why FROM breaker WHERE open_until IS NOT NULL ORDER BY 1, 2")
    return {(row.provider, bool(row.account)): row.why for row in rows}


async def more_planned(world, numbers):
    facts = [an_event(a_member(phones=(phone(number),), emails=()), f"M-{number}") for number in numbers]
    await world.apply(*facts)
    await world.plan()


async def test_while_one_answers_500_reminders_flow_through_the_other_and_nothing_goes_twice(world, second):
    first = world.fakes[SMS]
    first.answer = lambda _: Unclear("500")
    numbers = await many_planned(world, 40)
    await world.deliver(SMS)
    tried = len(first.sent)
    assert BATCH <= tried <= 2 * BATCH  # two batches are under way at a time
    assert sorted(first.numbers + second.numbers) == numbers
    assert await why_open(world) == {("fake-sms", False): "errors"}
    await world.deliver(SMS)
    assert (len(first.sent), len(second.sent)) == (tried, 40 - tried)  # what is unclear is sent by nobody else

    first.found = lambda lookup: Present(f"P-{lookup.code}")
    await looks(world, FIRST_LOOK)
    assert await world.attempts() == ["accepted"] * 40
    assert len({(row.message_id) for row in await world.rows("SELECT message_id FROM attempt")}) == 40


async def test_what_one_took_in_doubt_is_sent_by_the_other_only_when_it_is_proven_absent(world, second):
    first = world.fakes[SMS]
    first.answer = lambda _: Unclear("500")
    await many_planned(world, BATCH)
    await world.deliver(SMS)
    await looks(world, FIRST_LOOK)
    await world.deliver(SMS)
    assert second.sent == []
    await looks(world, FIRST_LOOK + timedelta(minutes=6))
    await world.at(FIRST_LOOK + timedelta(minutes=9))
    await world.rows("UPDATE breaker SET open_until = now() + interval '1 min'")
    await world.deliver(SMS)
    assert len(second.sent) == BATCH
    assert sorted(await world.attempts()) == ["absent"] * BATCH + ["accepted"] * BATCH


async def test_when_the_first_recovers_a_probe_goes_before_the_traffic_comes_back(world, second):
    first = world.fakes[SMS]
    first.answer = lambda _: Unclear("500")
    await many_planned(world, 20)
    await world.deliver(SMS)
    first.answer = lambda _: Accepted("P", 1)
    first.sent, first.batches, second.sent = [], [], []
    await more_planned(world, [f"+1714555{2000 + at}" for at in range(3 * PROBE)])
    await world.breakers_half_open()
    await world.deliver(SMS)
    assert first.batches[0] == PROBE
    assert len(first.sent) + len(second.sent) == 3 * PROBE
    assert len(first.sent) >= 2 * PROBE
    assert await why_open(world) == {}


async def test_a_probe_that_fails_costs_little_and_the_other_goes_on(world, second):
    first = world.fakes[SMS]
    first.answer = lambda _: TryLater("unreachable")
    await many_planned(world, 20)
    await world.deliver(SMS)
    first.sent, second.sent = [], []
    await more_planned(world, [f"+1714555{2000 + at}" for at in range(3 * PROBE)])
    await world.breakers_half_open()
    await world.deliver(SMS)
    assert (len(first.sent), len(second.sent)) == (PROBE, 3 * PROBE)
    [row] = await world.rows("SELECT open_until - opened_at AS pause FROM breaker WHERE open_until IS NOT NULL")
    assert row.pause == 2 * FIRST_PAUSE


async def test_only_one_worker_tries_a_half_open_one(world, second):
    first = world.fakes[SMS]
    first.answer = lambda _: Unclear("500")
    await many_planned(world, 60)
    await a_delivery(world).lane(world.agency.id, SMS)
    await more_planned(world, [f"+1714555{2000 + at}" for at in range(60)])
    await world.breakers_half_open()
    first.sent = []
    deliveries = [world.services.delivery.lane(world.agency.id, SMS) for _ in range(4)]
    await asyncio.gather(*deliveries)
    assert len(first.sent) == PROBE


async def test_what_one_surely_did_not_take_goes_through_the_other_at_once(world, second):
    world.fakes[SMS].answer = lambda _: TryLater("unreachable")
    await world.sent()
    assert await world.end(SMS) == "sent"
    assert second.numbers == [NUMBER]
    rows = await world.rows("SELECT provider, state, reason FROM attempt ORDER BY id")
    assert rows == [("fake-sms", "rejected", "unreachable"), ("second", "accepted", "")]
    row = await world.message(SMS)
    assert (row.provider, row.tries) == ("second", 1)


async def test_where_neither_takes_it_it_waits(world, second):
    world.fakes[SMS].answer = second.answer = lambda _: TryLater("unreachable")
    await world.sent()
    row = await world.message(SMS)
    assert (row.status, row.reason, row.tries) == ("planned", "unreachable", 1)
    assert row.due_at > NINE


async def test_a_refused_address_says_nothing_of_the_provider_and_goes_nowhere_else(world, second):
    world.fakes[SMS].answer = lambda _: Refused("bad_address")
    await many_planned(world, 2 * BATCH)
    await world.deliver(SMS)
    assert (second.sent, await why_open(world)) == ([], {})


async def test_between_the_two_a_stop_still_wins(world, second):
    async def stop():
        await world.texts_us("STOP")

    world.fakes[SMS].meanwhile = stop
    world.fakes[SMS].answer = lambda _: TryLater("unreachable")
    await world.planned()
    await world.at(NINE)
    await world.deliver(SMS)
    assert await world.end(SMS) == "canceled opted_out"
    assert [message for message in second.sent if message.to == NUMBER and "STOP" not in message.body.upper()] == []


async def test_a_wrong_setting_stops_its_agency_alone_and_uses_up_no_try(world):
    world.fakes[SMS].answer = lambda _: TryLater("misconfigured", "21606")
    await world.sent()
    row = await world.message(SMS)
    assert (row.status, row.reason, row.tries) == ("planned", "misconfigured", 0)
    assert timedelta(seconds=59) < row.due_at - NINE < timedelta(seconds=70)
    assert await why_open(world) == {("fake-sms", True): "misconfigured"}


async def test_that_a_provider_is_paused_is_said_when_it_is_and_not_with_each_batch(world, second):
    world.fakes[SMS].answer = lambda _: Unclear("500")
    await many_planned(world, 60)
    with capture_logs() as told:
        await world.deliver(SMS)
        await world.breakers_half_open()
        await more_planned(world, ["+17145552001"])
        await world.deliver(SMS)
    assert [line["provider"] for line in told if line["event"] == "provider paused"] == ["fake-sms"]


async def test_what_is_refused_for_a_wrong_setting_is_not_lost(world):
    world.fakes[SMS].answer = lambda _: Refused("misconfigured")
    await world.sent()
    assert await world.end(SMS) == "planned misconfigured"


async def test_live_a_lane_with_one_provider_waits_for_the_probe(world):
    fake, live = world.fakes[SMS], a_delivery(world, paced=True)
    fake.answer = lambda _: Unclear("500")
    await many_planned(world, 30)
    await live.lane(world.agency.id, SMS)
    sent = len(fake.sent)
    await more_planned(world, [f"+1714555{2000 + at}" for at in range(30)])
    assert await live.lane(world.agency.id, SMS) == 0
    assert len(fake.sent) == sent
    await world.breakers_half_open()
    await live.lane(world.agency.id, SMS)
    assert len(fake.sent) == sent + PROBE


async def test_in_the_sandbox_the_one_that_opens_soonest_is_used_as_if_it_were_closed(world, second):
    first = world.fakes[SMS]
    first.answer = second.answer = lambda _: Unclear("500")
    await many_planned(world, 30)
    await world.deliver(SMS)
    assert set(await why_open(world)) == {("fake-sms", False), ("second", False)}
    first.answer = second.answer = lambda _: Accepted("P", 1)
    await world.rows("UPDATE breaker SET open_until = open_until + interval '1 hour' WHERE provider = 'second'")
    before = len(first.sent)
    await more_planned(world, ["+17145552001"])
    await world.deliver(SMS)
    assert len(first.sent) == before + 1
    assert set(await why_open(world)) == {("second", False)}


async def test_a_slow_one_gives_way_where_there_is_another(world, second):
    ticks = iter(range(0, 100_000, int(SLOW) + 1))
    delivery = a_delivery(world, boot_clock=lambda: float(next(ticks)))
    await many_planned(world, 60)
    await delivery.lane(world.agency.id, SMS)
    assert second.sent
    assert (await why_open(world))["fake-sms", False] == "slow"


async def test_an_agency_without_a_sender_at_the_second_waits_for_the_first(world, second):
    await world.rows('UPDATE agency SET profile = profile || \'{"senders": {"sms_messaging_service": "MG1"}}\'')
    world.fakes[SMS].name = "twilio"
    world.fakes[SMS].answer = lambda _: TryLater("unreachable")
    await world.sent()
    assert second.sent == []
    assert world.fakes[SMS].sent[0].sender == "MG1"
    assert await world.end(SMS) == "planned unreachable"


async def test_each_provider_gets_the_sender_that_the_agency_has_there(world, second):
    own = '{"sms": "+17145550177"}'
    put = "UPDATE agency SET profile = jsonb_set(profile, '{senders,second}', cast(%(own)s AS jsonb))"
    await world.rows(put, own=own)
    world.fakes[SMS].answer = lambda _: TryLater("unreachable")
    await world.sent()
    assert (world.fakes[SMS].sent[0].sender, second.sent[0].sender) == ("+17145550100", "+17145550177")


async def test_another_agency_is_not_stopped_by_a_neighbours_wrong_setting(world):
    kern = await world.services.tenancy.add(
        'code="kern"\nname="Kern"\ncounty_code="15"\nphone="+16615550100"\n[senders]\nsms="+16615550100"\n'
    )
    assert isinstance(kern, Agency)
    world.fakes[SMS].answer = lambda _: TryLater("misconfigured")
    await world.sent()
    async with world.services.database.transaction(kern.id) as tx:
        seen = await held_breakers.read(tx.session, SMS, ["", kern.id.hex])
    assert all(one.open_until is None for one in seen.values())
