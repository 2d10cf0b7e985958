"""Hours, pauses and programs as they are kept, and the lines of the chain."""

from datetime import date
from uuid import uuid4

from app.db import choices
from app.db.choices import Limits, Line
from app.rules.chain import BEFORE_THE_FIRST, hash_of
from tests.app.pages.choosing import tell


async def member_of(services, agency, ref="M-1"):
    return (await services.reporting.member(agency.id, ref)).member.id


async def test_what_is_put_is_held_and_can_be_taken_back(services, agency):
    await tell(services, agency)
    id_ = await member_of(services, agency)
    for limits in (
        Limits((9, 17), date(2027, 1, 1), ("medi_cal",)),
        Limits((20, 24)),
        Limits(None, None, ()),
        Limits(),
    ):
        async with services.database.transaction(agency.id) as tx:
            await choices.put(tx.session, agency.id, [id_], limits)
            assert await choices.held(tx.session, agency.id, [id_]) == {id_: limits}


async def test_what_somebody_chose_goes_with_the_record_that_takes_over(services, agency):
    for ref, name in (("M-1", "Al"), ("M-2", "Bo")):
        await tell(services, agency, ref, phones=None, consents=None, first_name=name)
    gone, into = [await member_of(services, agency, ref) for ref in ("M-1", "M-2")]
    async with services.database.transaction(agency.id) as tx:
        await choices.put(tx.session, agency.id, [gone], Limits((9, 17), date(2027, 1, 1)))
        await choices.put(tx.session, agency.id, [into], Limits((10, 12)))
        await choices.take_over(tx.session, agency.id, gone=gone, into=into)
        assert (await choices.held(tx.session, agency.id, [into]))[into] == Limits((10, 12), date(2027, 1, 1))


async def test_lines_follow_from_each_other_over_transactions(services, agency):
    for said in ("9-17", "", "10-12"):
        async with services.database.transaction(agency.id) as tx:
            await choices.append(
                tx.session, agency.id, [Line(uuid4(), b"a", "hours", said, "preference_page", "en")] * 2
            )
    async with services.database.transaction(agency.id) as tx:
        rows = await choices.lines(tx.session, agency.id)
        assert [choices.opened(tx.session, row) for row in rows] == ["9-17"] * 2 + [""] * 2 + ["10-12"] * 2
    before = BEFORE_THE_FIRST
    for row in rows:
        before = hash_of(before, choices.linked(row.number, row))
        assert bytes(row.hash) == before
    assert [row.number for row in rows] == [1, 2, 3, 4, 5, 6]


async def test_no_line_is_no_work(services, agency):
    async with services.database.transaction(agency.id) as tx:
        await choices.append(tx.session, agency.id, [])
        assert list(await choices.lines(tx.session, agency.id)) == []
