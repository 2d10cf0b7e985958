import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.pipeline.delivery import Delivery
from app.rules.facts import Email
from channels.contract import Accepted, Refused, TryLater, Unclear
from tests.app.pipeline.world import (
    DEADLINE,
    EMAIL,
    NINE,
    NUMBER,
    OTHER_NUMBER,
    SMS,
    TEN,
    VOICE,
    a_member,
    an_event,
    phone,
    yes,
)
from tests.conftest import AGENCY

NIGHT = datetime(2026, 12, 2, 4, 30, tzinfo=UTC)
"""Half past eight in the evening in Los Angeles, when texts may no longer go out."""
SLOW = 'UPDATE agency SET profile = profile || \'{"rates": {"sms_segments_per_second": 0.5}}\''
"""A lane that became slow after all was planned: planning paces by the rate it knows."""
NEXT_MORNING, MINUTE = NINE + timedelta(days=1), timedelta(minutes=1)


async def many_planned(world, count):
    numbers = [f"+1714555{1000 + at}" for at in range(count)]
    await world.apply(*(an_event(a_member(phones=(phone(number),), emails=()), f"M-{number}") for number in numbers))
    await world.plan()
    await world.at(NINE)
    return numbers


async def test_the_intent_is_committed_before_the_provider_is_called(world):
    seen = []

    async def look():
        seen.append((await world.end(SMS), await world.attempts()))

    world.fakes[SMS].meanwhile = look
    await world.sent()
    assert seen == [("sending", ["intended"])]
    assert (await world.end(SMS), await world.attempts()) == ("sent", ["accepted"])


async def test_what_is_not_written_within_fifteen_seconds_of_the_boot_clock_is_not_written_at_all(world):
    built = world.services
    await world.planned()
    await world.at(NINE)
    delivery = Delivery(
        built.database, built.providers, wording=built.wording, consents=built.consents,
        ladders=built.ladders, almanac=built.almanac, public_url="", paced=False, boot_clock=lambda: 100.0,
    )  # fmt: skip
    await delivery.lane(world.agency.id, SMS)
    assert world.fakes[SMS].not_after == 115.0


async def test_nothing_is_sent_before_it_is_due(world):
    await world.planned()
    await world.at(NINE - MINUTE)
    assert await world.deliver() == 0
    await world.at(NINE)
    assert await world.deliver() == 2
    await world.at(TEN)
    assert await world.deliver() == 1


async def test_concurrent_deliveries_of_a_lane_never_send_a_message_twice(world, monkeypatch):
    monkeypatch.setattr("app.pipeline.delivery.BATCH", 7)
    numbers = await many_planned(world, 60)
    world.fakes[SMS].alone = False
    lanes = [world.services.delivery.lane(world.agency.id, SMS) for _ in range(4)]
    assert sum(await asyncio.gather(*lanes)) == 60
    assert sorted(world.fakes[SMS].numbers) == numbers
    assert await world.attempts() == ["accepted"] * 60


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("UPDATE renewal SET status = 'renewed'", "renewed"),
        ("UPDATE member SET status = 'deceased'", "member_deceased"),
        ("UPDATE consent_state SET granted = false", "opted_out"),
        ("UPDATE contact_point SET state = 'wrong_person'", "contact_wrong_person"),
    ],
)
async def test_what_came_between_planning_and_the_claim_wins(world, change, reason):
    await world.planned()
    await world.rows(change)
    await world.at(NINE)
    await world.deliver(SMS)
    assert world.fakes[SMS].sent == []
    assert await world.end(SMS) == f"canceled {reason}"


async def test_a_reminder_whose_number_is_being_replaced_waits_for_planning(world):
    await world.planned()
    await world.tell(a_member(phones=(phone(OTHER_NUMBER),)))
    await world.at(NINE)
    await world.deliver(SMS)
    assert await world.end(SMS) == "planned"
    await world.plan()
    await world.deliver(SMS)
    assert world.fakes[SMS].numbers == [OTHER_NUMBER]


async def test_outside_its_window_a_reminder_waits_for_the_next_opening(world):
    await world.planned()
    await world.at(NIGHT)
    assert await world.deliver(SMS) == 0
    assert (await world.message(SMS)).due_at == NEXT_MORNING
    await world.at(NEXT_MORNING)
    assert await world.deliver(SMS) == 1


async def test_each_zone_has_its_own_window(world):
    await world.planned(a_member(phones=(phone("+12125550002"),)))
    await world.planned(subject="M-2")
    await world.at(NIGHT - timedelta(hours=3))  # 17:30 in Los Angeles, 20:30 in New York
    await world.deliver(SMS)
    assert world.fakes[SMS].numbers == [NUMBER]


async def test_who_may_be_in_two_zones_is_written_to_while_both_are_open(world):
    await world.planned()
    await world.rows("UPDATE message SET place = 'America/Los_Angeles|America/New_York;CA|NY'")
    await world.at(NIGHT - timedelta(hours=3))
    assert await world.deliver(SMS) == 0
    assert (await world.message(SMS)).due_at == NEXT_MORNING
    await world.at(NEXT_MORNING)
    await world.deliver(SMS)
    closes = NEXT_MORNING + timedelta(hours=8)  # eight in the evening in New York
    assert NEXT_MORNING + world.fakes[SMS].sent[0].valid_for <= closes


async def test_on_a_day_that_the_agency_is_closed_nothing_leaves(world):
    await world.planned()
    await world.services.tenancy.add(AGENCY.replace("[senders]", 'closures = ["2026-12-01"]\n[senders]'))
    await world.at(NINE)
    assert await world.deliver() == 0
    assert (await world.message(SMS)).due_at == NEXT_MORNING


async def test_whoever_was_to_be_told_by_a_message_that_ends_is_planned_anew(world):
    await world.planned()
    await world.planned(subject="M-2")
    lead, other = [row for row in await world.messages() if row.channel == SMS]
    await world.rows(
        "UPDATE message SET status = 'skipped', reason = 'household', bundled_into = %(lead)s WHERE id = %(other)s",
        lead=lead.id, other=other.id,
    )  # fmt: skip
    await world.rows("UPDATE renewal SET status = 'renewed' WHERE id = %(id)s", id=lead.renewal_id)
    await world.rows("DELETE FROM procrastinate_jobs")
    await world.at(NINE)
    await world.deliver(SMS)
    assert [row.renewal_id for row in await world.rows("SELECT renewal_id FROM replan")] == [other.renewal_id]
    jobs = await world.rows("SELECT task_name FROM procrastinate_jobs ORDER BY id DESC LIMIT 1")
    assert [job.task_name for job in jobs] == ["plan"]


async def test_a_reminder_that_cannot_go_before_its_deadline_ends_as_expired(world):
    await world.planned()
    await world.at(DEADLINE - timedelta(hours=2))
    await world.deliver(SMS)
    assert await world.end(SMS) == "expired deadline_passed"


async def test_a_reminder_that_is_claimed_after_its_deadline_ends_as_expired(world):
    await world.planned()
    await world.at(DEADLINE + timedelta(hours=12))
    await world.deliver(SMS)
    assert (world.fakes[SMS].sent, await world.end(SMS)) == ([], "expired deadline_passed")


async def test_replies_go_out_at_night_and_reminders_do_not(world):
    await world.planned()
    await world.at(NIGHT)
    await world.texts_us("HELP")
    assert await world.deliver(SMS) == 1
    assert await world.end(SMS) == "planned"


async def test_replies_go_before_reminders(world):
    await many_planned(world, 3)
    await world.texts_us("HELP", sender="+17145550009")
    await world.deliver(SMS)
    assert world.fakes[SMS].numbers[0] == "+17145550009"
    assert len(world.fakes[SMS].sent) == 4


async def test_what_surely_was_not_sent_is_tried_again_later_and_later(world):
    world.fakes[SMS].answer = lambda _: TryLater("busy", "429")
    await world.sent()
    first = (await world.message(SMS)).due_at
    assert await world.end(SMS) == "planned busy"
    assert timedelta(seconds=30) <= first - NINE < timedelta(seconds=40)
    await world.at(first)
    await world.deliver(SMS)
    second = (await world.message(SMS)).due_at
    assert timedelta(seconds=60) <= second - first < timedelta(seconds=70)
    world.fakes[SMS].answer = lambda _: TryLater("busy", after=timedelta(hours=1))  # the provider asks for more
    await world.at(second)
    await world.deliver(SMS)
    assert (await world.message(SMS)).due_at >= TEN
    assert await world.attempts() == ["rejected"] * 3


async def test_after_waiting_it_goes_out_and_the_reason_is_gone(world):
    world.fakes[SMS].answer = lambda _: TryLater("busy")
    await world.sent()
    world.fakes[SMS].answer = lambda _: Accepted("P-1", 1)
    await world.at(NINE + MINUTE)
    await world.deliver(SMS)
    assert await world.end(SMS) == "sent"
    assert [row.number for row in await world.rows("SELECT number FROM attempt ORDER BY id")] == [1, 2]


async def test_a_refused_text_fails_and_a_bad_number_is_not_used_again(world):
    await world.planned(a_member(phones=(phone(rank=1), phone(OTHER_NUMBER, rank=2))))
    world.fakes[SMS].answer = lambda _: Refused("bad_address", "21211")
    await world.at(NINE)
    await world.deliver(SMS)
    assert await world.end(SMS) == "failed bad_address"
    await world.plan()
    await world.at(TEN)
    await world.deliver(SMS, VOICE)
    assert await world.end(SMS) == "failed bad_address"  # one reminder a step and channel, whatever became of it
    assert world.fakes[VOICE].numbers == [OTHER_NUMBER]


async def test_a_bad_number_without_another_takes_the_call_along(world):
    world.fakes[SMS].answer = lambda _: Refused("bad_address")
    await world.sent()
    await world.plan()
    assert await world.end(VOICE) == "canceled contact_bounced"


async def test_a_stop_that_the_carrier_holds_is_written_into_the_ledger(world):
    world.fakes[SMS].answer = lambda _: Refused("opted_out", "21610")
    await world.sent()
    assert await world.ends() == {"sms": "failed opted_out", "email": "planned", "voice": "canceled opted_out"}
    lines = await world.rows("SELECT channel, granted, basis, source FROM consent WHERE NOT granted ORDER BY channel")
    assert lines == [("sms", False, "carrier", "provider"), ("voice", False, "carrier", "provider")]


async def test_an_unclear_send_stays_open_and_is_never_sent_again_blindly(world):
    world.fakes[SMS].answer = lambda _: Unclear("time-out")
    await world.sent()
    await world.at(NINE + timedelta(days=1))
    await world.deliver(SMS)
    assert (await world.end(SMS), await world.attempts()) == ("sending", ["unclear"])
    assert len(world.fakes[SMS].sent) == 1


async def test_segments_and_cost_are_recorded(world):
    world.fakes[SMS].answer = lambda _: Accepted("P-1", 3)
    await world.sent()
    row = await world.message(SMS)
    assert (row.segments, float(row.cost), row.provider) == (3, pytest.approx(3 * 0.0083), "fake-sms")
    assert row.handed_at - NINE < MINUTE


async def test_a_lane_sends_no_faster_than_its_rate(world):
    await many_planned(world, 8)
    await world.rows(SLOW)
    assert await world.deliver(SMS) == 5
    assert await world.deliver(SMS) == 0
    await world.rows("UPDATE rate_limit SET taken_until = taken_until - interval '20 s'")
    assert await world.deliver(SMS) == 3


async def test_what_may_not_leave_uses_up_nothing_of_the_rate(world):
    await many_planned(world, 8)
    await world.rows(SLOW)
    await world.rows("UPDATE renewal SET status = 'renewed' WHERE id IN (SELECT id FROM renewal ORDER BY id LIMIT 4)")
    assert await world.deliver(SMS) == 4


async def test_long_texts_use_up_more_of_the_rate(world):
    world.fakes[SMS].answer = lambda _: Accepted("P", 3)
    await many_planned(world, 5)
    await world.rows(SLOW)
    await world.deliver(SMS)
    [limit] = await world.rows("SELECT extract(epoch FROM taken_until - now()) AS ahead FROM rate_limit")
    assert float(limit.ahead) == pytest.approx(5 * 3 / 0.5, abs=5)


async def test_an_adapter_that_breaks_leaves_its_attempts_to_upkeep(world):
    def broken(_):
        raise RuntimeError

    world.fakes[SMS].answer = broken
    await world.sent()
    assert (await world.end(SMS), await world.attempts()) == ("sending", ["unclear"])
    await world.at(NINE + timedelta(minutes=11))
    await world.services.upkeep.run()
    assert await world.attempts() == ["unclear"]
    assert len(world.fakes[SMS].asked) == 1


async def test_a_sender_that_wakes_too_late_disturbs_nothing(world):
    """Its attempt was proven absent and another one is open: what it has to say is of no interest any more."""

    async def asleep():
        world.fakes[SMS].meanwhile = None
        await world.rows("UPDATE attempt SET state = 'absent'")
        await world.rows("UPDATE message SET status = 'planned' WHERE status = 'sending'")
        world.fakes[SMS].answer = lambda _: Unclear("time-out")
        await world.services.delivery.lane(world.agency.id, SMS)
        world.fakes[SMS].answer = lambda _: TryLater("deadline")

    world.fakes[SMS].meanwhile = asleep
    await world.sent()
    assert (await world.end(SMS), await world.attempts()) == ("sending", ["absent", "unclear"])


async def test_a_text_is_valid_at_the_provider_until_its_window_closes(world):
    await world.planned()
    await world.at(NIGHT - timedelta(hours=1))  # 19:30
    await world.deliver(SMS)
    assert timedelta(minutes=29) < world.fakes[SMS].sent[0].valid_for <= timedelta(minutes=30)


async def test_a_batch_of_e_mails_is_sent_template_by_template(world):
    for at, language in enumerate(["es", "en", "es", "en"]):
        facts = a_member(language_written=language, emails=(Email(f"a{at}@example.org"),), consents=yes(EMAIL))
        await world.planned(facts, subject=f"M-{at}")
    await world.at(NINE)
    await world.deliver(EMAIL)
    assert "".join(message.language for message in world.fakes[EMAIL].sent) in ("eneneses", "esesenen")


async def test_an_agency_that_lost_its_sender_sends_nothing_until_it_has_one(world):
    await world.planned()
    assert await world.services.delivery.lane(UUID(int=7), SMS) == 0  # nor does an agency that we do not know
    await world.rows("UPDATE agency SET profile = profile #- '{senders,sms}'")
    await world.at(NINE)
    assert await world.deliver(SMS) == 0
    assert await world.end(SMS) == "planned"


async def test_a_lane_that_is_told_to_claim_no_more_sends_and_records_what_it_has(world, monkeypatch):
    def told(message):
        world.services.delivery.claims = False
        return Accepted(f"SM{message.reference}")

    world.fakes[SMS].alone = False
    monkeypatch.setattr("app.pipeline.delivery.BATCH", 2)
    world.fakes[SMS].answer = told
    await many_planned(world, 5)
    await world.deliver(SMS)
    rows = await world.rows("SELECT status, count(*) AS n FROM message WHERE channel = 'sms' GROUP BY 1 ORDER BY 1")
    assert [(row.status, row.n) for row in rows] == [("planned", 1), ("sent", 4)]  # two batches are under way at once
    assert await world.deliver(SMS) == 0
