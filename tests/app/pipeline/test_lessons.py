from app.pipeline.lessons import rules_of
from channels.reasons import REASONS, Then
from channels.signals import Status
from tests.app.pipeline.world import EMAIL, NINE, SMS, VOICE

UNDELIVERED = Status.UNDELIVERED


def test_receipts_are_applied_by_the_table_of_reasons_and_by_what_providers_can(world):
    rules = rules_of(world.services.providers)
    assert {name for name, _, _ in rules.again} == {name for name, one in REASONS.items() if one.then is Then.AGAIN}
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


async def test_what_is_written_of_a_delivered_one_teaches_nothing(world):
    await world.planned()
    await world.at(NINE)
    await world.deliver(EMAIL)
    await world.receipt(world.fakes[EMAIL].sent[0], Status.DELIVERED, EMAIL, reason="bounced")
    assert {row.state for row in await world.rows("SELECT state FROM contact_point")} == {"active"}


async def test_all_that_one_pass_brings_is_acted_on(world):
    await world.planned()
    await world.planned(subject="M-2")
    await world.at(NINE)
    await world.deliver(SMS, EMAIL)
    for channel in (SMS, EMAIL):
        for message in world.fakes[channel].sent:
            reason = "litigator_blocked" if channel is SMS else "dropped"
            await world.receipt(message, UNDELIVERED, channel, reason=reason)
    states = await world.rows("SELECT kind, state FROM contact_point ORDER BY kind")
    assert states == [("email", "bounced")] * 2 + [("phone", "active")] * 2
