from dataclasses import replace
from uuid import UUID

import pytest

from app.errors import UnfitTemplates
from app.pipeline.wording import Unfolding, Wording, fitting
from app.rules.facts import Channel
from tests.app.pipeline.world import NINE, SMS, VOICE, a_member

KEY = "renewal_two_months"


async def book(world, wording=None):
    async with world.services.database.transaction(None) as tx:
        return await (wording or world.services.wording).book(tx.session)


def changed(world):
    shipped = world.services.wording.shipped
    texts = {name: "# read again\n" + text for name, text in shipped.templates.items()}
    return Wording(world.services.database, replace(shipped, templates=texts))


@pytest.fixture
async def forgets(world):
    """The templates are shared by all tests: what this one publishes is taken away again."""
    yield
    await world.rows("DELETE FROM template_version WHERE version > 1")


async def test_what_is_published_is_not_published_again(world):
    assert await world.services.wording.publish() == 0


async def test_a_reader_gets_the_own_language_or_the_nearest_that_has_words(world):
    versions = await book(world)
    for wanted, got in {"es": "es", "yue": "zh-Hant", "zh-Hans": "zh-Hans", "ium": "en", None: "en"}.items():
        assert versions.version(KEY, SMS, wanted)[0] == got


async def test_an_unknown_template_is_an_error(world):
    with pytest.raises(KeyError):
        (await book(world)).version("nothing", SMS, "en")
    with pytest.raises(KeyError):
        (await book(world)).version("voicemail", SMS, "en")


async def test_every_reminder_has_words_on_every_channel_in_every_shipped_language(world):
    versions = await book(world)
    for language in ("en", "es", "vi", "zh-Hans", "zh-Hant", "ko"):
        for channel in Channel:
            assert versions.version(KEY, channel, language)[0] == language


async def test_changed_words_become_a_new_version_and_reach_what_is_planned_anew(world, forgets):
    await world.planned()
    before = await world.message(SMS)
    wording = changed(world)
    assert await wording.publish() == len(wording.shipped.templates)
    assert (await world.message(SMS)).template_version_id == before.template_version_id
    await world.planned(a_member(first_name="Anna", language_written="en"))
    assert (await world.message(SMS)).template_version_id != before.template_version_id


async def test_an_older_version_that_a_message_was_planned_with_is_still_at_hand(world, forgets):
    old = (await book(world)).versions[KEY, "es"]
    wording = changed(world)
    await wording.publish()
    async with world.services.database.transaction(None) as tx:
        fresh = await wording.book(tx.session, [old])
    assert fresh.versions[KEY, "es"] != old
    assert fresh.templates[old].key == KEY


async def test_a_page_is_in_the_first_language_that_has_it(world):
    page = world.services.wording.page
    assert (await page("unsubscribed", ["ium", "vi"])).language == "vi"
    assert (await page("unsubscribed", [])).language == "en"


@pytest.mark.parametrize(("language", "got"), [("vi", "vi"), ("ium", "en"), ("yue", "zh-Hant")])
async def test_the_consent_wording_is_shown_in_the_readers_language(world, language, got):
    assert world.services.wording.wording("v1", language, SMS).language == got
    assert world.services.wording.wording("v0", language, VOICE) is None


def with_one(world, change):
    """The shipped templates, of which the English reminder and another one are changed."""
    shipped = world.services.wording.shipped
    texts = dict(shipped.templates)
    texts["en/help.toml"] = "# read again\n" + texts["en/help.toml"]
    texts["en/renewal_two_months.toml"] = change(texts["en/renewal_two_months.toml"])
    return Wording(world.services.database, replace(shipped, templates=texts))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(
            lambda text: text.replace("Your county may mail you a letter. If", "And so on." * 90 + " If"),
            "en/renewal_two_months sms: 9 segments with the longest words", id="a text too long",
        ),
        pytest.param(
            lambda text: text.replace('unsubscribe_label = "Stop these e-mails"', ""),
            "en/renewal_two_months email: no way to unsubscribe", id="an e-mail that one cannot leave",
        ),
        pytest.param(lambda text: text.replace("{month}", "{moonth}"), "unknown mark {moonth}", id="a misspelt mark"),
        pytest.param(lambda text: text.replace("[sms]", "[sms"), "no TOML", id="a broken file"),
    ],
)  # fmt: skip
async def test_words_that_do_not_fit_are_refused_and_nothing_is_loaded(world, change, said):
    before = await world.rows("SELECT id FROM template_version")
    with pytest.raises(UnfitTemplates) as refused:
        await with_one(world, change).publish()
    assert said in str(refused.value)
    assert len(await world.rows("SELECT id FROM template_version")) == len(before)


def test_all_that_is_wrong_is_said_at_once(world):
    shipped = world.services.wording.shipped
    broken = [shipped.templates[name].replace("{code}", "") for name in ("en/help.toml", "vi/help.toml")]
    with pytest.raises(UnfitTemplates, match=r"en/help sms: \{code\} is missing.*; vi/help sms: \{code\} is missing"):
        fitting(broken, shipped.layout)


# --- live mode sends only what is approved ----------------------------------------------------


@pytest.fixture
def live(world, forgets):
    """Live mode, in which nothing is approved yet."""
    world.services.wording.live = True
    return world.services.wording


async def test_approved_words_are_known_again_as_those_that_ship(world, live):
    assert await live.approve("es", [KEY], "Ana Ruiz") == 1
    assert await live.approve("es", [KEY], "Ana Ruiz") == 0
    assert await live.publish() == 0
    held = (await book(world)).template(KEY, "es")
    assert (held.review, held.reviewer) == ("approved", "Ana Ruiz")


async def test_what_was_approved_stays_in_force_until_what_is_new_is_approved_too(world, live):
    await live.approve("es", [KEY], "Ana Ruiz")
    before = (await book(world)).version(KEY, SMS, "es")
    await changed(world).publish()
    assert (await book(world)).version(KEY, SMS, "es") == before


async def test_words_that_are_not_approved_count_as_missing(world, live):
    await live.approve("en", [KEY], "Kim Lee")
    assert (await book(world)).version(KEY, SMS, "es")[0] == "en"


async def test_without_approved_words_nothing_is_planned_and_it_says_why(world, live):
    await world.planned()
    assert {(row.status, row.reason) for row in await world.messages()} == {("skipped", "words_not_approved")}


async def test_what_was_planned_with_words_that_are_not_approved_does_not_leave(world, forgets):
    await world.planned()
    world.services.wording.live = True
    await world.at(NINE)
    await world.deliver(SMS)
    row = await world.message(SMS)
    assert (row.status, row.reason) == ("canceled", "words_not_approved")
    assert world.fakes[SMS].sent == []


async def test_approved_words_are_sent(world, live):
    await live.approve("es", [], "Ana Ruiz")
    await world.planned()
    await world.at(NINE)
    await world.deliver(SMS)
    assert (await world.message(SMS)).status == "sent"


def test_a_template_is_taken_apart_once_and_only_when_it_is_asked_for(monkeypatch):
    asked = []
    monkeypatch.setattr("app.pipeline.wording.parse_template", lambda source: asked.append(source) or source.upper())
    words = Unfolding()
    words.sources |= {UUID(int=1): "one", UUID(int=2): "two"}
    assert [words[UUID(int=2)], words[UUID(int=2)]] == ["TWO", "TWO"]
    assert asked == ["two"]
