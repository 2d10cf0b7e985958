from datetime import timedelta

from app.pipeline.timeline import timeline
from app.rules.facts import RenewalChanged, RenewalStatus
from channels.signals import Status
from tests.app.pipeline.world import FEBRUARY, SMS, TOLD_FROM, a_member, an_event


async def told(world):
    view = await world.services.reporting.member(world.agency.id, "M-1")
    return await timeline(world.services.reporting, world.agency.id, view.member)


async def test_a_timeline_tells_everything_in_the_order_of_time(world):
    message = await world.sent()
    await world.receipt(message, Status.DELIVERED)
    await world.texts_us("STOP")
    entries = await told(world)
    assert [entry["at"] for entry in entries] == sorted(entry["at"] for entry in entries)
    assert {entry["what"] for entry in entries} == {"event", "consent", "message"}
    summaries = [entry["summary"] for entry in entries]
    assert "yes to renewal by sms (county)" in summaries
    assert "no to renewal by sms (text_stop)" in summaries
    assert "reminder by sms for 2027-02: delivered" in summaries


async def test_what_is_planned_says_when_and_why_then(world):
    await world.planned()
    [text] = [entry for entry in await told(world) if entry.get("channel") == "sms" and entry["what"] == "message"]
    assert "2026-12-01 17:00 UTC" in text["explanation"]


async def test_each_skip_and_cancel_is_explained_in_a_sentence(world):
    await world.planned(a_member(consents=()))
    assert {entry["explanation"] for entry in await told(world) if entry["what"] == "message"} == {
        "We have no consent for this channel and address."
    }
    await world.planned(a_member())
    await world.tell(RenewalChanged("medi_cal", FEBRUARY, RenewalStatus.RENEWED))
    text = next(entry for entry in await told(world) if entry.get("channel") == SMS and entry["what"] == "message")
    assert (text["status"], text["explanation"]) == ("canceled", "This person is already renewed.")


async def test_a_person_without_any_address_is_explained_too(world):
    await world.planned(a_member(phones=(), emails=()))
    [message] = [entry for entry in await told(world) if entry["what"] == "message"]
    assert message["summary"] == "reminder for 2027-02: skipped"
    assert message["explanation"] == "We know no phone number and no e-mail address of this person."


async def test_a_stale_event_is_marked(world):
    await world.planned()
    await world.apply(an_event(a_member(), time=TOLD_FROM - timedelta(days=9)))
    assert [entry["summary"] for entry in await told(world) if entry["what"] == "event"] == [
        "the county told us test (older than what we knew)",
        "the county told us test",
    ]
