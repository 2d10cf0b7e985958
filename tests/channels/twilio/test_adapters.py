from datetime import timedelta

from channels.provider import Access
from channels.transport import Transport
from channels.twilio.adapters import PROVIDER

ACCESS = Access(Transport(timeout=timedelta(seconds=1)), {}, "https://us.example")


def test_secrets_are_marked_as_such():
    secret = {setting.name for setting in PROVIDER.settings if setting.secret}
    assert secret == {"auth_token", "next_auth_token"}


def test_calls_and_texts_are_offered_under_one_name():
    built = {channel: make(ACCESS) for channel, make in PROVIDER.channels.items()}
    assert {channel: one.capabilities.channel for channel, one in built.items()} == {"sms": "sms", "voice": "voice"}
    assert {one.name for one in built.values()} == {PROVIDER.name}
