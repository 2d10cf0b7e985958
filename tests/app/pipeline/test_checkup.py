import pytest

from app.pipeline.checkup import Checkup
from app.pipeline.providers import Providers
from app.rules.facts import Channel
from channels.contract import Health
from tests.app.pipeline.fakes import FakeChannel
from tests.app.pipeline.world import SMS


class Gone(FakeChannel):
    async def check(self):
        return Health(ok=False, detail="does not answer")


@pytest.fixture
def checkup(world):
    """A look over everything, with a provider that does not answer."""
    built, gone = world.services, Providers({SMS: [Gone("twilio", "")]})
    return Checkup(built.database, built.wording, providers=gone, count_segments=len, mode="sandbox")


async def test_a_provider_that_does_not_answer_is_wrong_and_says_how_to_mend_it(checkup):
    [wrong] = [one for one in await checkup.everything() if one.wrong and one.subject.startswith("sms")]
    assert wrong.subject == "sms by twilio"
    assert wrong.what == "does not answer"
    assert wrong.mend == "start `keepcovered up`"


async def test_an_agency_is_looked_over(checkup):
    found = {one.what for one in await checkup.everything() if one.subject == "agency orange"}
    assert "sends by sms, email, voice" in found


async def test_missing_senders_and_unknown_languages_are_named(checkup, world):
    await world.rows('UPDATE agency SET profile = profile #- \'{senders,email}\' || \'{"languages": ["xx", "fa"]}\'')
    found = [one for one in await checkup.everything() if one.subject == "agency orange"]
    assert any("has no sender for email" in one.what and one.mend for one in found)
    assert any(one.wrong and "language xx is unknown" in one.what for one in found)
    assert any(not one.wrong and "language fa has no words yet" in one.what for one in found)


async def test_without_an_agency_the_mend_is_to_add_one(checkup, world):
    await world.rows("DELETE FROM sender")
    await world.rows("DELETE FROM agency")
    [wrong] = [one for one in await checkup.everything() if one.subject == "agencies"]
    assert "keepcovered agency add" in wrong.mend


def test_the_coverage_table_has_each_channel_of_each_template(checkup):
    rows = checkup.coverage()
    assert {row["channel"] for row in rows} == set(Channel)
    assert {row["language"] for row in rows} >= {"en", "es", "vi", "zh-Hans", "zh-Hant", "ko"}


def test_a_finding_is_shown_as_plain_values(checkup):
    for one in checkup.words():
        assert set(one.shown()) == {"subject", "what", "mend", "wrong"}
