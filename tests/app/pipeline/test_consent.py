from datetime import timedelta

import pytest

from app.pipeline.consent import Wish
from app.rules.facts import Consent
from tests.app.pipeline.world import ADDRESS, EMAIL, NINE, NOW, NUMBER, SMS, VOICE, a_member


async def wishes(world, address, *channels, granted, **more):
    async with world.services.database.transaction(world.agency.id) as tx:
        index = tx.session.index.of(f"contact_point.{'email' if '@' in address else 'phone'}", world.agency.id, address)
        wish = Wish(index, channels, granted=granted, basis="form", **more)
        return await world.services.consents.write(tx, world.agency.id, wish)


async def lines(world):
    return await world.rows("SELECT channel, granted, basis, source, wording FROM consent ORDER BY recorded_at, id")


async def test_a_no_cancels_what_is_planned_and_stands_in_the_ledger(world):
    await world.planned()
    await wishes(world, NUMBER, SMS, granted=False)
    assert await world.ends() == {"sms": "canceled opted_out", "email": "planned", "voice": "planned"}
    assert (await lines(world))[-1] == ("sms", False, "form", "member", None)


async def test_a_yes_is_planned_for(world):
    await world.planned(a_member(consents=()))
    await wishes(world, NUMBER, SMS, VOICE, granted=True, wording="v1")
    await world.plan()
    assert await world.ends() == {"sms": "planned", "email": "skipped no_consent", "voice": "planned"}
    jobs = await world.rows("SELECT task_name FROM procrastinate_jobs")
    assert "plan" in {job.task_name for job in jobs}


async def test_the_same_no_again_writes_no_second_line(world):
    await world.planned()
    for _ in range(2):
        await wishes(world, NUMBER, SMS, granted=False)
    assert len([line for line in await lines(world) if not line.granted]) == 1


async def test_a_wish_reaches_everybody_who_has_the_address(world):
    await world.planned()
    await world.planned(subject="M-2")
    assert len(await wishes(world, ADDRESS, EMAIL, granted=False)) == 2
    await world.plan()
    assert await world.end(EMAIL) == "canceled opted_out, skipped opted_out"


async def test_a_wish_for_an_address_that_nobody_has_is_written_all_the_same(world):
    assert await wishes(world, NUMBER, SMS, granted=False) == []
    [line] = await world.rows("SELECT member_id, granted FROM consent")
    assert line == (None, False)


async def test_the_ledger_is_append_only(world):
    await world.planned()
    with pytest.raises(Exception, match="append-only"):
        await world.rows("UPDATE consent SET granted = false")
    with pytest.raises(Exception, match="append-only"):
        await world.rows("DELETE FROM consent")


async def test_the_token_in_an_e_mail_stops_e_mail_to_its_address(world):
    await world.planned()
    await world.at(NINE)
    await world.deliver(EMAIL)
    url = world.fakes[EMAIL].sent[0].unsubscribe_url
    token, _, language = url.rpartition("/")[2].partition("?lang=")
    assert url == f"{world.services.settings.public_url}/v1/unsubscribe/{token}?lang={language}"
    assert language == world.fakes[EMAIL].sent[0].language
    assert await world.services.consents.agency_behind(token) == world.agency.id
    assert await world.services.consents.unsubscribe(token)
    assert (await lines(world))[-1] == ("email", False, "unsubscribe_link", "member", None)
    assert await world.end(SMS) == "planned"
    assert await world.services.consents.unsubscribe(token)


async def test_an_unsubscribe_before_the_reminder_went_out_cancels_it(world):
    await world.planned()
    [point] = await world.rows("SELECT id FROM contact_point WHERE kind = 'email'")
    assert await world.services.consents.unsubscribe(world.services.database.index.token("unsubscribe", point.id))
    assert await world.ends() == {"sms": "planned", "email": "canceled opted_out", "voice": "planned"}


async def test_a_forged_token_stops_nothing(world):
    await world.planned()
    [point] = await world.rows("SELECT id FROM contact_point WHERE kind = 'email'")
    index = world.services.database.index
    for token in ("", "x", index.token("other", point.id), index.token("unsubscribe", world.agency.id)):
        assert not await world.services.consents.unsubscribe(token)
        assert await world.services.consents.agency_behind(token) is None
    assert await world.end(EMAIL) == "planned"


async def test_a_stop_outlives_a_change_of_the_address_list(world):
    await world.planned()
    await wishes(world, NUMBER, SMS, granted=False)
    await world.tell(a_member(phones=()))
    await world.planned(a_member(), Consent(SMS, granted=True))
    assert (await world.message(SMS)).status == "canceled"


async def test_a_yes_that_only_repeats_is_a_line_where_it_lifts_a_stop(world):
    await wishes(world, NUMBER, SMS, granted=False)
    await world.planned()
    assert await world.end(SMS) == "skipped opted_out"
    for minutes in (1, 2):
        await world.tell(Consent(SMS, granted=True, address=NUMBER), time=NOW + timedelta(minutes=minutes))
        assert len(await world.rows("SELECT id FROM consent WHERE address_stopped = false")) == 1
    await world.plan()
    assert await world.end(SMS) == "planned"


async def test_a_later_no_is_a_line_though_a_no_holds(world):
    await world.planned()
    await wishes(world, NUMBER, SMS, granted=False)
    await world.at(NINE)
    await wishes(world, NUMBER, SMS, granted=False)
    assert [line.granted for line in await lines(world) if line.channel == "sms"] == [True, False, False]


async def test_every_line_says_with_whom(world):
    await world.planned()
    await wishes(world, NUMBER, SMS, granted=False)
    await wishes(world, NUMBER, SMS, granted=True, with_whom="CalOptima Health")
    rows = await world.rows("SELECT with_whom, granted, source FROM consent ORDER BY seq")
    assert [row.with_whom for row in rows] == [world.agency.name] * 4 + ["CalOptima Health"]


async def test_a_consent_that_ended_is_not_acted_on(world):
    until = NINE - timedelta(hours=1)
    await world.planned(a_member(consents=(Consent(SMS, granted=True, until=NINE + timedelta(hours=9)),)))
    await world.tell(Consent(SMS, granted=True, until=until))
    await world.at(NINE)
    await world.deliver(SMS)
    assert world.fakes[SMS].sent == []
    assert "consent_expired" in await world.end(SMS)
