from app.pipeline.providers import Providers
from app.rules.facts import Channel
from tests.app.pipeline.fakes import FakeChannel

FIRST, SECOND = FakeChannel("first", ""), FakeChannel("second", "")
VOICE = FakeChannel("voice", "")
PROVIDERS = Providers({Channel.SMS: [FIRST, SECOND], Channel.EMAIL: [], Channel.VOICE: [VOICE]})


def test_the_preferred_one_comes_first():
    assert PROVIDERS.first(Channel.SMS) is FIRST
    assert PROVIDERS.of(Channel.SMS) == [FIRST, SECOND]
    assert PROVIDERS.calls is VOICE


def test_one_is_found_by_its_name_and_channel():
    assert PROVIDERS.named(Channel.SMS, "second") is SECOND
    assert PROVIDERS.named(Channel.SMS, "voice") is None


def test_all_are_given_with_their_channel():
    assert [(channel, one.name) for channel, one in PROVIDERS] == [
        (Channel.SMS, "first"), (Channel.SMS, "second"), (Channel.VOICE, "voice"),
    ]  # fmt: skip
