import pytest

from app.db import alarms
from app.db.schema import known_schema
from app.pipeline.checkup import Checkup
from app.pipeline.footing import Footing
from app.pipeline.providers import Providers
from app.rules.facts import Channel
from app.rules.languages import LANGUAGES
from app.wiring import machine_now
from channels.contract import Health, TryLater, Unclear
from channels.segments import as_sent
from tests.app.pipeline.fakes import FakeChannel
from tests.app.pipeline.test_delivery import many_planned
from tests.app.pipeline.world import SMS
from tests.conftest import AGENCY


class Gone(FakeChannel):
    async def check(self):
        return Health(ok=False, detail="does not answer")


@pytest.fixture
def checkup(world):
    """A look over everything, with a provider that does not answer."""
    built, gone = world.services, Providers({SMS: [Gone("twilio", "")]})
    footing = Footing(known_schema(), live=False, data_dir=None, machine_now=machine_now)
    return Checkup(
        built.database, built.wording, providers=gone, clips=built.clips, measure=as_sent, mode="sandbox",
        footing=footing,
    )  # fmt: skip


async def test_a_provider_that_does_not_answer_is_wrong_and_says_how_to_mend_it(checkup):
    [wrong] = [one for one in await checkup.everything() if one.wrong and one.subject.startswith("sms")]
    assert wrong.subject == "sms by twilio"
    assert wrong.what == "does not answer"
    assert wrong.mend == "start `keepcovered up`"


async def test_an_agency_is_looked_over(checkup):
    found = {one.what for one in await checkup.everything() if one.subject == "agency orange"}
    assert "sends by sms, email, voice" in found


async def test_missing_senders_and_unknown_languages_are_named(checkup, world):
    await world.rows('UPDATE agency SET profile = profile #- \'{senders,email}\' || \'{"languages": ["xx", "ium"]}\'')
    found = [one for one in await checkup.everything() if one.subject == "agency orange"]
    assert any("has no sender for email" in one.what and one.mend for one in found)
    assert any(one.wrong and "language xx is unknown" in one.what for one in found)
    assert any(not one.wrong and "language ium has no words yet" in one.what for one in found)


async def test_without_an_agency_the_mend_is_to_add_one(checkup, world):
    await world.rows("DELETE FROM sender")
    await world.rows("DELETE FROM agency")
    [wrong] = [one for one in await checkup.everything() if one.subject == "agencies"]
    assert "keepcovered agency add" in wrong.mend


async def test_the_coverage_table_has_each_channel_of_each_template_in_every_language_that_members_speak(checkup):
    rows = await checkup.coverage()
    assert {row["channel"] for row in rows} == {*Channel, "page", "call"}
    assert {row["language"] for row in rows} == {language.tag for language in LANGUAGES}
    assert {row["stands_in"] for row in rows if row["language"] == "ium"} == {"en"}


def test_a_finding_is_shown_as_plain_values(checkup):
    for one in checkup.words():
        assert set(one.shown()) == {"subject", "what", "mend", "wrong"}


async def test_a_provider_that_gets_no_messages_is_named_with_why_and_until_when(world, checkup):
    world.fakes[SMS].answer = lambda _: Unclear("500")
    await many_planned(world, 6)
    await world.deliver(SMS)
    [found] = [one for one in await checkup.everything() if one.subject == "sms by fake-sms"]
    assert found.wrong
    assert "(errors); tried again in" in found.what
    assert found.mend
    await world.breakers_half_open()
    [found] = [one for one in await checkup.everything() if one.subject == "sms by fake-sms"]
    assert found.what.endswith("being tried")


async def test_an_agency_whose_setting_is_wrong_is_named(world, checkup):
    world.fakes[SMS].answer = lambda _: TryLater("misconfigured")
    await world.sent()
    [found] = [one for one in await checkup.everything() if one.subject == "agency orange: sms by fake-sms"]
    assert "(misconfigured)" in found.what
    assert "own credentials" in found.mend


async def test_an_agencys_own_account_is_looked_at_too(world):
    built = world.services
    await built.tenancy.add(AGENCY + '[credentials.fake-sms]\naccount_sid = "AC1"\nauth_token = "secret"\n')
    found = {one.subject for one in await built.checkup.everything()}
    assert "agency orange: sms by fake-sms" in found
    assert "agency orange: email by fake-email" not in found


async def test_an_own_account_that_cannot_be_used_is_named_with_its_mend(world):
    await world.services.tenancy.add(AGENCY + '[credentials.fake-sms]\naccount_sid = "bad"\nauth_token = "secret"\n')
    [found] = [one for one in await world.services.checkup.everything() if one.subject == "agency orange: fake-sms"]
    assert found.wrong
    assert "not an account" in found.what
    assert "[credentials.fake-sms]" in found.mend


async def test_a_language_that_no_voice_speaks_is_named_with_what_calls_are_held_in(world):
    await world.rows("""UPDATE agency SET profile = profile || '{"languages": ["en", "hy", "km"]}'""")
    world.fakes[Channel.VOICE].mute = {"hy", "km"}
    found = {one.what: one for one in await world.services.checkup.everything()}
    assert not found["no voice speaks hy: calls are in recordings"].mend
    km = found["no voice speaks km: calls are in English, and where to get help"]
    assert (km.wrong, "clips check --language km" in km.mend) == (False, True)
    world.services.clips.live = True
    found = {one.what: one for one in await world.services.checkup.everything()}
    assert found["no voice speaks hy: calls are in English, and where to get help"].wrong


async def test_live_mode_is_told_which_words_nobody_approved(world, checkup):
    assert [one for one in await checkup.everything() if "not approved" in one.what] == []
    world.services.wording.live = True
    found = [one for one in await world.services.checkup.everything() if "not approved" in one.what]
    assert found
    assert all(one.wrong and "templates approve --language" in one.mend for one in found)


async def test_what_was_raised_as_an_alarm_is_named_with_how_often_and_the_mend(world, checkup):
    async with world.services.database.transaction(None) as tx:
        for _ in range(2):
            await alarms.raise_one(tx.session, world.agency.id, "codes_paused")
    [said] = [one for one in await checkup.everything() if "sign-up was paused" in one.what]
    assert (said.subject, said.wrong) == ("agency orange", True)
    assert "2 times" in said.what
    assert "CODES_AGENCY_HOUR" in said.mend
