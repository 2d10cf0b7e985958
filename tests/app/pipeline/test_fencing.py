from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from app.db import deliveries
from app.jobs import handlers
from app.queue import Job
from app.rules.facts import Email
from channels.contract import Absent, Accepted, Canceled, TooLate, TryLater, Unclear
from tests.app.pipeline.holding import HALF_PAST_EIGHT, MINUTE, QUARTER, hand_over, holding
from tests.app.pipeline.world import EMAIL, NINE, OTHER_NUMBER, SMS, a_member, phone
from tests.conftest import AGENCY

SERVICE = "MG" + "0" * 32
SENDERS = f'{AGENCY}sms_messaging_service = "{SERVICE}"\n'
TEN_TO_NINE = NINE - 10 * MINUTE


@pytest.fixture
async def by_service(world):
    """An agency whose texts leave by a Messaging Service, and that says nothing more."""
    able = {"can_schedule": True, "can_cancel": True, "soonest": QUARTER, "schedules_from": ("MG",)}
    world.fakes[SMS].capabilities = replace(world.fakes[SMS].capabilities, **able)
    world.fakes[SMS].name = "twilio"
    await world.services.tenancy.add(SENDERS)
    return world


async def leaves(world):
    """Return when the text leaves its provider, by business time."""
    [row] = await world.rows("SELECT send_at FROM attempt ORDER BY number DESC LIMIT 1")
    return row.send_at


async def test_a_reminder_text_by_a_messaging_service_is_handed_over_ahead_without_being_asked_to(by_service):
    await by_service.planned(a_member(emails=()))
    await by_service.at(NINE - 18 * MINUTE)
    assert await by_service.services.dispatch.ahead() == [(by_service.agency.id, "sms")]
    assert await hand_over(by_service, at=NINE - 18 * MINUTE) == [1]
    assert await leaves(by_service) == NINE


async def test_what_is_due_already_leaves_at_the_nearest_time_that_the_provider_takes(by_service):
    await by_service.planned(a_member(emails=()))
    await by_service.at(NINE)
    assert await by_service.deliver(SMS) == 1
    assert await leaves(by_service) == NINE + 17 * MINUTE
    message = await by_service.message(SMS)
    assert (message.status, message.handed_at) == ("sent", NINE + 17 * MINUTE)


async def test_a_late_request_of_a_sender_that_froze_is_refused_before_the_first_look(by_service):
    await by_service.planned(a_member(emails=()))
    await by_service.at(NINE)
    await by_service.deliver(SMS)
    [row] = await by_service.rows("SELECT look_at, send_at FROM attempt")
    assert row.look_at is None  # accepted: nothing to look up
    await by_service.rows("UPDATE attempt SET state = 'intended'")
    [row] = await by_service.rows("SELECT intended_at, send_at FROM attempt")
    assert row.send_at - QUARTER > row.intended_at + MINUTE  # the write is over long before Twilio refuses it


@pytest.mark.parametrize("minutes", [10, 17])
async def test_whose_deadline_comes_before_leaves_at_once(by_service, minutes):
    await by_service.planned(a_member(emails=()))
    deadline = NINE + minutes * MINUTE
    await by_service.rows("UPDATE message SET deadline_at = %(at)s WHERE channel = 'sms'", at=deadline)
    await by_service.at(NINE)
    assert await by_service.deliver(SMS) == 1
    assert await leaves(by_service) is None


async def test_whose_hours_end_before_leaves_at_once(by_service):
    await by_service.planned(a_member(emails=()))
    await by_service.at(NINE + timedelta(hours=10, minutes=50))
    assert await by_service.deliver(SMS) == 1
    assert await leaves(by_service) is None


async def test_those_who_may_wait_and_those_who_may_not_leave_in_batches_of_their_own(by_service):
    await by_service.planned(a_member(emails=()))
    await by_service.planned(a_member(phones=(phone(OTHER_NUMBER),), emails=()), subject="M-2")
    await by_service.rows("UPDATE message SET deadline_at = timestamptz '2026-12-01 17:10Z'"
                          " WHERE id = (SELECT max(id::text)::uuid FROM message WHERE channel = 'sms')")  # fmt: skip
    await by_service.at(NINE)
    assert await by_service.deliver(SMS) == 2
    rows = await by_service.rows("SELECT send_at IS NULL AS at_once FROM attempt ORDER BY 1")
    assert [row.at_once for row in rows] == [False, True]


async def test_whom_the_provider_refused_a_time_leaves_at_once_the_next_time(by_service):
    await by_service.planned(a_member(emails=()))
    answers = [Accepted("P-1", 1), TryLater("send_time_refused")]
    by_service.fakes[SMS].answer = lambda _: answers.pop()
    await by_service.at(NINE)
    await by_service.deliver(SMS)
    await by_service.at(NINE + 2 * MINUTE)
    await by_service.deliver(SMS)
    assert await leaves(by_service) is None
    assert [one.send_at is None for one in by_service.fakes[SMS].sent] == [False, True]


async def test_a_code_never_waits(by_service):
    await by_service.texts_us("HELP", sender="+17145550009")
    assert await by_service.deliver(SMS) == 1
    assert by_service.fakes[SMS].sent[0].send_at is None


async def test_an_agency_that_wants_none_of_it_is_served_at_the_time_itself(by_service):
    await by_service.services.tenancy.add(f"hand_over_ahead_minutes = 0\n{SENDERS}")
    await by_service.planned(a_member(emails=()))
    assert await hand_over(by_service, at=NINE - 18 * MINUTE) == [0]
    await by_service.at(NINE)
    await by_service.deliver(SMS)
    assert await leaves(by_service) is None


async def test_what_is_proven_absent_behind_its_fence_is_sent_again_at_its_own_time(by_service):
    await by_service.planned(a_member(emails=()))
    by_service.fakes[SMS].answer = lambda _: Unclear("500")
    by_service.fakes[SMS].found = lambda _: Absent()
    await hand_over(by_service, at=NINE - 18 * MINUTE)
    for minutes in (14, 8):
        await by_service.at(NINE - minutes * MINUTE)
        await by_service.services.upkeep.run()
    by_service.fakes[SMS].answer = lambda _: Accepted("P-2", 1)
    assert await by_service.deliver(SMS) == 0
    await by_service.at(NINE)
    assert await by_service.deliver(SMS) == 1
    assert (await by_service.attempts(), await leaves(by_service)) == (["absent", "accepted"], NINE + 17 * MINUTE)


@pytest.fixture
async def mails(world):
    """Ana's and Bo's mail, handed over half an hour ahead under one fence, Bo's with no clear answer."""
    await holding(world)
    await world.planned(a_member(phones=()))
    await world.planned(a_member(phones=(), emails=(Email("bo@example.org"),)), subject="M-2")
    world.fakes[EMAIL].answer = lambda one: Unclear("500") if one.to.startswith("bo") else Accepted("M-1")
    await hand_over(world, EMAIL)
    world.fakes[EMAIL].answer = lambda _: Accepted("M-2")
    return world


async def test_an_unclear_mail_is_withdrawn_by_its_fence_and_goes_under_a_new_one(mails):
    assert len(mails.fakes[EMAIL].asked_back) == 0
    await mails.services.withdrawing.run()
    assert [handle.fence for handle in mails.fakes[EMAIL].asked_back] == ["fence-1"]
    rows = await mails.rows("SELECT state, proof, over FROM attempt ORDER BY state")
    assert rows == [("absent", "withdrawn", True), ("accepted", "response", True)]
    assert await mails.end(EMAIL) == "planned, planned"
    assert await hand_over(mails, EMAIL, at=HALF_PAST_EIGHT + MINUTE) == [2]
    assert {one.fence for one in mails.fakes[EMAIL].sent[2:]} == {"fence-2"}
    assert mails.fakes[EMAIL].asked == []


async def test_a_fence_that_cannot_be_had_back_leaves_the_mail_to_its_look_up_and_blames_no_stop(mails):
    mails.fakes[EMAIL].withdrawal = lambda _: TooLate("its time has come")
    await mails.services.withdrawing.run()
    assert sorted((await mails.end(EMAIL)).split(", ")) == ["sending", "sent"]
    await mails.at(NINE + 11 * MINUTE)
    await mails.services.upkeep.run()
    assert len(mails.fakes[EMAIL].asked) == 1


async def test_a_mail_whose_sender_died_is_withdrawn_by_its_fence(mails):
    await mails.rows("UPDATE attempt SET state = 'intended', withdraw_at = NULL")
    await mails.leases_run_out()
    mails.fakes[EMAIL].withdrawal = lambda _: Canceled()
    await mails.services.upkeep.run()
    assert await mails.end(EMAIL) == "planned, planned"
    assert await mails.attempts() == ["absent", "absent"]


async def test_a_claim_whose_commit_may_have_happened_sends_nothing_and_is_found_again(world, monkeypatch):
    """The connection is lost after the server has committed: the sender cannot know, so it does not send."""
    real = deliveries.intend

    async def committed_and_lost(session, *args, **kwargs):
        await real(session, *args, **kwargs)
        await session.connection.commit()
        raise OperationalError("COMMIT", {}, ConnectionError())

    await world.planned(a_member(emails=()))
    await world.at(NINE)
    with monkeypatch.context() as patched:
        patched.setattr("app.db.deliveries.intend", committed_and_lost)
        with pytest.raises(OperationalError):
            await world.deliver(SMS)
    assert (world.fakes[SMS].sent, await world.end(SMS), await world.attempts()) == ([], "sending", ["intended"])
    await world.leases_run_out()
    for minutes in (11, 17, 20):
        await world.at(NINE + minutes * MINUTE)
        await world.services.upkeep.run()
        await world.deliver(SMS)
    assert (len(world.fakes[SMS].sent), await world.attempts()) == (1, ["absent", "accepted"])


async def test_with_the_queue_lost_at_every_step_the_ticks_find_everything(world):
    todo = handlers(world.services)

    async def tick(job, **args):
        await world.rows("DELETE FROM procrastinate_jobs")
        await todo[job](**args)

    lane = {"agency": str(world.agency.id), "channel": "sms"}
    await world.tell(a_member(emails=()))
    await tick(Job.DAILY)
    await world.at(NINE)
    await tick(Job.DISPATCH)
    await tick(Job.DISPATCH)
    assert [row.args for row in await world.rows("SELECT args FROM procrastinate_jobs")] == [lane]
    for _ in range(2):  # a doubled job changes nothing
        await tick(Job.DELIVER, **lane)
    await tick(Job.UPKEEP)
    assert (len(world.fakes[SMS].sent), await world.end(SMS)) == (1, "sent")
