"""What is kept of each message, and what a draft says of the months to come."""

from datetime import date, timedelta
from uuid import UUID

from app.db import drafting, timeline
from app.rules.explaining.cycles import Foreseen
from app.rules.switches import Scope, SwitchAsked, SwitchKind
from channels.signals import Status
from tests.app.pipeline.world import FEBRUARY, MARCH, SMS, VOICE, a_member

NEXT = UUID(int=9)


async def member_of(world):
    return (await world.rows("SELECT id FROM member"))[0].id


async def test_a_message_comes_with_the_switch_that_holds_it(world):
    await world.planned()
    asked = SwitchAsked(SwitchKind.PAUSE, "a fire", Scope(channel=SMS))
    await world.services.switches.set(world.agency, asked, by="Kim")
    async with world.services.database.transaction(world.agency.id) as tx:
        rows = await timeline.messages(tx.session, world.agency.id, await member_of(world))
    found = {row.channel: (row.switch_kind, row.switch_by, row.switch_reason, row.version) for row in rows}
    assert found["sms"] == ("pause", "Kim", "a fire", 1)
    assert found["voice"] == (None, None, None, 1)


async def test_a_switch_that_is_over_is_named_only_where_it_ended_the_message(world):
    await world.planned()
    switches = world.services.switches
    stop = await switches.set(world.agency, SwitchAsked(SwitchKind.STOP, "x", Scope(channel=SMS)), by="Kim")
    pause = await switches.set(world.agency, SwitchAsked(SwitchKind.PAUSE, "y", Scope(channel=VOICE)), by="Lee")
    for one in (stop, pause):
        await switches.lift(world.agency.id, one["id"], by="Max")
    async with world.services.database.transaction(world.agency.id) as tx:
        rows = await timeline.messages(tx.session, world.agency.id, await member_of(world))
    assert {row.channel: row.switch_by for row in rows} == {"sms": "Kim", "voice": None, "email": None}


async def test_tries_and_what_was_said_of_them_are_found_by_member(world):
    message = await world.sent()
    await world.receipt(message, Status.DELIVERED)
    async with world.services.database.transaction(world.agency.id) as tx:
        tries = await timeline.attempts(tx.session, world.agency.id, await member_of(world))
        heard = await timeline.receipts(tx.session, world.agency.id, await member_of(world))
        nobody = await timeline.attempts(tx.session, world.agency.id, NEXT)
    assert [(one.number, one.state) for one in tries] == [(1, "accepted")]
    assert [(one.attempt_id, one.status) for one in heard] == [(tries[0].id, "delivered")]
    assert nobody == []


async def test_a_draft_for_one_member_holds_theirs_alone_and_a_renewal_that_is_foreseen(world):
    await world.planned()
    await world.planned(subject="M-2")
    await world.planned(a_member(phones=(), emails=()), subject="M-3")
    member = (await world.rows("SELECT member_id FROM message WHERE status = 'planned' LIMIT 1"))[0].member_id
    drafts = world.services.planning.drafting
    async with world.services.database.transaction(world.agency.id) as tx:
        rules = await drafts.rules(tx.session, world.agency)
        until = tx.now + timedelta(days=200)
        await drafting.begin(tx.session)
        assert await timeline.choose(tx.session, world.agency.id, member) == 1
        values = await drafts.gather(tx.session, world.agency, rules, until, foreseen=True)
        coming = Foreseen(NEXT, "medi_cal", MARCH, 12, "county", FEBRUARY)
        await timeline.foresee(tx.session, member, "active", [coming])
        await drafts.lay_out(tx.session, rules, values, until)
        rows = await timeline.drafted(tx.session, world.agency.id)
        occasions = await timeline.occasions(tx.session)
        reach = await timeline.reach(tx.session)
        near = await timeline.near(tx.session, member)
    assert {(row.renewal_month, row.was) for row in rows} == {(FEBRUARY, "planned"), (MARCH, None)}
    assert [(one.period, one.status, one.due_on) for one in occasions][1] == (MARCH, "unknown", date(2027, 3, 31))
    assert [one.channel for one in reach] == ["sms", "email", "voice"]
    assert all(hasattr(one, "on_day") for one in near)
