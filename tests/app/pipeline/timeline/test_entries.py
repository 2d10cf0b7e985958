"""What was said and sent, and what is to be sent, as entries with their sentences."""

from datetime import date, timedelta

import pytest

from app.rules.facts import LineKind, RenewalChanged, RenewalDue, RenewalStatus
from app.rules.switches import Scope, SwitchAsked, SwitchKind
from channels.contract import TryLater
from channels.signals import Status
from tests.app.pipeline.holding import hand_over, holding
from tests.app.pipeline.timeline.told import messages, one, told
from tests.app.pipeline.world import (
    ADDRESS,
    FEBRUARY,
    NINE,
    NUMBER,
    SMS,
    TOLD_FROM,
    VOICE,
    a_member,
    an_event,
    phone,
    yes,
)
from tests.conftest import AGENCY

PACED = f"{AGENCY}[call_centre]\ncalls_per_hour = 300\n"


async def test_a_timeline_tells_everything_in_the_order_of_time(world):
    message = await world.sent()
    await world.receipt(message, Status.DELIVERED)
    await world.texts_us("STOP")
    entries = (await told(world)).entries
    assert [entry["at"] for entry in entries] == sorted(entry["at"] for entry in entries)
    assert {entry["what"] for entry in entries} == {"event", "consent", "message"}
    summaries = [entry["summary"] for entry in entries]
    assert "yes to renewal by sms (county)" in summaries
    assert "no to renewal by sms (text_stop)" in summaries
    assert "reminder by sms for 2027-02: delivered" in summaries


async def test_what_is_planned_says_which_step_when_why_then_and_in_which_words(world):
    await world.planned()
    text = one(await told(world), SMS)
    assert text["place"] == "the reminder two months before the renewal month"
    assert text["due_local"] == "Tuesday 2026-12-01 09:00 Los Angeles time"
    assert "the first moment in the contact window that the step allows" in text["explanation"]
    assert text["words"] == "In Spanish (renewal_two_months, version 1), the language that this person reads."
    assert (text["rule"], text["law"], text["row"], text["ahead"]) == ("ladder", None, True, True)


async def test_each_skip_and_cancel_is_explained_in_a_sentence(world):
    await world.planned(a_member(consents=()))
    assert {(entry["explanation"], entry["rule"]) for entry in messages(await told(world))} == {
        ("We have no consent for this channel and address.", "consent")
    }
    await world.planned(a_member())
    await world.tell(RenewalChanged("medi_cal", FEBRUARY, RenewalStatus.RENEWED))
    text = one(await told(world), SMS)
    assert (text["status"], text["explanation"], text["rule"]) == (
        "canceled",
        "This person is already renewed.",
        "status",
    )


@pytest.mark.parametrize(
    ("changes", "channel", "why"),
    [
        ({"channels": ("email",)}, SMS, "This person did not choose this channel."),
        ({"phones": (phone(kind=LineKind.LANDLINE),)}, SMS, "The number is a landline, which cannot receive texts."),
        ({"consents": yes(SMS)}, VOICE, "We have no consent for this channel and address."),
        ({"phones": (), "emails": ()}, "none", "We know no phone number and no e-mail address of this person."),
    ],
)
async def test_why_was_this_person_not_contacted(world, changes, channel, why):
    await world.planned(a_member(**changes))
    assert one(await told(world), channel)["explanation"] == why


async def test_a_stale_event_is_marked(world):
    await world.planned()
    await world.apply(an_event(a_member(), time=TOLD_FROM - timedelta(days=9)))
    events = [entry for entry in (await told(world)).entries if entry["what"] == "event"]
    assert [entry["summary"] for entry in events] == [
        "the county told us test (older than what we knew)",
        "the county told us test",
    ]
    assert events[0]["explanation"].endswith("so it changed nothing.")


async def test_a_call_after_a_sunday_names_the_day(world):
    await world.planned(a_member(renewals=(RenewalDue("medi_cal", date(2027, 10, 1)),)))
    [call] = [entry for entry in messages(await told(world)) if entry["channel"] == "voice"]
    assert call["due_local"] == "Monday 2027-08-02 10:00 Los Angeles time"
    assert "held until then: this service makes no calls on Sundays (on Sunday 2027-08-01)" in call["explanation"]
    assert (call["row"], call["id"], call["rule"]) == (False, None, "calendar")
    assert call["explanation"].endswith("It is not planned yet; this is what the rules say today.")


async def test_a_pause_is_told_with_who_set_it_since_when_and_why(world):
    await world.planned()
    asked = SwitchAsked(SwitchKind.PAUSE, "the county's line is down", Scope(channel=SMS))
    await world.services.switches.set(world.agency, asked, by="Kim")
    text = one(await told(world), SMS)
    assert text["explanation"] == (
        "It is held by a pause that Kim set on Monday 2026-11-02 12:00 Los Angeles time: “the county's line is down”."
    )
    assert text["rule"] == "switch"
    assert one(await told(world), VOICE)["rule"] == "ladder"


async def test_a_stop_that_ended_a_reminder_is_told_with_who_set_it(world):
    await world.planned()
    asked = SwitchAsked(SwitchKind.STOP, "wrong words", Scope(channel=SMS))
    await world.services.switches.set(world.agency, asked, by="Kim")
    assert "It was a stop that Kim set on" in one(await told(world), SMS)["explanation"]


async def test_a_try_that_failed_is_told_with_its_end_and_why_the_next_is_later(world):
    world.fakes[SMS].answer = lambda _: TryLater("rate_limited")
    await world.planned()
    await world.at(NINE)
    await world.deliver(SMS)
    text = one(await told(world), SMS)
    assert text["status"] == "planned"
    assert "after a try before it: The provider asked us to slow down" in text["explanation"]
    assert len(text["tries"]) == 1
    assert "by fake-sms" in text["tries"][0]


async def test_what_the_provider_said_of_a_message_is_told(world):
    message = await world.sent()
    await world.receipt(message, Status.DELIVERED)
    text = one(await told(world), SMS)
    assert (text["explanation"], text["rule"]) == ("It was delivered.", "receipt")
    assert [said.partition(": ")[2] for said in text["tries"]] == [
        "by fake-sms, the provider took it.",
        "the provider said that it was delivered.",
    ]


async def test_what_is_handed_over_ahead_says_when_it_is_to_leave(world):
    await holding(world)
    await world.planned(a_member(emails=()))
    await hand_over(world)
    assert "to leave at Tuesday 2026-12-01 09:00" in one(await told(world), SMS)["tries"][0]


async def test_what_a_person_settled_is_told_as_theirs(world):
    await world.sent()
    text = one(await told(world), SMS)
    await world.rows("UPDATE message SET status = 'unknown', reason = 'no_word' WHERE channel = 'sms'")
    assert await world.services.reporting.settle(
        world.agency.id, text["id"], "delivered", reason="They thanked us", by="Kim"
    )
    text = one(await told(world), SMS)
    assert text["explanation"].endswith("a person settled it as delivered: “They thanked us”.")
    assert text["rule"] == "person"


async def test_a_deadline_that_was_over_before_it_was_planned_says_so(world):
    await world.at(NINE + timedelta(days=60))
    await world.planned()
    text = one(await told(world), SMS)
    assert (text["status"], text["rule"]) == ("expired", "calendar")
    assert (
        "Its days ended on Friday 2027-01-15 00:00 Los Angeles time, before it could be planned." in text["explanation"]
    )


async def test_a_latecomer_is_told_that_the_step_had_begun(world):
    await world.at(NINE + timedelta(days=3, hours=2))
    await world.planned()
    text = one(await told(world), SMS)
    assert (
        "its step had begun on Tuesday 2026-12-01 09:00 Los Angeles time, before it could be planned"
        in text["explanation"]
    )


async def test_a_reminder_that_was_canceled_and_planned_again_is_told_once_as_what_holds(world):
    await world.planned()
    await world.texts_us("STOP")
    await world.texts_us("START")
    await world.plan()
    found = [
        entry for entry in messages(await told(world)) if entry["channel"] == "sms" and entry["step"] and entry["row"]
    ]
    assert sorted(entry["superseded"] for entry in found) == [False] + [True] * (len(found) - 1)


async def test_of_two_at_one_number_one_is_told_that_the_other_carries_it(world):
    await world.planned(a_member(emails=()))
    await world.planned(a_member(emails=()), subject="M-2")
    texts = [one(await told(world, ref), SMS) for ref in ("M-1", "M-2")]
    assert sorted(text["status"] for text in texts) == ["planned", "skipped"]
    skipped = next(text for text in texts if text["status"] == "skipped")
    assert (skipped["rule"], skipped["explanation"]) == (
        "household", "It was said in one message with what others at this number or address were to hear.",
    )  # fmt: skip


async def test_a_message_that_was_spread_names_the_countys_line(world):
    await world.services.tenancy.add(PACED)
    await world.planned(a_member(consents=yes(SMS)))
    await world.rows("UPDATE message SET due_at = due_at + interval '7 minutes' WHERE status = 'planned'")
    text = one(await told(world), SMS)
    assert "spread so that the county's line can answer: 300 calls an hour" in text["explanation"]
    assert text["rule"] == "pacing"


async def test_nothing_personal_is_in_any_entry(world):
    message = await world.sent(a_member(zip="92868"))
    await world.receipt(message, Status.UNDELIVERED, reason="busy")
    await world.texts_us("my name is Ana Maria, stop it")
    everything = await told(world)
    said = repr(everything.entries) + repr(everything.known)
    assert not [secret for secret in ("Ana", NUMBER, NUMBER[2:], ADDRESS, "92868", "M-1") if secret in said]
