import asyncio
from datetime import timedelta

import pytest

from app.db import receipts
from channels.contract import Absent, Accepted, Refused, Unclear
from channels.signals import OptOut, Receipt, Status
from tests.app.pipeline.fakes import a_callback
from tests.app.pipeline.test_delivery import many_planned
from tests.app.pipeline.test_upkeep import FIRST_LOOK, SECOND_LOOK, looks
from tests.app.pipeline.world import EMAIL, NINE, OTHER_NUMBER, SMS, a_member, phone

ACCEPTED, DELIVERED, UNDELIVERED = Status.ACCEPTED, Status.DELIVERED, Status.UNDELIVERED


async def test_a_receipt_says_that_a_text_arrived_and_how_long_it_took(world):
    message = await world.sent()
    await world.receipt(message, DELIVERED)
    row = await world.message(SMS)
    assert (row.status, row.reason) == ("delivered", None)
    assert 0 <= row.seconds < 60
    assert row.ended_at is not None


async def test_the_same_receipt_again_changes_nothing(world):
    message = await world.sent()
    await world.receipt(message, DELIVERED)
    before = await world.message(SMS)
    for _ in range(3):
        await world.receipt(message, DELIVERED)
    assert await world.message(SMS) == before
    assert len(await world.rows("SELECT id FROM receipt")) == 1


@pytest.mark.parametrize(
    ("told", "end"),
    [
        ((DELIVERED, ACCEPTED), "delivered"),
        ((ACCEPTED, DELIVERED), "delivered"),
        ((UNDELIVERED, ACCEPTED), "undelivered carrier_error"),
        ((UNDELIVERED, DELIVERED), "delivered"),
        ((DELIVERED, UNDELIVERED), "delivered"),
    ],
)
async def test_a_message_only_ever_moves_forward(world, told, end):
    message = await world.sent()
    for status in told:
        await world.receipt(message, status, reason="carrier_error" if status is UNDELIVERED else "")
    assert await world.end(SMS) == end


@pytest.mark.parametrize(
    "told", [(DELIVERED, UNDELIVERED), (UNDELIVERED, DELIVERED), (UNDELIVERED, ACCEPTED, DELIVERED)]
)
async def test_what_is_applied_together_ends_with_the_furthest_word(world, told):
    message = await world.sent()
    await world.hears(SMS, *(Receipt(message.reference, f"k-{status}", status) for status in told))
    assert await world.end(SMS) == "delivered"


async def test_a_receipt_before_the_outcome_is_recorded_is_no_problem(world):
    async def early():
        await world.receipt(world.fakes[SMS].sent[0], DELIVERED, provider_id="P-1")

    world.fakes[SMS].meanwhile = early
    world.fakes[SMS].answer = lambda _: Accepted("P-1", 2)
    await world.sent()
    row = await world.message(SMS)
    assert (row.status, row.segments, float(row.cost)) == ("delivered", 2, pytest.approx(2 * 0.0083))


async def test_a_receipt_outweighs_an_answer_that_got_lost(world):
    async def early():
        await world.receipt(world.fakes[SMS].sent[0], ACCEPTED, provider_id="P-1")

    world.fakes[SMS].meanwhile = early
    world.fakes[SMS].answer = lambda _: Unclear("dropped")
    await world.sent()
    assert (await world.end(SMS), await world.attempts()) == ("sent", ["accepted"])


async def test_a_forged_callback_is_refused_and_changes_nothing(world):
    message = await world.sent()
    answer = await world.services.receipts.hear(world.fakes[SMS], a_callback(b"never signed", message.reference))
    assert answer.status == 403
    forged = message.reference[:-1] + ("0" if message.reference[-1] != "0" else "1")
    assert (await world.hears(SMS, Receipt(forged, "k", DELIVERED), reference=forged)).status == 403
    await world.hears(SMS, Receipt(forged, "k", DELIVERED))
    assert (await world.end(SMS), await world.rows("SELECT id FROM receipt")) == ("sent", [])


async def test_a_receipt_for_an_attempt_that_we_do_not_hold_falls_away(world):
    await world.sent()
    strange = world.services.database.index.reference(world.agency.id)
    assert (await world.hears(SMS, Receipt(strange, "k", DELIVERED), reference=strange)).status == 204
    assert await world.rows("SELECT id FROM receipt") == []


async def test_a_receipt_cannot_revive_what_was_refused(world):
    world.fakes[SMS].answer = lambda _: Refused("refused")
    message = await world.sent()
    await world.receipt(message, DELIVERED)
    assert (await world.end(SMS), await world.attempts()) == ("failed refused", ["rejected"])


async def test_callbacks_that_come_together_are_committed_together(world, monkeypatch):
    await many_planned(world, 40)
    await world.deliver(SMS)
    commits = []
    append = receipts.append

    async def counted(session, rows):
        commits.append(len(rows))
        return await append(session, rows)

    monkeypatch.setattr(receipts, "append", counted)
    told = [world.receipt(message, DELIVERED) for message in world.fakes[SMS].sent]
    await asyncio.gather(*told)
    assert sum(commits) == 40
    assert len(commits) <= 5
    assert {row.status for row in await world.messages() if row.channel == "sms"} == {"delivered"}


async def test_what_was_appended_and_not_applied_is_applied_by_the_tick(world, monkeypatch):
    message = await world.sent()

    async def crashes(*_):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(receipts, "apply_waiting", crashes)
        await world.receipt(message, DELIVERED)
    assert await world.end(SMS) == "sent"
    assert await world.services.receipts.apply_waiting() == 1
    assert await world.end(SMS) == "delivered"
    assert await world.services.receipts.apply_waiting() == 0


async def test_a_callback_that_could_not_be_kept_is_not_acknowledged(world, monkeypatch):
    message = await world.sent()

    async def full(*_):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(receipts, "append", full)
        with pytest.raises(RuntimeError):
            await world.receipt(message, DELIVERED)
    await world.receipt(message, DELIVERED)
    assert await world.end(SMS) == "delivered"


async def test_an_address_that_bounced_is_not_used_again(world):
    await world.planned()
    await world.at(NINE)
    await world.deliver(EMAIL)
    await world.receipt(world.fakes[EMAIL].sent[0], UNDELIVERED, EMAIL, reason="bounced")
    assert await world.end(EMAIL) == "undelivered bounced"
    await world.planned(a_member(), subject="M-2")
    states = await world.rows("SELECT kind, state FROM contact_point ORDER BY id")
    assert states == [("phone", "active"), ("email", "bounced"), ("phone", "active"), ("email", "active")]


async def test_a_number_that_does_not_exist_moves_the_call_to_the_other_number(world):
    message = await world.sent(a_member(phones=(phone(rank=1), phone(OTHER_NUMBER, rank=2))))
    before = (await world.message("voice")).contact_point_id
    await world.receipt(message, UNDELIVERED, reason="bad_address")
    await world.plan()
    row = await world.message("voice")
    assert row.status == "planned"
    assert row.contact_point_id != before


async def test_a_spam_report_stops_e_mail_and_nothing_else(world):
    await world.planned()
    await world.planned(subject="M-2")
    await world.at(NINE)
    await world.deliver(EMAIL)
    await world.hears(EMAIL, OptOut(world.fakes[EMAIL].sent[0].reference, "k", "spam_report"))
    lines = await world.rows("SELECT DISTINCT channel, basis, source FROM consent WHERE NOT granted")
    assert lines == [("email", "spam_report", "provider")]
    assert await world.end(SMS) == "planned, skipped household"


async def test_a_late_word_on_an_attempt_that_was_thought_absent_counts_and_blocks_nobody(world):
    """The text was sent again meanwhile: the reader has it twice, and both receipts are taken."""
    world.fakes[SMS].answer = lambda _: Unclear("time-out")
    first = await world.sent()
    world.fakes[SMS].found = lambda _: Absent()
    await looks(world, FIRST_LOOK)
    await looks(world, SECOND_LOOK)
    world.fakes[SMS].answer = lambda _: Accepted("P-2", 1)
    await world.at(SECOND_LOOK + timedelta(minutes=2))
    await world.deliver(SMS)
    assert len(world.fakes[SMS].sent) == 2
    await world.receipt(first, DELIVERED)
    assert await world.rows("SELECT id FROM receipt WHERE applied_at IS NULL") == []
    assert await world.end(SMS) == "delivered"
    await world.receipt(world.fakes[SMS].sent[1], DELIVERED)
    assert await world.end(SMS) == "delivered"


async def test_a_late_word_takes_back_a_second_send_that_did_not_begin(world):
    world.fakes[SMS].answer = lambda _: Unclear("time-out")
    first = await world.sent()
    await looks(world, FIRST_LOOK)
    await looks(world, SECOND_LOOK)
    assert await world.end(SMS) == "planned"
    await world.receipt(first, DELIVERED)
    await world.at(SECOND_LOOK + timedelta(hours=1))
    await world.deliver(SMS)
    assert len(world.fakes[SMS].sent) == 1
    assert await world.end(SMS) == "delivered"
