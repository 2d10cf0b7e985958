import socket

import pytest

from app.pipeline.checkup import Checkup
from app.rules.facts import Channel
from tests.app.pipeline.world import SMS


@pytest.fixture
def checkup(world):
    """A look over everything, with a provider that does not answer."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        built = world.services
        yield Checkup(
            built.database, built.wording, providers={SMS: ("twilio", url)}, count_segments=len, mode="sandbox"
        )


async def test_a_provider_that_does_not_answer_is_wrong_and_says_how_to_mend_it(checkup):
    [wrong] = [one for one in await checkup.everything() if one.wrong and one.subject.startswith("sms")]
    assert "does not answer" in wrong.what
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
