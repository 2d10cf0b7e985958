import asyncio
from datetime import timedelta

import pytest

from app.pipeline.numbers import not_too_often
from app.pipeline.switches import BadSwitch
from app.rules.facts import RenewalDue
from app.rules.switches import Scope, SwitchAsked, SwitchKind
from channels.contract import TryLater
from tests.app.pipeline.holding import HALF_PAST_EIGHT, MINUTE, hand_over, held, holding
from tests.app.pipeline.world import (
    DEADLINE,
    EMAIL,
    FEBRUARY,
    NINE,
    OTHER_NUMBER,
    SMS,
    TEN,
    VOICE,
    a_member,
    an_event,
    phone,
    yes,
)

DAY = timedelta(days=1)
WAITS = """
    SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
     WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted
"""
PAUSE, STOP, HARDSHIP = SwitchKind.PAUSE, SwitchKind.STOP, SwitchKind.HARDSHIP


async def switched(world, kind=PAUSE, until=None, **scope):
    asked = SwitchAsked(kind, "a flood", Scope(**scope), until)
    found = await world.services.switches.set(world.agency, asked, by="Kim")
    assert not isinstance(found, BadSwitch)
    return found


async def due(world):
    """Return how the first text that fell due stands."""
    [row] = await world.rows(
        "SELECT * FROM message WHERE channel = 'sms' AND kind = 'reminder' ORDER BY first_due_at LIMIT 1"
    )
    return f"{row.status} {row.reason or ''}".strip(), row


async def test_a_pause_acts_at_the_very_next_claim(world):
    await world.planned()
    await world.at(NINE)
    await switched(world)
    await world.deliver()
    assert world.fakes[SMS].sent == world.fakes[EMAIL].sent == []
    assert (await due(world))[0] == "planned paused"


async def test_what_was_paused_goes_on_when_the_pause_is_lifted(world):
    await world.planned()
    pause = await switched(world)
    await world.at(NINE)
    await world.deliver(SMS)
    assert await world.services.dispatch.due() != []  # the other channels
    await world.at(NINE + 3 * DAY)
    assert await world.deliver(SMS) == 0
    lifted = await world.services.switches.lift(world.agency.id, pause["id"], "Lee")
    assert (lifted["resumed"], lifted["lifted_by"]) == (1, "Lee")
    await world.deliver(SMS)
    assert (await due(world))[0] == "sent"


async def test_what_is_held_wakes_nobody(world):
    await world.planned()
    await switched(world)
    await world.at(TEN)
    await world.deliver()
    assert await world.services.dispatch.due() == []


async def test_a_pause_is_over_at_its_end(world):
    await world.planned()
    await world.at(NINE)
    await switched(world, until=NINE + DAY)
    await world.deliver(SMS)
    assert (await due(world))[1].due_at == NINE + DAY
    await world.at(NINE + DAY)
    await world.deliver(SMS)
    assert (await due(world))[0] == "sent"


@pytest.mark.parametrize("kind", [PAUSE, HARDSHIP])
async def test_what_is_held_until_its_deadline_is_expired_and_says_by_what(world, kind):
    await world.planned()
    await switched(world, kind, program="medi_cal")
    await world.at(NINE)
    await world.deliver(SMS)
    await world.at(DEADLINE)
    await world.services.upkeep.run()
    assert (await due(world))[0] in {"expired paused", "expired hardship"}


@pytest.mark.parametrize(
    ("scope", "sent"),
    [
        ({"channel": SMS}, {EMAIL, VOICE}),
        ({"program": "ccs"}, {SMS, EMAIL, VOICE}),
        ({"program": "medi_cal", "channel": VOICE}, {SMS, EMAIL}),
        ({"county_code": "30"}, set()),
        ({"ladder": "medi_cal_renewal"}, set()),
    ],
)
async def test_it_holds_what_it_is_about_and_nothing_else(world, scope, sent):
    await world.planned()
    await world.tell(a_member(phones=(), emails=(), renewals=(RenewalDue("ccs", FEBRUARY),)), subject="M-2")
    await switched(world, **scope)
    await world.at(TEN)
    await world.deliver()
    assert {channel for channel, fake in world.fakes.items() if fake.sent} == sent


async def test_another_ladders_reminders_are_not_held(world):
    await world.planned()
    await world.rows("UPDATE message SET ladder = 'cure_window'")
    await switched(world, ladder="medi_cal_renewal")
    await world.at(TEN)
    assert await world.deliver() == 3


async def test_codes_and_replies_are_never_held(world):
    await switched(world)
    await world.signs_up()
    assert world.fakes[SMS].sent


async def test_a_hardship_says_which_reminders_it_changes(world):
    await world.planned()
    await world.planned(subject="M-2")
    told = await switched(world, HARDSHIP, county_code="30")
    changed, rows = told["changed"], await world.messages()
    planned = [row for row in rows if row.status == "planned"]
    assert changed["total"] == told["held"] == len(planned) > 0
    assert sum(one["count"] for one in changed["by"] if one["channel"] == SMS) == len(
        [row for row in planned if row.channel == SMS]
    )
    listed = await world.services.switches.reminders(world.agency.id, told["id"], after=None, limit=1000)
    assert {one["id"] for one in listed} == {row.id for row in planned}
    [first] = await world.services.switches.reminders(world.agency.id, told["id"], after=None, limit=1)
    following = await world.services.switches.reminders(world.agency.id, told["id"], after=first["id"], limit=1000)
    assert len(following) == len(planned) - 1


async def test_until_its_end_a_switch_changes_only_what_falls_due_before(world):
    await world.planned()
    assert (await switched(world, until=NINE))["changed"]["total"] == 0
    assert (await switched(world, until=NINE + timedelta(minutes=1)))["changed"]["total"] == 2


async def test_a_stop_cancels_what_is_planned(world, monkeypatch):
    monkeypatch.setattr("app.pipeline.switches.AT_ONCE", 1)
    await world.planned()
    told = await switched(world, STOP, channel=SMS)
    assert (await due(world))[0] == "canceled stopped"
    assert told["changed"]["by"][0]["channel"] == SMS
    await world.at(TEN)
    await world.deliver()
    assert (world.fakes[SMS].sent, len(world.fakes[EMAIL].sent)) == ([], 1)


async def test_what_is_planned_while_a_stop_is_set_is_canceled_by_its_claim(world):
    await world.planned()
    await switched(world, STOP, channel=SMS)
    await world.rows("UPDATE message SET status = 'planned', reason = NULL WHERE channel = 'sms'")
    await world.at(NINE)
    await world.deliver(SMS)
    assert (await due(world))[0] == "canceled stopped"


async def test_what_a_stop_canceled_stays_canceled_and_what_is_new_goes_once_it_is_lifted(world):
    await world.planned()
    stop = await switched(world, STOP, channel=SMS)
    lifted = await world.services.switches.lift(world.agency.id, stop["id"], "Lee")
    assert lifted["resumed"] == 0
    await world.planned(a_member(phones=(phone(OTHER_NUMBER),)), subject="M-2")
    await world.planned()
    await world.at(NINE)
    await world.deliver(SMS)
    assert world.fakes[SMS].numbers == [OTHER_NUMBER]


@pytest.mark.parametrize("ends", ["by itself", "lifted before the provider was asked", "lifted after"])
async def test_what_a_pause_withdrew_leaves_at_its_own_time_once_the_pause_is_over(world, ends):
    await held(world)
    pause = await switched(world, until=NINE - 10 * MINUTE if ends == "by itself" else None)
    assert pause["changed"]["withdrawn"] == 1
    if ends == "lifted before the provider was asked":
        await world.services.switches.lift(world.agency.id, pause["id"], "Lee")
    await world.at(HALF_PAST_EIGHT + MINUTE)
    assert await world.services.withdrawing.run() == 1
    assert ((await due(world))[0], (await due(world))[1].due_at) == ("planned", NINE)
    if ends == "lifted after":
        await world.services.switches.lift(world.agency.id, pause["id"], "Lee")
    await world.at(NINE)
    await world.deliver(SMS)
    assert ((await due(world))[0], len(world.fakes[SMS].sent)) == ("sent", 2)


async def test_what_a_pause_withdrew_is_held_at_its_own_time_while_the_pause_lasts(world):
    await held(world)
    await switched(world)
    await world.at(HALF_PAST_EIGHT + MINUTE)
    await world.services.withdrawing.run()
    await world.at(NINE)
    await world.deliver(SMS)
    assert ((await due(world))[0], len(world.fakes[SMS].sent)) == ("planned paused", 1)


async def test_what_a_stop_withdrew_is_canceled(world):
    await held(world)
    await switched(world, STOP)
    await world.at(HALF_PAST_EIGHT + MINUTE)
    await world.services.withdrawing.run()
    assert (await due(world))[0] == "canceled stopped"


@pytest.fixture
def during_the_claim(world, monkeypatch):
    """Return how to do something else after a claim asked for switches, until that is done or waits for the claim."""

    def during(what):
        begun = []

        async def asked(*args):
            found = await not_too_often(*args)
            if not begun:
                begun.append(asyncio.create_task(what()))
                while not begun[0].done() and not await world.rows(WAITS):
                    await asyncio.sleep(0)
            return found

        monkeypatch.setattr("app.pipeline.last_look.not_too_often", asked)
        return begun

    return during


async def test_a_pause_that_is_set_during_a_claim_withdraws_what_that_claim_hands_over(world, during_the_claim):
    await holding(world)
    await world.planned()
    begun = during_the_claim(lambda: switched(world))
    assert await hand_over(world) == [1]
    assert (await begun[0])["changed"]["withdrawn"] == 1


async def test_a_pause_that_is_lifted_during_a_claim_lets_go_what_that_claim_holds(world, during_the_claim):
    await world.planned()
    pause = await switched(world)
    begun = during_the_claim(lambda: world.services.switches.lift(world.agency.id, pause["id"], "Lee"))
    await world.at(NINE)
    await world.deliver(SMS)
    assert (await begun[0])["resumed"] == 1
    await world.deliver(SMS)
    assert (await due(world))[0] == "sent"


async def test_whoever_was_to_hear_it_by_a_text_that_a_stop_ends_is_planned_anew(world):
    family = [an_event(a_member(emails=(), consents=yes(SMS)), subject) for subject in ("M-1", "M-2")]
    await world.apply(*family)
    await world.plan()
    [told] = await world.rows("SELECT renewal_id FROM message WHERE bundled_into IS NOT NULL")
    await switched(world, STOP, channel=SMS)
    assert told in await world.rows("SELECT renewal_id FROM replan")


async def test_planning_anew_leaves_what_is_held_as_it_is(world):
    await world.planned()
    await switched(world)
    await world.at(NINE)
    await world.deliver(SMS)
    before = (await due(world))[1]
    await world.planned(a_member(first_name="Anna"))
    after = (await due(world))[1]
    assert (after.status, after.reason, after.due_at) == ("planned", "paused", before.due_at)


async def test_lifting_one_of_two_leaves_the_other(world):
    await world.planned()
    first, _ = await switched(world), await switched(world, HARDSHIP, program="medi_cal")
    await world.at(NINE)
    await world.deliver(SMS)
    await world.services.switches.lift(world.agency.id, first["id"], "Lee")
    await world.deliver(SMS)
    assert (await due(world))[0] == "planned hardship"


async def test_what_is_lifted_stays_lifted_and_is_listed_when_asked_for(world):
    pause = await switched(world)
    switches = world.services.switches
    await switches.lift(world.agency.id, pause["id"], "Lee")
    again = await switches.lift(world.agency.id, pause["id"], "Max")
    assert (again["lifted_by"], again["resumed"]) == ("Lee", 0)
    assert await switches.every(world.agency.id) == []
    assert [one["id"] for one in await switches.every(world.agency.id, over=True)] == [pause["id"]]
    assert await switches.one(world.agency.id, world.agency.id) is None
    assert await switches.lift(world.agency.id, world.agency.id, "Lee") is None


async def test_a_switch_that_ended_by_itself_is_not_listed_as_in_force(world):
    await switched(world, until=NINE)
    await world.at(NINE)
    assert await world.services.switches.every(world.agency.id) == []
    assert len(await world.services.switches.every(world.agency.id, over=True)) == 1


@pytest.mark.parametrize("scope", [Scope(ladder="spring"), Scope(program="medical")])
async def test_a_switch_that_cannot_be_is_refused_and_nothing_is_held(world, scope):
    asked = SwitchAsked(PAUSE, "x", scope)
    found = await world.services.switches.set(world.agency, asked, by="Kim")
    assert isinstance(found, BadSwitch)
    assert await world.services.switches.every(world.agency.id) == []


async def test_the_timeline_says_that_a_reminder_will_be_held(world):
    await world.planned()
    await switched(world, HARDSHIP, county_code="30")
    listed = await world.services.reporting.messages(
        world.agency.id, {"kind": None, "status": "planned", "reason": "hardship", "channel": SMS, "month": None},
        before=None, limit=10,
    )  # fmt: skip
    assert [one["reason"] for one in listed] == ["hardship"] * len(listed)
    assert listed


async def test_what_waits_for_another_try_is_held_too(world):
    await world.planned()
    await world.at(NINE)
    world.fakes[SMS].answer = lambda _: TryLater("rate_limited")
    await world.deliver(SMS)
    await switched(world)
    await world.at(NINE + timedelta(hours=2))
    await world.deliver(SMS)
    assert (await due(world))[0] == "planned paused"


async def test_a_pause_during_a_send_holds_the_next_batch(world, monkeypatch):
    monkeypatch.setattr("app.pipeline.delivery.BATCH", 1)
    for number in range(3):
        await world.planned(a_member(phones=(), emails=()), subject=f"N-{number}")
        await world.planned(subject=f"M-{number}")
    await world.rows("UPDATE contact_point SET value_index = sha256(cast(cast(id AS text) AS bytea))")
    await world.rows("UPDATE message SET status = 'planned', reason = NULL, bundled_into = NULL WHERE channel = 'sms'")
    world.fakes[SMS].alone = False
    set_once = []

    async def pause():
        if not set_once:
            set_once.append(await switched(world))

    world.fakes[SMS].meanwhile = pause
    await world.at(NINE)
    await world.deliver(SMS)
    assert len(world.fakes[SMS].sent) <= 2  # the other loop may have claimed one before


async def test_two_who_set_switches_at_the_same_time_both_have_them(world):
    await asyncio.gather(switched(world), switched(world, channel=SMS))
    assert len(await world.services.switches.every(world.agency.id)) == 2
