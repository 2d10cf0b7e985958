from datetime import timedelta

from structlog.testing import capture_logs

from app.logs import ALLOWED
from app.pipeline.lessons import rules_of
from app.rules.breaker import PROBE
from app.rules.facts import Email
from channels.reasons import REASONS, Then, meaning
from channels.signals import Status
from tests.app.pipeline.test_breakers import a_delivery
from tests.app.pipeline.test_delivery import many_planned
from tests.app.pipeline.world import EMAIL, NINE, OTHER_NUMBER, SMS, VOICE, a_member, phone

UNDELIVERED = Status.UNDELIVERED


def delivery_in_earnest(world):
    """The delivery of live mode, which waits for a probe."""
    return a_delivery(world, paced=True)


def test_receipts_are_applied_by_the_table_of_reasons_and_by_what_providers_can(world):
    rules = rules_of(world.services.providers)
    again = {name: tries for name, tries, _ in rules.again}
    assert {name for name, tries in again.items() if tries} == {
        name for name, one in REASONS.items() if one.then is Then.AGAIN
    }
    assert again["misconfigured"] is None  # as often as it takes
    assert set(rules.erasable) == {"sms/fake-sms", "email/fake-email", "voice/fake-voice"}


async def test_a_stop_that_comes_as_a_receipt_is_written_into_the_ledger(world):
    message = await world.sent()
    await world.receipt(message, UNDELIVERED, reason="opted_out")
    lines = await world.rows("SELECT channel, basis, source FROM consent WHERE NOT granted ORDER BY channel")
    assert lines == [("sms", "carrier", "provider"), ("voice", "carrier", "provider")]
    assert await world.end(VOICE) == "canceled opted_out"


async def test_a_wrong_setting_that_comes_as_a_receipt_stops_its_agencys_lane(world):
    message = await world.sent()
    await world.receipt(message, UNDELIVERED, reason="misconfigured")
    [row] = await world.rows("SELECT provider, channel, account, why FROM breaker WHERE open_until > now()")
    assert row == ("fake-sms", "sms", world.agency.id.hex, "misconfigured")


async def wrong_setting(world, message, key):
    await world.receipt(message, UNDELIVERED, key=key, reason="misconfigured")


async def open_now(world):
    return await world.rows("SELECT why FROM breaker WHERE open_until > now()")


async def test_what_is_accepted_and_does_not_arrive_costs_a_probe_and_no_reminder_is_lost(world):
    fake = world.fakes[SMS]
    await many_planned(world, 3 * PROBE)
    await delivery_in_earnest(world).lane(world.agency.id, SMS)
    for message in fake.sent:
        await wrong_setting(world, message, f"k-{message.code}")
    await world.at(NINE + meaning("misconfigured").wait + timedelta(minutes=1))
    await world.services.upkeep.run()
    assert {(row.status, row.again, row.tries) for row in await world.messages() if row.channel == SMS} == {
        ("planned", 0, 0)
    }
    fake.sent = []
    for _ in range(3):
        await world.breakers_half_open()
        await delivery_in_earnest(world).lane(world.agency.id, SMS)
        assert len(fake.sent) == PROBE
        await delivery_in_earnest(world).lane(world.agency.id, SMS)
        assert len(fake.sent) == PROBE  # accepted, but nobody knows yet whether it arrives
        probe, fake.sent = fake.sent, []
        for message in probe:
            await wrong_setting(world, message, f"k-{message.code}")
    assert await open_now(world) == [("misconfigured",)]


async def test_when_a_probe_arrives_all_the_others_follow(world):
    fake, live = world.fakes[SMS], delivery_in_earnest(world)
    await many_planned(world, 3 * PROBE)
    await live.lane(world.agency.id, SMS)
    for message in fake.sent:
        await wrong_setting(world, message, f"k-{message.code}")
    await world.at(NINE + meaning("misconfigured").wait + timedelta(minutes=1))
    await world.services.upkeep.run()
    fake.sent = []
    await world.breakers_half_open()
    await live.lane(world.agency.id, SMS)
    await world.receipt(fake.sent[0], Status.DELIVERED)
    assert await open_now(world) == []
    await live.lane(world.agency.id, SMS)
    assert len(fake.sent) == 3 * PROBE


async def test_that_a_provider_is_paused_is_said_once_and_aloud(world):
    await many_planned(world, 2)
    await world.deliver(SMS)
    with capture_logs() as told:
        for message in world.fakes[SMS].sent:
            await wrong_setting(world, message, f"k-{message.code}")
    [line] = [line for line in told if line["event"] == "provider paused"]
    assert (line["log_level"], line["provider"], line["outcome"]) == ("error", "fake-sms", "misconfigured")
    assert set(line) - {"log_level"} <= ALLOWED


async def test_what_is_written_of_a_delivered_one_teaches_nothing(world):
    await world.planned()
    await world.at(NINE)
    await world.deliver(EMAIL)
    await world.receipt(world.fakes[EMAIL].sent[0], Status.DELIVERED, EMAIL, reason="bounced")
    assert {row.state for row in await world.rows("SELECT state FROM contact_point")} == {"active"}


async def test_all_that_one_pass_brings_is_acted_on(world):
    await world.planned()
    await world.planned(a_member(phones=(phone(OTHER_NUMBER),), emails=(Email("bo@example.org"),)), subject="M-2")
    await world.at(NINE)
    await world.deliver(SMS, EMAIL)
    for channel in (SMS, EMAIL):
        for message in world.fakes[channel].sent:
            reason = "litigator_blocked" if channel is SMS else "dropped"
            await world.receipt(message, UNDELIVERED, channel, reason=reason)
    states = await world.rows("SELECT kind, state FROM contact_point ORDER BY kind")
    assert states == [("email", "bounced")] * 2 + [("phone", "active")] * 2
