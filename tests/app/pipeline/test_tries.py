from datetime import timedelta

import pytest

from channels.contract import Accepted
from channels.signals import Status
from tests.app.pipeline.world import (
    DEADLINE,
    NINE,
    OTHER_NUMBER,
    SMS,
    TEN,
    VOICE,
    a_member,
    phone,
)

DELIVERED, UNDELIVERED, ACCEPTED = Status.DELIVERED, Status.UNDELIVERED, Status.ACCEPTED
A_DAY, AN_HOUR = timedelta(days=1), timedelta(hours=1)
NEXT_TIME = NINE + 1.5 * A_DAY + AN_HOUR
"""Past the wait for a phone that was off; in the evening, when no text may go."""
THEN_OPEN = NINE + 2 * A_DAY


@pytest.fixture
async def off(world):
    """Ana's text, which did not reach her phone because it was off."""
    world.fakes[SMS].answer = lambda message: Accepted(f"P-{message.code}", 2)
    message = await world.sent()
    await world.receipt(message, UNDELIVERED, reason="handset_unreachable")
    return message


async def pass_to(world, moment, *channels):
    await world.at(moment)
    await world.services.upkeep.run()
    return await world.deliver(*(channels or (SMS,)))


async def test_between_tries_it_stays_undelivered_with_its_reason(world, off):
    assert await world.end(SMS) == "undelivered handset_unreachable"
    assert await pass_to(world, NINE + A_DAY) == 0
    assert await world.end(SMS) == "undelivered handset_unreachable"


async def test_it_is_tried_again_inside_its_window_as_the_same_message(world, off):
    await pass_to(world, NEXT_TIME)
    assert await world.end(SMS) == "undelivered handset_unreachable"  # its time came in the night
    await pass_to(world, THEN_OPEN)
    assert await world.end(SMS) == "sent"
    assert len(await world.messages()) == 3
    assert await world.attempts() == ["accepted", "accepted"]
    second = world.fakes[SMS].sent[-1]
    assert second.reference != off.reference
    await world.receipt(second, DELIVERED)
    row = await world.message(SMS)
    assert (row.status, row.reason, row.segments, float(row.cost)) == ("delivered", None, 4, pytest.approx(4 * 0.0083))


async def test_a_try_after_one_that_did_not_arrive_is_no_message_sent_twice(world, off):
    await pass_to(world, THEN_OPEN)
    references = [message.reference for message in world.fakes[SMS].sent]
    assert len(references) == 2
    assert await world.services.reporting.accepted_twice(world.agency.id, references) == 0


async def test_after_its_tries_it_is_left_alone(world, off):
    moment = NINE
    for _ in range(2):
        moment += 3 * A_DAY
        await pass_to(world, moment)
        await world.receipt(world.fakes[SMS].sent[-1], UNDELIVERED, reason="handset_unreachable")
    assert len(world.fakes[SMS].sent) == 3
    await pass_to(world, moment + 9 * A_DAY)
    assert len(world.fakes[SMS].sent) == 3
    assert await world.end(SMS) == "undelivered handset_unreachable"


async def test_a_stop_between_two_tries_wins_and_the_report_keeps_what_happened(world, off):
    await world.texts_us("STOP")
    await pass_to(world, THEN_OPEN)
    assert await world.end(SMS) == "undelivered handset_unreachable"
    assert (await world.message(SMS)).again_at is None


async def test_who_renewed_meanwhile_is_not_tried_again(world, off):
    await world.rows("UPDATE renewal SET status = 'renewed'")
    await pass_to(world, THEN_OPEN)
    assert await world.end(SMS) == "undelivered handset_unreachable"


async def test_it_is_not_tried_again_after_its_deadline(world, off):
    await pass_to(world, DEADLINE + AN_HOUR)
    assert await world.end(SMS) == "undelivered handset_unreachable"


async def test_a_carrier_that_corrects_itself_ends_it(world, off):
    await world.receipt(off, DELIVERED)
    await pass_to(world, THEN_OPEN)
    assert len(world.fakes[SMS].sent) == 1
    assert await world.end(SMS) == "delivered"


async def test_a_late_correction_of_the_first_try_ends_the_second_before_it_leaves(world, off):
    await world.at(THEN_OPEN)
    await world.services.upkeep.run()
    await world.receipt(off, DELIVERED)
    assert await world.deliver(SMS) == 0
    assert await world.end(SMS) == "delivered"


async def test_any_other_late_word_on_the_first_try_says_nothing_of_the_second(world, off):
    await pass_to(world, THEN_OPEN)
    await world.receipt(off, UNDELIVERED, key="late", reason="carrier_error")
    assert await world.end(SMS) == "sent"


async def test_three_days_of_silence_are_counted_from_the_last_try(world, off):
    await pass_to(world, THEN_OPEN)
    await world.machine_time_passes()
    await pass_to(world, NINE + 3 * A_DAY + AN_HOUR)
    assert await world.end(SMS) == "sent"


@pytest.mark.parametrize("reason", ["carrier_filtered", "carrier_timeout", "opted_out", "bounced", "undelivered"])
async def test_what_its_reason_does_not_allow_is_not_tried_again(world, reason):
    message = await world.sent()
    await world.receipt(message, UNDELIVERED, reason=reason)
    await pass_to(world, THEN_OPEN)
    assert len(world.fakes[SMS].sent) == 1


async def test_a_code_is_not_tried_again(world):
    await world.asks()
    await world.deliver(SMS)
    await world.receipt(world.fakes[SMS].sent[-1], UNDELIVERED, reason="handset_unreachable")
    assert [row.again_at for row in await world.rows("SELECT again_at FROM message")] == [None]


# --- calls ------------------------------------------------------------------------------------


async def called(world, moment, reason="no_answer"):
    await pass_to(world, moment, VOICE)
    call = world.fakes[VOICE].sent[-1]
    await world.receipt(call, UNDELIVERED, VOICE, key=f"k-{moment}", reason=reason)
    return call


async def test_a_call_that_nobody_answered_is_made_again_on_another_day_at_another_hour(world):
    await world.planned()
    await called(world, TEN)
    await pass_to(world, TEN + A_DAY, VOICE)
    assert len(world.fakes[VOICE].sent) == 1
    await pass_to(world, TEN + A_DAY + 3 * AN_HOUR + timedelta(minutes=1), VOICE)
    assert len(world.fakes[VOICE].sent) == 2


async def test_a_number_gets_three_calls_in_thirty_days_and_no_more(world):
    await world.planned()
    for days in range(0, 12, 2):
        await pass_to(world, TEN + days * A_DAY + 4 * AN_HOUR, VOICE)
        if len(await world.rows("SELECT id FROM attempt WHERE channel = 'voice' AND NOT over")):
            await world.receipt(
                world.fakes[VOICE].sent[-1], UNDELIVERED, VOICE, key=f"k-{days}", reason="busy"
            )  # fmt: skip
    assert len(world.fakes[VOICE].sent) == 3
    assert await world.end(VOICE) == "undelivered busy"


async def test_other_peoples_calls_to_the_same_number_count(world):
    await world.planned()
    await called(world, TEN)
    for at in range(2, 4):
        await world.planned(subject=f"M-{at}")
        await world.at(TEN + at * (A_DAY + timedelta(minutes=1)))
        await world.deliver(VOICE)
    assert len(world.fakes[VOICE].sent) == 3
    await pass_to(world, TEN + 7 * A_DAY, VOICE)
    assert len(world.fakes[VOICE].sent) == 3


async def test_two_people_at_one_number_who_did_not_answer_are_called_on_different_days(world):
    await world.planned()
    await world.planned(subject="M-2")
    await world.rows("UPDATE message SET status = 'planned', reason = NULL, bundled_into = NULL, ended_at = NULL")
    for days in range(2):
        await called(world, TEN + days * (A_DAY + timedelta(minutes=1)))
    assert len(world.fakes[VOICE].sent) == 2
    await world.rows("UPDATE message SET again_at = now() WHERE status = 'undelivered'")  # both at once
    await pass_to(world, TEN + 3 * A_DAY, VOICE)
    assert len(world.fakes[VOICE].sent) == 3


async def test_over_a_sunday_a_call_is_still_made_again_at_another_hour(world):
    saturday = TEN + 4 * A_DAY
    await world.planned()
    await called(world, saturday)
    await pass_to(world, saturday + A_DAY + 4 * AN_HOUR, VOICE)
    await pass_to(world, saturday + 2 * A_DAY, VOICE)
    assert len(world.fakes[VOICE].sent) == 1
    await pass_to(world, saturday + 2 * A_DAY + 3 * AN_HOUR + timedelta(minutes=1), VOICE)
    assert len(world.fakes[VOICE].sent) == 2


@pytest.mark.parametrize("reason", ["voicemail", "hung_up"])
async def test_who_answered_or_has_our_words_on_a_machine_is_not_called_again(world, reason):
    await world.planned()
    await pass_to(world, TEN, VOICE)
    await world.receipt(world.fakes[VOICE].sent[-1], DELIVERED, VOICE, reason=reason)
    await pass_to(world, TEN + 3 * A_DAY, VOICE)
    assert len(world.fakes[VOICE].sent) == 1


# --- what it says of the address --------------------------------------------------------------


async def test_a_number_that_the_carrier_does_not_know_is_given_up_after_its_second_try(world):
    message = await world.sent(a_member(phones=(phone(rank=1), phone(OTHER_NUMBER, rank=2))))
    before = (await world.message(VOICE)).contact_point_id
    await world.receipt(message, UNDELIVERED, reason="unknown_number")
    await world.plan()
    assert (await world.message(VOICE)).contact_point_id == before
    await pass_to(world, NINE + A_DAY + AN_HOUR)
    await world.receipt(world.fakes[SMS].sent[-1], UNDELIVERED, reason="unknown_number")
    await world.plan()
    assert (await world.message(VOICE)).contact_point_id != before


async def addresses(world):
    return {row.state for row in await world.rows("SELECT state FROM contact_point WHERE kind = 'phone'")}


@pytest.mark.parametrize(("reason", "state"), [("unknown_number", "bounced"), ("handset_unreachable", "active")])
async def test_a_number_whose_second_try_is_refused_is_given_up_if_it_was_bad(world, reason, state):
    message = await world.sent()
    await world.receipt(message, UNDELIVERED, reason=reason)
    assert await addresses(world) == {"active"}
    await pass_to(world, DEADLINE + AN_HOUR)
    assert await addresses(world) == {state}
