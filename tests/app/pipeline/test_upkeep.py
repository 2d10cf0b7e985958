import asyncio
from datetime import timedelta
from unittest.mock import AsyncMock

import pytest
from structlog.testing import capture_logs

from channels.contract import Absent, Accepted, CannotSay, Present, Unclear
from channels.signals import Status
from tests.app.pipeline.world import DEADLINE, NINE, NUMBER, OTHER_NUMBER, SMS, TEN, VOICE, a_member, phone

FIRST_LOOK, SECOND_LOOK = NINE + timedelta(minutes=11), NINE + timedelta(minutes=17)
THREE_DAYS = timedelta(hours=73)


@pytest.fixture
async def unclear(world):
    """Ana's text, of which nobody knows whether it left."""
    world.fakes[SMS].answer = lambda _: Unclear("time-out")
    message = await world.sent()
    await world.leases_run_out()
    world.fakes[SMS].answer = lambda _: Accepted("P-2", 1)
    return message


async def looks(world, moment):
    await world.at(moment)
    await world.leases_run_out()
    await world.services.upkeep.run()


async def test_nothing_is_looked_up_before_its_time(world, unclear):
    await looks(world, NINE + timedelta(minutes=9))
    assert world.fakes[SMS].asked == []


async def test_a_look_up_names_the_reference_the_code_and_the_number(world, unclear):
    await looks(world, FIRST_LOOK)
    [lookup] = world.fakes[SMS].asked
    assert (lookup.reference, lookup.code, lookup.to) == (unclear.reference, unclear.code, NUMBER)
    assert lookup.sender == unclear.sender
    [attempt] = await world.rows("SELECT intended_on_machine FROM attempt")
    assert lookup.since == attempt.intended_on_machine


async def test_what_is_found_was_sent(world, unclear):
    world.fakes[SMS].found = lambda _: Present("P-1")
    await looks(world, FIRST_LOOK)
    assert await world.end(SMS) == "sent"
    [attempt] = await world.rows("SELECT state, proof, provider_id FROM attempt")
    assert attempt == ("accepted", "look-up", "P-1")
    await world.deliver(SMS)
    assert len(world.fakes[SMS].sent) == 1


async def test_what_is_absent_once_is_looked_up_again(world, unclear):
    await looks(world, FIRST_LOOK)
    assert (await world.end(SMS), await world.attempts()) == ("sending", ["unclear"])
    world.fakes[SMS].found = lambda _: Present("P-1")
    await looks(world, SECOND_LOOK)
    assert await world.end(SMS) == "sent"


async def test_what_is_absent_twice_is_sent_again_exactly_once(world, unclear):
    await looks(world, FIRST_LOOK)
    await looks(world, SECOND_LOOK)
    assert (await world.end(SMS), await world.attempts()) == ("planned", ["absent"])
    for hours in range(1, 4):
        await looks(world, SECOND_LOOK + timedelta(hours=hours))
        await world.deliver(SMS)
    assert (await world.end(SMS), await world.attempts()) == ("sent", ["absent", "accepted"])
    first, second = world.fakes[SMS].sent
    assert first.reference != second.reference
    assert first.code != second.code


async def test_what_nobody_can_tell_for_a_day_is_unknown_and_never_sent_again(world, unclear):
    world.fakes[SMS].found = lambda _: CannotSay("503")
    for hours in range(26):
        await looks(world, FIRST_LOOK + timedelta(hours=hours))
    assert await world.end(SMS) == "unknown no_proof"
    await world.deliver(SMS)
    assert len(world.fakes[SMS].sent) == 1


async def test_a_receipt_settles_what_was_unknown(world, unclear):
    world.fakes[SMS].found = lambda _: CannotSay("503")
    await looks(world, FIRST_LOOK)
    await looks(world, FIRST_LOOK + timedelta(hours=25))
    assert await world.end(SMS) == "unknown no_proof"
    await world.receipt(unclear, Status.DELIVERED)
    assert await world.end(SMS) == "delivered"


async def test_a_receipt_is_proof_enough(world, unclear):
    await world.receipt(unclear, Status.ACCEPTED)
    await looks(world, FIRST_LOOK)
    assert await world.end(SMS) == "sent"
    assert world.fakes[SMS].asked == []


async def test_one_look_up_that_cannot_tell_does_not_count_as_absent(world, unclear):
    answers = [Absent(), CannotSay("503"), CannotSay("503"), Absent()]
    world.fakes[SMS].found = lambda _: answers.pop(0)
    for hours in range(3):
        await looks(world, FIRST_LOOK + timedelta(minutes=61 * hours))
        assert await world.end(SMS) == "sending"
    await looks(world, FIRST_LOOK + timedelta(hours=4))
    assert await world.end(SMS) == "planned"


async def test_the_ids_of_other_calls_are_no_proof_of_a_call_in_doubt(world):
    await world.planned()
    await world.planned(a_member(phones=(phone(OTHER_NUMBER),)), subject="M-2")
    answers = [Accepted("CA1"), Unclear("time-out")]
    world.fakes[VOICE].answer = lambda _: answers.pop()
    await world.at(TEN)
    await world.deliver(SMS, VOICE)
    await world.leases_run_out()
    await world.at(TEN + timedelta(minutes=11))
    await world.services.upkeep.run()
    [lookup] = world.fakes[VOICE].asked
    assert lookup.not_these == {"CA1"}


async def test_the_ids_of_texts_need_not_be_told_for_their_code_tells_them(world, unclear):
    await looks(world, FIRST_LOOK)
    [lookup] = world.fakes[SMS].asked
    assert lookup.not_these == frozenset()


async def test_a_reply_that_is_unclear_is_looked_up_by_the_address_it_went_to(world):
    world.fakes[SMS].answer = lambda _: Unclear("time-out")
    await world.texts_us("HELP", sender="+17145550009")
    await world.deliver(SMS)
    await looks(world, FIRST_LOOK)
    assert [lookup.to for lookup in world.fakes[SMS].asked] == ["+17145550009"]


async def test_a_sender_that_is_alive_is_left_alone(world):
    async def meanwhile():
        await world.at(FIRST_LOOK)
        await world.services.upkeep.run()

    world.fakes[SMS].meanwhile = meanwhile
    await world.sent()
    assert world.fakes[SMS].asked == []
    assert await world.end(SMS) == "sent"


async def test_what_was_absent_until_its_deadline_is_not_sent_any_more(world, unclear):
    await looks(world, FIRST_LOOK)
    await looks(world, DEADLINE)
    await looks(world, DEADLINE + timedelta(minutes=5))
    assert await world.end(SMS) == "expired deadline_passed"


async def test_a_provider_that_never_says_what_became_of_it_leaves_it_unknown(world):
    message = await world.sent()
    await world.machine_time_passes()
    await world.at(NINE + timedelta(hours=71))
    await world.services.upkeep.run()
    assert await world.end(SMS) == "sent"
    await world.at(NINE + THREE_DAYS)
    await world.services.upkeep.run()
    assert await world.end(SMS) == "unknown no_word"
    await world.receipt(message, Status.UNDELIVERED, reason="handset_unreachable")
    assert await world.end(SMS) == "undelivered handset_unreachable"


async def test_however_far_the_clock_was_moved_a_receipt_may_still_be_on_its_way(world):
    await world.sent()
    await world.at(NINE + THREE_DAYS)
    await world.services.upkeep.run()
    assert await world.end(SMS) == "sent"


async def test_what_could_not_go_before_its_deadline_is_expired(world):
    await world.planned()
    await world.at(DEADLINE)
    await world.services.upkeep.run()
    assert set((await world.ends()).values()) == {"expired deadline_passed"}


async def test_upkeep_finds_nothing_to_do_in_peace(world):
    await world.planned()
    await world.at(TEN)
    before = await world.messages()
    await world.services.upkeep.run()
    assert await world.messages() == before


async def test_a_receipt_that_is_not_applied_yet_speaks_louder_than_an_empty_list(world, unclear, monkeypatch):
    await looks(world, FIRST_LOOK)
    with monkeypatch.context() as patched:
        patched.setattr("app.db.receipts.apply_waiting", AsyncMock(return_value=[]))
        await world.receipt(unclear, Status.ACCEPTED)
    await looks(world, SECOND_LOOK)
    assert (await world.end(SMS), await world.attempts()) == ("sending", ["unclear"])
    await world.services.receipts.apply_waiting()
    assert await world.end(SMS) == "sent"


async def test_two_who_look_at_once_do_not_come_to_two_verdicts(world, unclear):
    await looks(world, FIRST_LOOK)
    await world.at(SECOND_LOOK)
    await asyncio.gather(*(world.services.upkeep.run() for _ in range(3)))
    assert (len(world.fakes[SMS].asked), await world.attempts()) == (2, ["absent"])


async def test_what_a_provider_takes_after_it_was_proven_absent_is_shown_and_told_once(world, unclear):
    await looks(world, FIRST_LOOK)
    await looks(world, SECOND_LOOK)
    await world.receipt(unclear, Status.ACCEPTED)
    with capture_logs() as logs:
        await world.services.upkeep.run()
        await world.services.upkeep.run()
    assert [one["log_level"] for one in logs if one["event"] == "taken after it was proven absent"] == ["error"]
    [attempt] = (await world.services.reporting.message(world.agency.id, (await world.message(SMS)).id))["attempts"]
    assert (attempt["state"], attempt["reason"], attempt["proof"]) == ("accepted", "late_accepted", "receipt")
    assert attempt["late_at"]


async def test_what_a_person_settled_as_sent_stays_so(world):
    await world.sent()
    await world.machine_time_passes()
    await world.at(NINE + THREE_DAYS)
    await world.services.upkeep.run()
    row = await world.message(SMS)
    settle = world.services.reporting.settle
    assert await settle(world.agency.id, row.id, "sent", reason="the carrier says so", by="Kim")
    await world.services.upkeep.run()
    assert await world.end(SMS) == "sent the carrier says so"


async def test_a_job_that_was_begun_and_never_ended_is_swept_too(world):
    await world.tell(a_member())
    await world.rows("UPDATE procrastinate_jobs SET status = 'doing'")
    await world.rows("UPDATE procrastinate_events SET at = at - interval '2 days'")
    assert await world.services.upkeep.sweep() == 1


async def test_finished_jobs_are_swept_after_a_day(world):
    await world.tell(a_member())
    await world.rows("UPDATE procrastinate_jobs SET status = 'succeeded'")
    assert await world.services.upkeep.sweep() == 0
    await world.rows("UPDATE procrastinate_events SET at = at - interval '2 days'")
    assert await world.services.upkeep.sweep() == 1
