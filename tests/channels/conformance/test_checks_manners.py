import logging
from dataclasses import replace

import pytest

from channels.conformance import checks_manners as checks
from channels.conformance.trial import Trial
from channels.contract import Refused
from channels.provider import Setting
from tests.channels.conformance.sabotage import found, trial, whole


def has_another_name(adapter):
    adapter.name = "somebody"


def shows_its_secret(adapter):
    token = adapter._account._headers["Authorization"]  # noqa: SLF001
    adapter.check = whole_of(f"{token}, {secret_of(adapter)}")


def secret_of(adapter):
    return adapter._signatures._validators[0].token.decode()  # noqa: SLF001


def whole_of(said):
    async def check():
        return said

    return check


def talks(adapter):
    send = adapter.send

    async def loudly(messages, *, not_after):
        for message in messages:
            logging.getLogger("adapter").debug("sending to %s", message.to)
        return await send(messages, not_after=not_after)

    adapter.send = loudly


def says_nothing(adapter):
    adapter.say = lambda script: "<Response/>"


def plays_nothing(adapter):
    say = adapter.say
    adapter.say = lambda script: say(replace(script, lines=[replace(line, clip_url="") for line in script.lines]))


def is_choosy(adapter):
    send = adapter.send

    async def only_what_it_speaks(messages, *, not_after):
        if all(adapter.speaks(message.language) for message in messages):
            return await send(messages, not_after=not_after)
        return [Refused("bad_content") for _ in messages]

    adapter.send = only_what_it_speaks


CARELESS = [
    (checks.it_says_who_it_is, "sms", has_another_name),
    (checks.secrets_are_not_shown, "sms", shows_its_secret),
    (checks.nobody_s_data_is_logged_or_shown, "sms", talks),
    (checks.a_call_speaks_its_languages, "voice", says_nothing),
    (checks.a_call_speaks_its_languages, "voice", plays_nothing),
    (checks.a_call_is_placed_in_every_language, "voice", is_choosy),
]


@pytest.mark.parametrize(("check", "channel", "spoil"), CARELESS, ids=lambda one: getattr(one, "__name__", None))
async def test_a_careless_adapter_is_found_out_and_a_careful_one_is_not(check, channel, spoil):
    assert await found(check, channel, spoil)
    assert await found(check, channel, whole) == ""


async def test_a_setting_that_the_practice_leaves_out_is_named():
    async with trial("sms") as careful:
        needy = replace(careful.provider, settings=(*careful.provider.settings, Setting("colour", "of the paper")))
        finding = await checks.what_is_not_set_is_named(Trial(needy, "sms", careful.practice))
        assert finding.what == "the practice leaves out a required setting"
        assert await checks.what_is_not_set_is_named(careful) is None
