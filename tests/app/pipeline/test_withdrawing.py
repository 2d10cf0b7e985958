from datetime import timedelta

import pytest

from app.rules.facts import Consent, Email
from channels.contract import Absent, CannotSay, Handle, TooLate, Unclear
from channels.signals import Status
from tests.app.pipeline.holding import HALF_PAST_EIGHT, MINUTE, QUARTER, hand_over, held, holding
from tests.app.pipeline.test_intake import renewal
from tests.app.pipeline.world import EMAIL, NINE, OTHER_NUMBER, SMS, VOICE, a_member, an_event, phone, yes


async def withdrawn_at(world, moment=HALF_PAST_EIGHT + MINUTE):
    await world.at(moment)
    return await world.services.withdrawing.run()


async def marks(world):
    return [
        (row.withdraw_at is not None, row.withdraw_reason)
        for row in await world.rows("SELECT withdraw_at, withdraw_reason FROM attempt ORDER BY id")
    ]


async def test_who_is_renewed_is_not_sent_what_the_provider_holds(world):
    text = await held(world)
    await world.tell(renewal("renewed"))
    assert await withdrawn_at(world) == 1
    assert world.fakes[SMS].asked_back == [Handle(f"P-{text.code}")]
    message = await world.message(SMS)
    assert (message.status, message.reason, message.handed_at, message.cost) == ("canceled", "renewed", None, 0)
    assert await withdrawn_at(world) == 0


async def test_who_says_stop_is_not_sent_what_the_provider_holds(world):
    await held(world)
    await world.texts_us("STOP")
    await withdrawn_at(world)
    assert await world.end(SMS) == "canceled opted_out"


async def test_the_bell_rings_with_the_stop(world):
    await held(world)
    await world.tell(renewal("renewed"))
    jobs = await world.rows("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo'")
    assert "withdraw" in {job.task_name for job in jobs}


async def test_upkeep_finds_what_no_bell_rang_for(world):
    await held(world)
    await world.tell(renewal("renewed"))
    await world.services.upkeep.run()
    assert await world.end(SMS) == "canceled renewed"


async def test_who_still_is_to_be_reminded_is_left_alone(world):
    await held(world)
    await world.tell(renewal("packet_mailed"))
    assert (await withdrawn_at(world), await world.end(SMS)) == (0, "sent")


async def test_a_mind_that_changed_in_time_withdraws_nothing(world):
    await held(world)
    await world.tell(renewal("renewed"))
    await world.tell(renewal("restored"))
    assert (await withdrawn_at(world), await marks(world)) == (0, [(False, None)])


async def test_a_mind_that_changed_while_the_provider_was_asked_gets_the_reminder_after_all(world):
    await held(world)
    await world.tell(renewal("renewed"))
    world.fakes[SMS].meanwhile = lambda: world.tell(renewal("restored"))
    await withdrawn_at(world)
    world.fakes[SMS].meanwhile = None
    assert await world.end(SMS) == "planned"
    await world.at(NINE)
    await world.deliver(SMS)
    assert (await world.end(SMS), len(world.fakes[SMS].sent)) == ("sent", 2)


async def test_what_was_withdrawn_and_fits_again_is_planned_anew(world):
    await held(world)
    await world.tell(renewal("renewed"))
    await withdrawn_at(world)
    await world.tell(renewal("restored"))
    await world.plan()
    await world.at(NINE)
    await world.deliver(SMS)
    assert [row.status for row in await world.messages() if row.channel == SMS and row.tries] == ["canceled", "sent"]


async def test_who_was_to_be_told_by_the_same_text_is_planned_anew(world):
    await holding(world)
    family = [an_event(a_member(emails=(), consents=yes(SMS)), subject) for subject in ("M-1", "M-2")]
    await world.apply(*family)
    await world.plan()
    assert await hand_over(world) == [1]
    [other] = await world.rows("SELECT renewal_id, bundled_into FROM message WHERE bundled_into IS NOT NULL")
    await world.rows("UPDATE attempt SET withdraw_at = intended_at, withdraw_reason = 'renewed'")
    assert await withdrawn_at(world) == 1
    marked = {row.renewal_id for row in await world.rows("SELECT renewal_id FROM replan")}
    [leader] = await world.rows("SELECT renewal_id FROM message WHERE id = %(id)s", id=other.bundled_into)
    assert marked == {other.renewal_id, leader.renewal_id}


async def test_a_number_that_was_replaced_is_not_texted(world):
    await held(world)
    await world.tell(a_member(phones=(phone(OTHER_NUMBER),), emails=()))
    await withdrawn_at(world)
    await world.plan()
    await world.at(NINE)
    await world.deliver(SMS)
    assert world.fakes[SMS].numbers[1:] == [OTHER_NUMBER]


@pytest.mark.parametrize("said", ["delivered", "sending"])
async def test_what_could_not_be_had_back_is_reported_and_its_receipt_still_counts(world, said):
    text = await held(world)
    world.fakes[SMS].withdrawal = lambda _: TooLate(said)
    await world.tell(renewal("renewed"))
    await withdrawn_at(world)
    assert await world.end(SMS) == "sent in_flight_at_stop"
    await world.receipt(text, Status.DELIVERED)
    assert await world.end(SMS) == "delivered in_flight_at_stop"
    assert await marks(world) == [(False, "renewed")]


async def test_a_provider_that_cannot_say_is_asked_again_until_the_time_has_come(world):
    await held(world)
    world.fakes[SMS].withdrawal = lambda _: CannotSay("503")
    await world.tell(renewal("renewed"))
    for minutes in range(32):
        await withdrawn_at(world, HALF_PAST_EIGHT + minutes * MINUTE)
    assert 5 < len(world.fakes[SMS].asked_back) < 32
    assert await world.end(SMS) == "sent in_flight_at_stop"


async def test_an_adapter_that_breaks_its_word_holds_up_no_other(world):
    await held(world)
    world.fakes[SMS].withdrawal = lambda _: 1 / 0
    await world.tell(renewal("renewed"))
    assert await withdrawn_at(world) == 1
    assert (await world.end(SMS), await marks(world)) == ("sent", [(True, "renewed")])


async def test_a_receipt_that_says_canceled_confirms_it(world):
    text = await held(world)
    world.fakes[SMS].withdrawal = lambda _: CannotSay("no answer")
    await world.tell(renewal("renewed"))
    await withdrawn_at(world)
    await world.receipt(text, Status.UNDELIVERED, reason="canceled_at_provider")
    assert (await world.end(SMS), await marks(world)) == ("canceled renewed", [(False, "renewed")])


async def test_a_receipt_that_says_canceled_leaves_what_is_only_held_for_its_own_time(world):
    text = await held(world)
    await world.rows("UPDATE attempt SET withdraw_at = intended_at, withdraw_reason = 'paused'")
    await world.receipt(text, Status.UNDELIVERED, reason="canceled_at_provider")
    message = await world.message(SMS)
    assert (message.status, message.reason, message.ended_at, message.tries) == ("planned", None, None, 0)
    await world.at(NINE)
    await world.deliver(SMS)
    assert (await world.end(SMS), len(world.fakes[SMS].sent)) == ("sent", 2)


async def test_what_somebody_else_canceled_at_the_provider_is_not_taken_for_ours(world):
    text = await held(world)
    await world.receipt(text, Status.UNDELIVERED, reason="canceled_at_provider")
    assert await world.end(SMS) == "undelivered canceled_at_provider"


async def test_a_stop_while_the_provider_is_being_asked_is_done_once_it_has_accepted(world):
    await holding(world)
    await world.planned(a_member(emails=()))
    world.fakes[SMS].alone = False

    async def stop():
        await world.tell(renewal("renewed"))
        assert await world.services.withdrawing.run() == 0

    world.fakes[SMS].meanwhile = stop
    await hand_over(world)
    assert (await world.end(SMS), await marks(world)) == ("sent", [(True, "renewed")])
    await withdrawn_at(world)
    assert await world.end(SMS) == "canceled renewed"


async def test_a_stop_while_it_is_unclear_is_done_once_it_is_found_or_never_sent(world):
    await holding(world)
    await world.planned(a_member(emails=()))
    world.fakes[SMS].answer = lambda _: Unclear("500")
    await hand_over(world)
    await world.tell(renewal("renewed"))
    assert await withdrawn_at(world) == 0
    world.fakes[SMS].found = lambda _: Absent()
    for minutes in (11, 17, 30):
        await world.at(NINE + minutes * MINUTE)
        await world.services.upkeep.run()
        await world.deliver(SMS)
    assert (await world.end(SMS), len(world.fakes[SMS].sent)) == ("canceled renewed", 1)


async def test_what_was_handed_over_at_its_time_is_reported_as_on_its_way(world):
    text = await world.sent()
    await world.tell(renewal("renewed"))
    assert (await world.end(SMS), await marks(world)) == ("sent in_flight_at_stop", [(False, "renewed")])
    await world.receipt(text, Status.DELIVERED)
    assert await world.end(SMS) == "delivered in_flight_at_stop"


async def test_a_reason_of_the_providers_wins_over_the_report(world):
    text = await world.sent()
    await world.tell(renewal("renewed"))
    await world.receipt(text, Status.UNDELIVERED, reason="carrier_filtered")
    assert await world.end(SMS) == "undelivered carrier_filtered"


async def test_a_stop_during_the_send_is_reported_and_survives_its_outcome(world):
    world.fakes[SMS].alone = False
    world.fakes[SMS].meanwhile = lambda: world.tell(renewal("renewed"))
    await world.sent(a_member(emails=()))
    assert await world.end(SMS) == "sent in_flight_at_stop"


async def test_a_call_asks_by_itself_and_is_not_reported(world):
    await world.planned(a_member(emails=(), consents=(Consent(VOICE, granted=True),)))
    await world.at(NINE + 4 * QUARTER)
    await world.deliver(VOICE)
    await world.tell(renewal("renewed"))
    assert await world.end(VOICE) == "sent"


async def ends(world):
    return sorted((await world.end(EMAIL)).split(", "))


async def family(world):
    """Hand over three people's mail behind one fence."""
    await holding(world)
    facts = [a_member(phones=(), emails=(Email(f"ana+{at}@example.org"),)) for at in range(3)]
    await world.apply(*(an_event(one, f"M-{at}") for at, one in enumerate(facts)))
    await world.plan()
    assert await hand_over(world, EMAIL) == [3]


async def test_a_fence_is_withdrawn_once_and_whoever_else_stood_behind_it_is_handed_over_anew(world):
    await family(world)
    await world.tell(renewal("renewed"), subject="M-0")
    await world.tell(renewal("renewed"), subject="M-1")
    await withdrawn_at(world)
    assert [handle.fence for handle in world.fakes[EMAIL].asked_back] == ["fence-1"]
    assert await ends(world) == ["canceled renewed", "canceled renewed", "planned"]
    [waiting] = [row for row in await world.messages() if row.status == "planned"]
    assert (waiting.due_at, waiting.tries, waiting.handed_at) == (NINE, 0, None)
    assert await hand_over(world, EMAIL, at=HALF_PAST_EIGHT + 2 * MINUTE) == [1]
    assert world.fakes[EMAIL].sent[-1].fence == "fence-2"
    assert await ends(world) == ["canceled renewed", "canceled renewed", "sent"]


async def test_a_fence_of_which_nothing_can_be_had_back_any_more_is_left_alone(world):
    await family(world)
    await world.tell(renewal("renewed"), subject="M-0")
    await withdrawn_at(world, NINE - 9 * MINUTE)
    assert world.fakes[EMAIL].asked_back == []
    assert await ends(world) == ["sent", "sent", "sent in_flight_at_stop"]


async def test_what_is_unclear_behind_a_fence_is_withdrawn_with_it(world):
    await holding(world)
    await world.planned(a_member(phones=()))
    world.fakes[EMAIL].answer = lambda _: Unclear("500")
    await hand_over(world, EMAIL)
    await world.tell(renewal("renewed"))
    assert await withdrawn_at(world) == 1
    assert await world.end(EMAIL) == "canceled renewed"


async def test_a_fence_stays_while_somebody_is_still_writing_under_it(world):
    await family(world)
    await world.rows("UPDATE attempt SET state = 'intended' WHERE id = (SELECT max(id::text)::uuid FROM attempt)")
    await world.tell(renewal("renewed"), subject="M-0")
    assert (await withdrawn_at(world), world.fakes[EMAIL].asked_back) == (0, [])


async def test_what_a_provider_keeps_is_erased_there_a_day_after_it_was_withdrawn(world):
    text = await held(world)
    await world.tell(renewal("renewed"))
    await withdrawn_at(world)
    await world.at(HALF_PAST_EIGHT + timedelta(days=1, minutes=2))
    await world.services.upkeep.run()
    assert world.fakes[SMS].erased == [f"P-{text.code}"]


async def test_a_message_shows_when_it_was_to_leave_and_why_it_was_asked_for_back(world):
    await held(world)
    await world.tell(renewal("renewed"))
    await withdrawn_at(world)
    message = await world.message(SMS)
    shown = await world.services.reporting.message(world.agency.id, message.id)
    [attempt] = shown["attempts"]
    assert (attempt["send_at"], attempt["withdraw_reason"]) == (NINE, "renewed")
