from uuid import UUID

from sqlalchemy import text

from app.db import drafting, planning
from app.pipeline.drafting import HORIZON
from app.rules.facts import MemberUpdated, RenewalDue
from tests.app.pipeline.world import FEBRUARY, SMS, a_member, yes

ALL = text("SELECT * FROM draft ORDER BY channel")


async def drafted(world, tx):
    await drafting.begin(tx.session)
    await planning.take(tx.session, world.agency.id, 100)
    rules = await world.services.planning.drafting.rules(tx.session, world.agency)
    await world.services.planning.drafting.arrange(tx.session, world.agency, rules, tx.now + HORIZON)
    return await tx.session.all(ALL)


async def test_a_draft_says_for_each_channel_what_is_to_be_said_or_why_not(world):
    await world.tell(a_member(consents=yes(SMS)))
    async with world.services.database.transaction(world.agency.id) as tx:
        rows = await drafted(world, tx)
    assert [(row.channel, row.status, row.reason) for row in rows] == [
        ("email", "skipped", "no_consent"), ("sms", "planned", None), ("voice", "skipped", "no_consent"),
    ]  # fmt: skip


async def test_a_draft_touches_no_message(world):
    await world.tell(a_member())
    async with world.services.database.transaction(world.agency.id) as tx:
        assert await drafted(world, tx)
    assert await world.messages() == []


async def test_what_is_drafted_counts_on_in_ids_of_version_seven(world):
    await world.tell(a_member())
    async with world.services.database.transaction(world.agency.id) as tx:
        ids = sorted(row.id for row in await drafted(world, tx))
    assert {UUID(str(one)).version for one in ids} == {7}
    assert ids[2].int - ids[0].int == 2


async def test_a_second_draft_of_a_transaction_begins_empty(world):
    await world.tell(a_member())
    async with world.services.database.transaction(world.agency.id) as tx:
        assert await drafted(world, tx)
        assert await drafted(world, tx) == []


async def test_what_stands_keeps_its_id_and_its_time(world):
    await world.planned()
    before = await world.message(SMS)
    await world.tell(a_member(language_written="vi"))
    async with world.services.database.transaction(world.agency.id) as tx:
        rows = {row.channel: row for row in await drafted(world, tx)}
    assert (rows["sms"].id, rows["sms"].due_at) == (before.id, before.due_at)
    assert (rows["sms"].was, rows["sms"].kept, rows["sms"].language) == ("planned", True, "vi")


async def test_who_has_no_address_has_one_row_on_no_channel(world):
    await world.tell(MemberUpdated(renewals=(RenewalDue("medi_cal", FEBRUARY),)))
    async with world.services.database.transaction(world.agency.id) as tx:
        [row] = await drafted(world, tx)
    assert (row.channel, row.reason, row.place) == ("none", "no_contact_point", "America/Los_Angeles;")


async def test_what_was_said_is_drafted_no_more(world):
    await world.sent()
    await world.tell(a_member(language_written="vi"))
    async with world.services.database.transaction(world.agency.id) as tx:
        assert "sms" not in {row.channel for row in await drafted(world, tx)}
