from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidTag
from uuid_utils.compat import uuid7

from app.db import consents, members
from app.rules.facts import (
    Channel,
    Consent,
    Email,
    LineKind,
    MemberUpdated,
    MilestoneSet,
    Phone,
    RenewalChanged,
    RenewalDue,
    RenewalStatus,
    Representative,
)
from tests.app.db.standing import INDEX, a_member, address, learned, standing_in

NOW = datetime(2026, 11, 2, tzinfo=UTC)
NUMBER, OTHER, EMAIL = "+17145550002", "+17145550003", "Ana@example.org"
FEBRUARY = date(2027, 2, 1)
ANA = MemberUpdated(
    first_name="Ana", date_of_birth=date(1970, 1, 31), zip="92868", language_written="es", language_spoken="ko",
    timezone="America/Denver", representative=Representative("Eva", "mother"), channels=(Channel.SMS, Channel.EMAIL),
    phones=(Phone(NUMBER, LineKind.MOBILE, 2), Phone(OTHER, LineKind.LANDLINE, 1)), emails=(Email(EMAIL),),
    consents=(Consent(None, granted=True, until=NOW),), renewals=(RenewalDue("medi_cal", FEBRUARY, 6, "ssa"),),
)  # fmt: skip
PERSONAL = ("Ana", "1970-01-31", "92868", "Eva", NUMBER, OTHER, EMAIL, EMAIL.lower(), "M-1")


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as opened:
        yield opened


async def save(place, *people, agency=None):
    agency = agency or place.orange
    async with place.session(agency) as session:
        await members.save(session, agency, people)
        await consents.save(session, agency, people)


async def load(place, *refs, agency=None):
    agency = agency or place.orange
    async with place.session(agency) as session:
        return await members.by_refs(session, agency, refs)


def as_held(member):
    """A member as it comes back from the database: what only one transaction knows is forgotten."""
    points = {index: replace(point, value=None, changed=False) for index, point in member.points.items()}
    renewals = {key: replace(renewal, changed=False) for key, renewal in member.renewals.items()}
    return replace(
        member, new=False, changed=False, touched=False, relocated=False, private_said=False, points=points,
        renewals=renewals, lines=[], consents_set=set(),
    )  # fmt: skip


@pytest.fixture
def ana(place):
    facts = [
        ANA,
        RenewalChanged("medi_cal", FEBRUARY, RenewalStatus.PACKET_MAILED, packet_mailed_on=date(2026, 12, 1)),
        MilestoneSet("work_notice", "medi_cal", FEBRUARY),
    ]
    member = a_member()
    for hours, one in enumerate(facts):
        learned(member, place.orange, NOW + timedelta(hours=hours), one)
    return member


async def test_everything_about_a_member_comes_back_as_it_was(place, ana):
    await save(place, ana)
    assert await load(place, "M-1", "M-2") == {"M-1": as_held(ana)}


async def test_what_is_not_opened_stays_as_it_is_when_something_else_is_said(place, ana):
    await save(place, ana)
    async with place.session(place.orange) as session:
        parts = (await members.by_refs(session, place.orange, ["M-1"], lock=True, whole=()))["M-1"]
        assert (parts.private, parts.points, parts.consents) == ({}, {}, {})
        assert (parts.renewals, parts.stamps) == (as_held(ana).renewals, ana.stamps)
        assert parts.born_in == ana.born_in
        learned(
            parts, place.orange, NOW + timedelta(days=1), RenewalChanged("medi_cal", FEBRUARY, RenewalStatus.RENEWED)
        )
        await members.save(session, place.orange, [parts])
    after = (await load(place, "M-1"))["M-1"]
    before = as_held(ana)
    assert (after.private, after.points, after.consents) == (before.private, before.points, before.consents)
    assert after.ref == "M-1"
    assert after.renewals["medi_cal", FEBRUARY].status is RenewalStatus.RENEWED
    assert set(after.stamps) > set(before.stamps)


async def test_a_member_is_found_by_id_and_by_address_too(place, ana):
    await save(place, ana)
    async with place.session(place.orange) as session:
        assert await members.by_ids(session, place.orange, [ana.id, uuid7()]) == {ana.id: as_held(ana)}
        for channel, value in ((Channel.SMS, NUMBER), (Channel.EMAIL, EMAIL.upper())):
            index = address(place.orange, channel, value)
            assert await members.ids_by_address(session, place.orange, index) == [ana.id]
        assert await members.ids_by_address(session, place.orange, b"nobody") == []


async def test_changes_are_saved_over_what_was_held(place, ana):
    await save(place, ana)
    held = (await load(place, "M-1"))["M-1"]
    changes = MemberUpdated(
        first_name=None, language_written=None, channels=(), phones=(Phone(OTHER, LineKind.MOBILE, 3),), emails=None
    )
    learned(held, place.orange, NOW + timedelta(days=1), changes)
    await save(place, held)
    assert await load(place, "M-1") == {"M-1": as_held(held)}
    assert [(p.line_kind, p.rank) for p in held.points_of("phone")] == [(LineKind.MOBILE, 3)]
    assert held.channels == []


async def test_an_address_that_is_listed_again_can_still_be_opened(place, ana):
    await save(place, ana)
    for days, phones in enumerate([(), (Phone(NUMBER),)], start=1):
        held = (await load(place, "M-1"))["M-1"]
        await save(place, learned(held, place.orange, NOW + timedelta(days=days), MemberUpdated(phones=phones)))
    async with place.session(place.orange) as session:
        opened = await members.addresses(session, place.orange, ana.id)
    assert opened == {address(place.orange, Channel.SMS, n): n for n in (NUMBER, OTHER)} | {
        address(place.orange, Channel.EMAIL, EMAIL): EMAIL
    }


async def test_nothing_personal_can_be_read_in_the_tables(place, ana):
    await save(place, ana)
    tables = ("member", "contact_point", "renewal", "consent", "consent_state")
    dump = " ".join(str(place.rows(f"SELECT {table}::text AS it FROM {table}")) for table in tables)  # noqa: S608
    assert [word for word in PERSONAL if word in dump or word.encode().hex() in dump] == []


async def test_the_same_reference_and_number_in_two_counties_are_two_people(place, ana):
    other = learned(a_member(), place.fresno, NOW, MemberUpdated(first_name="Ben", phones=(Phone(NUMBER),)))
    await save(place, ana)
    await save(place, other, agency=place.fresno)
    assert (await load(place, "M-1"))["M-1"].private["first_name"] == "Ana"
    assert (await load(place, "M-1", agency=place.fresno))["M-1"].private["first_name"] == "Ben"
    found = place.rows("SELECT count(DISTINCT ref_index) AS refs, count(DISTINCT id) AS ids FROM member")
    assert found == [{"refs": 2, "ids": 2}]


async def test_a_row_that_was_copied_to_another_member_does_not_open(place, ana):
    ben = learned(a_member("M-2"), place.orange, NOW, MemberUpdated(first_name="Ben"))
    await save(place, ana, ben)
    place.run("UPDATE member SET private_sealed = (SELECT private_sealed FROM member WHERE id = %s)", ana.id)
    with pytest.raises(InvalidTag):
        await load(place, "M-2")


async def test_only_who_changed_is_marked_to_be_planned_anew(place, ana):
    await save(place, ana)
    assert place.rows("SELECT renewal_id FROM replan") == [{"renewal_id": ana.renewals["medi_cal", FEBRUARY].id}]
    place.run("DELETE FROM replan")
    held = (await load(place, "M-1"))["M-1"]
    learned(held, place.orange, NOW + timedelta(days=2), MemberUpdated(first_name="Ana"))
    await save(place, held)
    assert place.rows("SELECT * FROM replan") == []


async def test_a_sign_up_without_a_county_record_is_found_by_its_address_until_it_has_one(place):
    person = a_member("")
    learned(person, place.orange, NOW, MemberUpdated(phones=(Phone(NUMBER),)))
    await save(place, person)
    index = address(place.orange, Channel.SMS, NUMBER)
    async with place.session(place.orange) as session:
        assert await members.provisional_by_address(session, place.orange, [index, b"other"]) == {index: person.id}
        assert await members.provisional_by_address(session, place.orange, []) == {}
        found = (await members.by_ids(session, place.orange, [person.id]))[person.id]
        assert found.ref == ""
        found.ref, found.ref_said, found.touched = "M-9", True, True
        await members.save(session, place.orange, [found])
    async with place.session(place.orange) as session:
        assert await members.provisional_by_address(session, place.orange, [index]) == {}
    assert (await load(place, "M-9"))["M-9"].id == person.id


async def test_a_members_key_is_made_once_and_stays(place, ana):
    await save(place, ana)
    before = place.rows("SELECT key_sealed FROM member")
    held = (await load(place, "M-1"))["M-1"]
    await save(place, learned(held, place.orange, NOW + timedelta(days=2), MemberUpdated(first_name="Anna")))
    assert place.rows("SELECT key_sealed FROM member") == before


async def test_nobody_else_changes_a_member_while_events_are_applied(place, ana):
    await save(place, ana)
    async with place.session(place.orange) as session:
        await members.by_refs(session, place.orange, ["M-1"], lock=True)
        free = place.rows("SELECT id FROM member FOR UPDATE SKIP LOCKED")
    assert free == []
    assert INDEX.of("member.ref", place.orange, "M-1") == bytes(
        place.rows("SELECT ref_index FROM member")[0]["ref_index"]
    )
