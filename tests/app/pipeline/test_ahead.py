from dataclasses import replace
from datetime import timedelta

import pytest

from app.rules.facts import Email
from channels.contract import Absent, Present, TryLater, Unclear
from channels.signals import Status
from tests.app.pipeline.holding import HALF_PAST_EIGHT, MINUTE, QUARTER, hand_over, held, holding
from tests.app.pipeline.test_delivery import many_planned
from tests.app.pipeline.world import DEADLINE, EMAIL, NINE, SMS, TEN, VOICE, a_member, an_event, phone, yes


async def attempt(world):
    [row] = await world.rows("SELECT * FROM attempt")
    return row


async def test_a_text_is_handed_over_half_an_hour_ahead_and_leaves_at_its_time(world):
    text = await held(world)
    row, message = await attempt(world), await world.message(SMS)
    assert (message.status, message.reason, message.handed_at, row.send_at) == ("sent", None, NINE, NINE)
    gap = row.intended_on_machine - row.intended_at
    assert text.send_at == NINE + gap
    assert text.valid_for == timedelta(hours=11)


async def test_it_is_not_sent_a_second_time_when_its_time_comes(world):
    await held(world)
    await world.at(NINE)
    assert (await hand_over(world, at=NINE), await world.deliver(SMS), len(world.fakes[SMS].sent)) == ([0], 0, 1)


async def test_a_receipt_after_its_time_says_that_it_arrived(world):
    text = await held(world)
    await world.at(NINE + MINUTE)
    await world.receipt(text, Status.DELIVERED)
    message = await world.message(SMS)
    assert (message.status, message.seconds) == ("delivered", 0)


async def test_who_did_not_ask_for_it_is_served_at_the_time_itself(world):
    await holding(world, minutes=0)
    await world.planned()
    assert await hand_over(world, SMS, EMAIL) == [0, 0]
    assert await world.services.dispatch.ahead() == []


@pytest.mark.parametrize(
    "lacks", [{"can_schedule": False}, {"can_cancel": False}, {"schedules_from": ("MG",)}], ids=["hold", "cancel", "MG"]
)
async def test_a_provider_that_cannot_hold_it_gets_it_at_its_time(world, lacks):
    await holding(world)
    await world.planned()
    world.fakes[SMS].capabilities = replace(world.fakes[SMS].capabilities, **lacks)
    assert await hand_over(world) == [0]
    await world.at(NINE)
    assert await world.deliver(SMS) == 1
    assert world.fakes[SMS].sent[-1].send_at is None


@pytest.mark.parametrize(("before", "tried"), [(61 * MINUTE, 0), (60 * MINUTE, 1), (17 * MINUTE, 1), (QUARTER, 0)])
async def test_it_is_handed_over_within_the_agencys_time_and_not_nearer_than_the_provider_takes_it(
    world, before, tried
):
    await holding(world)
    await world.planned()
    assert await hand_over(world, at=NINE - before) == [tried]


async def test_a_call_is_never_handed_over_ahead(world):
    await holding(world)
    await world.planned()
    world.fakes[VOICE].capabilities = replace(world.fakes[VOICE].capabilities, can_schedule=True, can_cancel=True)
    assert await hand_over(world, VOICE, at=TEN - 2 * QUARTER) == [0]
    assert await world.services.dispatch.ahead() == []


async def test_the_rules_are_asked_for_the_moment_at_which_it_leaves(world):
    until = NINE - MINUTE
    consents = tuple(replace(one, until=until) for one in yes(SMS))
    await holding(world)
    await world.planned(a_member(emails=(), consents=consents))
    assert await hand_over(world) == [0]
    assert await world.end(SMS) == "canceled consent_expired"


async def test_what_is_due_while_its_place_is_closed_waits_for_its_time(world):
    await holding(world)
    await world.planned()
    await world.rows("UPDATE message SET due_at = %(at)s", at=NINE - 5 * MINUTE)
    assert await hand_over(world) == [0]
    assert await world.end(SMS) == "planned"


async def test_texts_due_within_one_minute_leave_together_at_its_end(world):
    await holding(world)
    await many_planned(world, 5)
    await world.rows("UPDATE message SET due_at = due_at + random() * interval '50 s' + interval '1 s'")
    assert await hand_over(world) == [5]
    rows = await world.rows("SELECT DISTINCT send_at FROM attempt")
    assert [row.send_at for row in rows] == [NINE + MINUTE]


async def test_minute_after_minute_is_handed_over_in_one_go(world):
    await holding(world)
    await many_planned(world, 5)
    await world.rows("""
        UPDATE message m SET due_at = due_at + n.n * interval '3 min'
          FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM message WHERE channel = 'sms') n WHERE n.id = m.id
    """)
    assert await hand_over(world) == [5]
    rows = await world.rows("SELECT send_at FROM attempt ORDER BY send_at")
    assert [row.send_at for row in rows] == [NINE + at * 3 * MINUTE for at in range(1, 6)]


async def test_mail_goes_under_fences_of_a_hundred_at_most(world, monkeypatch):
    monkeypatch.setattr("app.pipeline.ahead.UNDER_ONE_FENCE", 2)
    await holding(world)
    facts = [a_member(phones=(), emails=(Email(f"ana+{at}@example.org"),)) for at in range(5)]
    await world.apply(*(an_event(one, f"M-{at}") for at, one in enumerate(facts)))
    await world.plan()
    assert await hand_over(world, EMAIL) == [5]
    rows = await world.rows("SELECT count(*) AS n FROM attempt GROUP BY fence ORDER BY n")
    assert [row.n for row in rows] == [1, 2, 2]
    assert {mail.fence for mail in world.fakes[EMAIL].sent} == {"fence-1", "fence-2", "fence-3"}


async def test_without_a_fence_mail_that_needs_one_leaves_at_its_own_time(world):
    await holding(world)
    world.fakes[EMAIL].fences = []
    await world.planned()
    assert await hand_over(world, EMAIL) == [0]
    await world.at(NINE)
    assert await world.deliver(EMAIL) == 1


async def test_what_the_provider_did_not_take_goes_at_its_own_time_and_not_ahead_again(world):
    await holding(world)
    await world.planned()
    world.fakes[SMS].answer = lambda _: TryLater("send_time_refused")
    assert await hand_over(world) == [1]
    assert ((await world.message(SMS)).due_at, await world.end(SMS)) == (NINE, "planned send_time_refused")
    assert await hand_over(world, at=HALF_PAST_EIGHT + MINUTE) == [0]


async def test_what_is_unclear_is_looked_up_once_the_provider_would_refuse_it(world):
    await holding(world)
    await world.planned(a_member(emails=()))
    world.fakes[SMS].answer = lambda _: Unclear("500")
    await hand_over(world)
    await world.at(NINE - QUARTER)
    await world.services.upkeep.run()
    assert world.fakes[SMS].asked == []
    world.fakes[SMS].found = lambda _: Present("P-1")
    await world.at(NINE - QUARTER + MINUTE)
    await world.services.upkeep.run()
    assert await world.end(SMS) == "sent"


async def test_what_never_arrived_at_the_provider_is_sent_again(world):
    await holding(world)
    await world.planned(a_member(emails=()))
    world.fakes[SMS].answer = lambda _: Unclear("500")
    await hand_over(world)
    world.fakes[SMS].found = lambda _: Absent()
    for minutes in (14, 8):
        await world.at(NINE - minutes * MINUTE)
        await world.services.upkeep.run()
    assert (await world.end(SMS), await world.attempts()) == ("planned", ["absent"])
    assert (await world.message(SMS)).due_at == NINE


async def test_no_word_is_counted_from_the_time_of_leaving(world):
    await held(world)
    await world.machine_time_passes()
    await world.at(NINE + timedelta(days=3) - MINUTE)
    await world.services.upkeep.run()
    assert await world.end(SMS) == "sent"
    await world.at(NINE + timedelta(days=3) + MINUTE)
    await world.services.upkeep.run()
    assert await world.end(SMS) == "unknown no_word"


async def test_it_may_wait_at_the_provider_from_its_time_to_its_deadline(world):
    await holding(world)
    await world.planned(a_member(phones=(phone(),), emails=()))
    deadline = NINE + QUARTER
    await world.rows("UPDATE message SET deadline_at = %(at)s WHERE channel = 'sms'", at=deadline)
    assert await hand_over(world) == [1]
    assert world.fakes[SMS].sent[-1].valid_for == QUARTER
    assert deadline < DEADLINE


async def test_the_clock_rings_for_lanes_that_hand_over_ahead(world):
    await holding(world)
    await world.planned(a_member(emails=()))
    await world.at(HALF_PAST_EIGHT)
    assert await world.services.dispatch.ahead() == [(world.agency.id, "sms")]
    assert await world.services.dispatch.wake() == 1


async def test_what_must_leave_before_its_minute_is_over_leaves_at_its_own_time(world):
    await holding(world)
    await world.planned(a_member(emails=()))
    due = NINE + 10 * timedelta(seconds=1)
    await world.rows("UPDATE message SET due_at = %(due)s, deadline_at = %(end)s WHERE channel = 'sms'",
                     due=due, end=due + timedelta(seconds=40))  # fmt: skip
    assert await hand_over(world) == [0]
    await world.at(due)
    assert await world.deliver(SMS) == 1


async def test_a_provider_that_gives_no_fence_is_not_asked_again_for_every_minute(world):
    await holding(world)
    await world.planned(a_member(phones=(), emails=(Email("ana@example.org"),)))
    await world.planned(a_member(phones=(), emails=(Email("bo@example.org"),)), subject="M-2")
    await world.rows("UPDATE message SET due_at = %(at)s WHERE id = (SELECT max(id::text)::uuid FROM message"
                     " WHERE channel = 'email' AND status = 'planned')", at=NINE + 5 * MINUTE)  # fmt: skip
    world.fakes[EMAIL].fences = ["", "fence-1"]
    assert await hand_over(world, EMAIL) == [0]
    assert world.fakes[EMAIL].fences == ["fence-1"]
