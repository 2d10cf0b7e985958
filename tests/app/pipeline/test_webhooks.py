import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from app.pipeline.webhooks import AT_ONCE, Webhooks, tell
from app.rules.facts import Consent
from app.rules.webhooks import EVENTS, MOST, BadWebhook, signed
from channels.signals import Status
from tests.app.pipeline.world import ADDRESS, NUMBER, SMS, a_member

HERE, THERE = "http://127.0.0.1:9000/here", "http://127.0.0.1:9000/there"
SENT_AT = datetime(2026, 11, 2, 20, tzinfo=UTC)


class County:
    """The receivers: what each was sent, and what it answers."""

    def __init__(self):
        self.heard, self.answers, self.at_once, self.most = [], {}, 0, 0

    async def post(self, url, headers, body):
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        self.heard.append((url, headers, body))
        answer = self.answers.get(url, 200)
        return await answer() if callable(answer) else answer

    @property
    def bodies(self):
        return [json.loads(body) for _, _, body in self.heard]

    @property
    def urls(self):
        return [url for url, _, _ in self.heard]


@pytest.fixture
def county():
    return County()


@pytest.fixture
def hooks(world, county):
    return Webhooks(world.services.database, post=county.post, live=False, machine_now=lambda: SENT_AT)


async def told(world, event="member.replied", times=1, **data):
    async with world.services.database.transaction(world.agency.id) as tx:
        for number in range(times):
            await tell(tx, world.agency.id, event, {"number": number, **data})


async def pauses_pass(world):
    await world.rows("UPDATE webhook_call SET due_at = now() WHERE due_at IS NOT NULL")


async def calls(world):
    return await world.rows("SELECT tries, last_status, due_at, done_at FROM webhook_call ORDER BY id")


async def test_an_event_is_told_signed_to_whoever_wants_it(world, hooks, county):
    made = await hooks.add(world.agency.id, HERE, ["member.replied"])
    await hooks.add(world.agency.id, THERE, ["contact.bounced"])
    await told(world, member_refs=["M-1"])
    assert await hooks.run() == 1
    [(url, headers, body)] = county.heard
    said = json.loads(body)
    assert (url, said["type"], said["data"]) == (HERE, "member.replied", {"number": 0, "member_refs": ["M-1"]})
    assert said["timestamp"].endswith("Z")
    id_ = headers["webhook-id"]
    expected = {"content-type": "application/json", **signed(made["secret"], id_, int(SENT_AT.timestamp()), body)}
    assert headers == expected
    assert await hooks.run() == 0


async def test_what_is_rolled_back_is_told_to_nobody(world, hooks, county):
    await hooks.add(world.agency.id, HERE, EVENTS)

    async def say_and_fail():
        async with world.services.database.transaction(world.agency.id) as tx:
            await tell(tx, world.agency.id, "member.replied", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await say_and_fail()
    assert await hooks.run() == 0


async def test_nothing_is_written_where_nobody_wants_to_hear(world):
    await told(world)
    await world.sent()
    assert await calls(world) == []


async def test_addresses_secrets_and_bodies_are_sealed(world, hooks):
    await hooks.add(world.agency.id, HERE, EVENTS)
    await told(world, address=NUMBER)
    kept = [str(row) for row in await world.rows("SELECT w::text, c::text FROM webhook w, webhook_call c")]
    assert not [
        text for text in kept for part in (HERE, NUMBER, "whsec_") if part.encode().hex() in text or part in text
    ]


async def test_what_is_not_taken_comes_again_later_under_the_same_id(world, hooks, county):
    await hooks.add(world.agency.id, HERE, EVENTS)
    await told(world)
    county.answers[HERE] = 503
    assert await hooks.run() == 1
    [call] = await calls(world)
    assert (call.tries, call.last_status, call.done_at) == (1, 503, None)
    [one] = await hooks.every(world.agency.id)
    assert one["failing_since"] is not None
    county.answers[HERE] = 204
    await pauses_pass(world)
    assert await hooks.run() == 1
    [call] = await calls(world)
    assert (call.tries, call.last_status, call.due_at) == (2, 204, None)
    assert len({headers["webhook-id"] for _, headers, _ in county.heard}) == 1
    [one] = await hooks.every(world.agency.id)
    assert (one["failing_since"], one["waiting"]) == (None, 0)


async def test_after_ten_tries_it_is_given_up(world, hooks, county):
    await hooks.add(world.agency.id, HERE, EVENTS)
    await told(world)
    county.answers[HERE] = 500
    for _ in range(12):
        await hooks.run()
        await pauses_pass(world)
    [call] = await calls(world)
    assert (call.tries, call.due_at, call.last_status) == (10, None, 500)
    assert call.done_at is not None


async def test_a_receiver_that_fails_is_asked_one_call_at_a_time(world, hooks, county):
    await hooks.add(world.agency.id, HERE, EVENTS)
    county.answers[HERE] = 500
    await told(world)
    await hooks.run()
    await told(world, times=4)
    county.heard.clear()
    await hooks._round()  # noqa: SLF001  (one round of many)
    assert len(county.heard) == 1


async def test_who_says_gone_is_not_called_any_more(world, hooks, county):
    await hooks.add(world.agency.id, HERE, EVENTS)
    await told(world, times=30)
    county.answers[HERE] = 410
    await hooks.run()
    [one] = await hooks.every(world.agency.id)
    assert (one["disabled_because"], one["waiting"]) == ("gone", 0)
    await told(world)
    county.heard.clear()
    assert await hooks.run() == 0


async def test_who_takes_nothing_for_five_days_is_not_called_any_more(world, hooks, county):
    await hooks.add(world.agency.id, HERE, EVENTS)
    await told(world)
    county.answers[HERE] = 500
    await hooks.run()
    await world.rows("UPDATE webhook SET failing_since = now() - interval '5 days'")
    await pauses_pass(world)
    await hooks.run()
    [one] = await hooks.every(world.agency.id)
    assert one["disabled_because"] == "failing"
    found = await world.services.checkup.everything()
    [finding] = [row for row in found if "webhook" in row.subject]
    assert finding.wrong
    assert "took nothing for five days" in finding.what


async def test_a_receiver_that_does_not_answer_holds_up_no_other(world, hooks, county):
    await hooks.add(world.agency.id, HERE, ["member.replied"])
    await hooks.add(world.agency.id, THERE, ["contact.bounced"])
    asked, answered = asyncio.Event(), asyncio.Event()

    async def slow():
        asked.set()
        await answered.wait()
        return 0

    county.answers[HERE] = slow
    await told(world, times=20)
    first = asyncio.create_task(hooks.run())
    await asked.wait()
    await told(world, "contact.bounced", times=3)
    assert await hooks.run() == 3
    assert set(county.urls[AT_ONCE:]) == {THERE}
    answered.set()
    assert await first > 0
    left = [call for call in await calls(world) if call.tries == 0]
    assert len(left) == 20 - len([url for url in county.urls if url == HERE])


async def test_few_calls_are_under_way_to_one_receiver(world, hooks, county):
    await hooks.add(world.agency.id, HERE, EVENTS)
    await told(world, times=45)
    assert await hooks.run() == 45
    assert county.most <= AT_ONCE


async def test_what_a_dead_process_took_comes_back(world, hooks, county):
    await hooks.add(world.agency.id, HERE, EVENTS)
    await told(world)

    async def die():
        raise asyncio.CancelledError

    county.answers[HERE] = die
    with pytest.raises(asyncio.CancelledError):
        await hooks.run()
    county.answers.clear()
    assert await hooks.run() == 0
    await pauses_pass(world)
    assert await hooks.run() == 1


async def test_a_call_that_fails_in_an_unheard_of_way_has_had_its_try(world, hooks, county):
    await hooks.add(world.agency.id, HERE, EVENTS)
    await told(world)

    async def fail():
        raise ZeroDivisionError

    county.answers[HERE] = fail
    assert await hooks.run() == 1
    [call] = await calls(world)
    assert (call.tries, call.last_status) == (1, 0)


async def test_a_webhook_that_is_deleted_takes_what_waits_with_it(world, hooks):
    made = await hooks.add(world.agency.id, HERE, EVENTS)
    await told(world)
    assert await hooks.remove(world.agency.id, made["id"])
    assert not await hooks.remove(world.agency.id, made["id"])
    assert await calls(world) == []


async def test_an_agency_has_not_too_many(world, hooks):
    made = [await hooks.add(world.agency.id, HERE, EVENTS) for _ in range(MOST + 1)]
    assert isinstance(made[-1], BadWebhook)
    assert isinstance(await hooks.add(world.agency.id, "ftp://x", EVENTS), BadWebhook)


async def test_calls_that_ended_are_kept_for_a_month(world, hooks):
    await hooks.add(world.agency.id, HERE, EVENTS)
    await told(world, times=2)
    await hooks.run()
    await world.rows("UPDATE webhook_call SET done_at = now() - interval '31 days' WHERE body_sealed IS NOT NULL")
    await told(world)
    await hooks.run()
    await world.services.upkeep.sweep()
    assert len(await calls(world)) == 1


# --- what is told ---------------------------------------------------------------------------------


async def test_a_stop_is_told_with_whose_and_where(world, hooks, county):
    await hooks.add(world.agency.id, HERE, ["consent.revoked"])
    await world.tell(a_member(), subject="M-1")
    await world.tell(a_member(), subject="M-2")
    await world.texts_us("STOP")
    await hooks.run()
    [said] = county.bodies
    assert {**said["data"], "at": ""} == {
        "member_refs": ["M-1", "M-2"], "channels": ["sms", "voice"], "address": NUMBER, "purpose": "renewal",
        "basis": "text_stop", "source": "member", "at": "",
    }  # fmt: skip


async def test_what_the_county_says_itself_is_not_told_back(world, hooks, county):
    await hooks.add(world.agency.id, HERE, EVENTS)
    await world.tell(a_member(), Consent(SMS, granted=False))
    await hooks.run()
    assert county.heard == []


async def test_an_address_that_fails_is_told_once(world, hooks, county):
    await hooks.add(world.agency.id, HERE, ["contact.bounced"])
    await world.tell(a_member())
    [point] = await world.rows("SELECT id FROM contact_point WHERE kind = 'email'")
    for _ in range(2):
        async with world.services.database.transaction(None) as tx:
            await world.services.consents.addresses_fail(tx, [point.id])
    await hooks.run()
    [said] = county.bodies
    assert {**said["data"], "at": ""} == {"kind": "email", "address": ADDRESS, "member_ref": "M-1", "at": ""}


async def test_each_message_that_was_delivered_is_told(world, hooks, county):
    await hooks.add(world.agency.id, HERE, ["message.delivered"])
    message = await world.sent()
    for _ in range(2):
        await world.receipt(message, Status.DELIVERED)
    await hooks.run()
    [said] = county.bodies
    row = await world.message(SMS)
    told_ = {name: said["data"][name] for name in ("message_id", "member_ref", "channel", "kind", "language")}
    assert told_ == {
        "message_id": str(row.id), "member_ref": "M-1", "channel": "sms", "kind": "reminder", "language": "es",
    }  # fmt: skip


async def test_another_agencys_receiver_hears_nothing(world, hooks, county):
    other = await world.services.tenancy.add(OTHER)
    await hooks.add(other.id, HERE, EVENTS)
    message = await world.sent()
    await world.receipt(message, Status.DELIVERED)
    await world.texts_us("STOP")
    await hooks.run()
    assert county.heard == []


OTHER = """
code = "fresno"
name = "Fresno County"
county_code = "10"
phone = "+18002819798"
[senders]
sms = "+15595550100"
"""


async def test_a_late_pause_is_a_pause(world, hooks, county):
    await hooks.add(world.agency.id, HERE, EVENTS)
    await told(world)
    county.answers[HERE] = 500
    await hooks.run()
    [call] = await world.rows("SELECT due_at - now() AS waits FROM webhook_call")
    assert timedelta(0) < call.waits <= timedelta(seconds=5)
