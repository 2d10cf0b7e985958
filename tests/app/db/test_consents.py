from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app.db import consents, members
from app.rules.facts import Channel, Consent, MemberUpdated, Phone
from app.rules.record import ConsentLine
from tests.app.db.standing import a_member, address, learned, standing_in

NOW = datetime(2026, 11, 2, tzinfo=UTC)
NUMBER = "+17145550002"
SMS = Channel.SMS


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as opened:
        yield opened


@pytest.fixture
async def ana(place):
    """A member with a number, who said yes to texts."""
    yes = MemberUpdated(phones=(Phone(NUMBER),), consents=(Consent(SMS, granted=True, evidence="a letter"),))
    member = learned(a_member(), place.orange, NOW, yes)
    await save(place, member)
    return member


async def save(place, *people):
    async with place.session(place.orange) as session:
        await members.save(session, place.orange, people)
        await consents.save(session, place.orange, people)


async def ledger(place, member, *, after=None, limit=10):
    async with place.session(place.orange) as session:
        return await consents.of_member(session, place.orange, member.id, after=after, limit=limit)


async def test_the_ledger_keeps_every_line_and_the_state_only_the_last(place, ana):
    for hours in (1, 2, 3):
        async with place.session(place.orange) as session:
            held = (await members.by_refs(session, place.orange, ["M-1"]))["M-1"]
        no_and_yes = Consent(SMS, granted=hours == 2, basis="letter", address=NUMBER)
        await save(place, learned(held, place.orange, NOW + timedelta(hours=hours), no_and_yes))
    lines = await ledger(place, ana)
    assert [(line.granted, line.at - NOW) for line in lines] == [
        (granted, timedelta(hours=hours)) for hours, granted in enumerate([True, False, True, False])
    ]
    (state,) = place.rows("SELECT granted, at, channel, purpose FROM consent_state")
    assert state == {"granted": False, "at": NOW + timedelta(hours=3), "channel": "sms", "purpose": "renewal"}


async def test_the_ledger_can_be_read_page_by_page(place, ana):
    async with place.session(place.orange) as session:
        held = (await members.by_refs(session, place.orange, ["M-1"]))["M-1"]
    await save(place, learned(held, place.orange, NOW + timedelta(1), Consent(None, granted=False)))
    whole = await ledger(place, ana)
    first = await ledger(place, ana, limit=2)
    assert [*first, *await ledger(place, ana, after=first[-1].id)] == [*whole]
    assert len(whole) == 3


async def test_the_evidence_is_sealed(place, ana):
    (row,) = place.rows("SELECT consent::text AS it, evidence_sealed FROM consent")
    assert row["evidence_sealed"] is not None
    assert b"letter".hex() not in row["it"]
    assert "evidence" not in (await ledger(place, ana))[0]._fields


async def test_a_stop_from_a_number_that_nobody_lists_is_kept_too(place):
    index = address(place.orange, SMS, NUMBER)
    line = ConsentLine(index, SMS, "renewal", False, "text_stop", NOW, None, "", "member", "tie")  # noqa: FBT003
    async with place.session(place.orange) as session:
        await consents.append_for_address(session, place.orange, line)
    assert place.rows("SELECT member_id, granted, basis FROM consent") == [
        {"member_id": None, "granted": False, "basis": "text_stop"}
    ]


async def stops(place, member):
    async with place.session(place.orange) as session:
        return await consents.stops_of_member(session, place.orange, member.id)


async def test_a_stop_covers_its_address_and_channel_until_it_is_lifted(place, ana):
    index = address(place.orange, SMS, NUMBER)
    async with place.session(place.orange) as session:
        await consents.set_stop(session, place.orange, index, SMS, stopped=True, at=NOW)
    assert await stops(place, ana) == {(index, "sms")}
    async with place.session(place.orange) as session:
        await consents.lift_stop(session, place.orange, index, Channel.VOICE, NOW + timedelta(1))
    assert await stops(place, ana) == {(index, "sms")}
    async with place.session(place.orange) as session:
        await consents.lift_stop(session, place.orange, index, SMS, NOW + timedelta(1))
    assert await stops(place, ana) == set()


@pytest.mark.parametrize("lift", [True, False])
async def test_what_is_older_does_not_change_a_stop(place, ana, lift):
    index = address(place.orange, SMS, NUMBER)
    async with place.session(place.orange) as session:
        await consents.set_stop(session, place.orange, index, SMS, stopped=lift, at=NOW)
        if lift:
            await consents.lift_stop(session, place.orange, index, SMS, NOW - timedelta(1))
        else:
            await consents.set_stop(session, place.orange, index, SMS, stopped=True, at=NOW - timedelta(1))
    assert bool(await stops(place, ana)) is lift


async def test_lifting_a_stop_that_is_not_there_makes_none(place):
    async with place.session(place.orange) as session:
        await consents.lift_stop(session, place.orange, b"address", SMS, NOW)
    assert place.rows("SELECT * FROM address_stop") == []


@pytest.mark.parametrize("agency", ["orange", None])
@pytest.mark.parametrize("change", ["UPDATE consent SET granted = true", "DELETE FROM consent", "TRUNCATE consent"])
async def test_a_line_of_the_ledger_is_never_changed_by_us(place, ana, agency, change):
    async with place.session(agency and place.orange) as session:
        with pytest.raises(Exception, match="permission denied"):
            await session.run(text(change))
    assert len(await ledger(place, ana)) == 1


@pytest.mark.parametrize("change", ["UPDATE consent SET granted = true", "DELETE FROM consent"])
async def test_not_even_the_owner_of_the_tables_changes_the_ledger(place, ana, change):
    with pytest.raises(Exception, match="consent is append-only"):
        place.run(change)
    assert len(await ledger(place, ana)) == 1
