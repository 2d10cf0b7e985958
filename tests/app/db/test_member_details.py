from datetime import UTC, date, datetime, timedelta

import pytest
from uuid_utils.compat import uuid7

from app.db import member_details, members
from app.rules.facts import Email, MemberUpdated, Phone, RenewalChanged, RenewalDue, RenewalStatus
from app.rules.record import OccasionHeld
from tests.app.db.standing import a_member, address, learned, standing_in

NOW = datetime(2026, 11, 2, tzinfo=UTC)
NUMBER, OTHER, EMAIL = "+17145550002", "+17145550003", "ana@example.org"
FEBRUARY, IN_MAY = date(2027, 2, 1), date(2027, 5, 17)
LISTED = MemberUpdated(phones=(Phone(NUMBER), Phone(OTHER, rank=2)), emails=(Email(EMAIL),))


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as opened:
        yield opened


async def save(place, *people):
    async with place.session(place.orange) as session:
        await members.save(session, place.orange, people)


async def load(place):
    async with place.session(place.orange) as session:
        return (await members.by_refs(session, place.orange, ["M-1"]))["M-1"]


async def test_a_renewal_comes_back_with_its_days_and_its_cycle(place):
    member = learned(a_member(), place.orange, NOW, MemberUpdated(renewals=(RenewalDue("medi_cal", FEBRUARY, 6),)))
    lost = RenewalChanged("medi_cal", FEBRUARY, RenewalStatus.DISCONTINUED_PROCEDURAL)
    await save(place, learned(member, place.orange, NOW + timedelta(days=1), lost))
    [held] = (await load(place)).renewals.values()
    assert (held.status, held.status_on, held.effective_on) == (
        "discontinued_procedural", date(2026, 11, 2), date(2027, 2, 28),
    )  # fmt: skip
    assert (held.cycle_months, held.cycle) == (6, 6)


async def test_what_falls_due_comes_back_and_is_no_renewal(place):
    member = a_member()
    falls = OccasionHeld(uuid7(), "work_notice", "medi_cal", IN_MAY, changed=True)
    member.occasions = [falls]
    await save(place, member)
    held = await load(place)
    falls.changed = False
    assert (held.renewals, held.occasions) == ({}, [falls])
    held.occasions[0].on, held.occasions[0].status, held.occasions[0].changed = date(2027, 5, 3), "canceled", True
    await save(place, held)
    [again] = (await load(place)).occasions
    assert (again.id, again.on, again.status) == (falls.id, date(2027, 5, 3), "canceled")


async def test_a_renewal_and_other_occasions_of_one_month_stand_beside_each_other(place):
    member = learned(a_member(), place.orange, NOW, MemberUpdated(renewals=(RenewalDue("medi_cal", FEBRUARY),)))
    kinds = ("work_notice", "age_out_19")
    member.occasions = [OccasionHeld(uuid7(), kind, "medi_cal", FEBRUARY, changed=True) for kind in kinds]
    await save(place, member)
    held = await load(place)
    assert ({one.occasion for one in held.occasions}, len(held.renewals)) == (set(kinds), 1)
    assert len(place.rows("SELECT * FROM replan")) == 3


async def test_only_numbers_in_use_are_opened(place):
    member = learned(a_member(), place.orange, NOW, LISTED)
    await save(place, learned(member, place.orange, NOW + timedelta(1), MemberUpdated(phones=(Phone(NUMBER),))))
    async with place.session(place.orange) as session:
        assert await member_details.numbers(session, place.orange, []) == {}
        found = await member_details.numbers(session, place.orange, [member.id])
    assert found == {member.id: {address(place.orange, "sms", NUMBER): NUMBER}}


async def test_the_place_of_a_number_comes_back(place):
    member = learned(a_member(), place.orange, NOW, LISTED)
    for point in member.points.values():
        point.place = "America/Los_Angeles;CA"
    await save(place, member)
    assert {point.place for point in (await load(place)).points.values()} == {"America/Los_Angeles;CA"}
