from datetime import timedelta

from channels.provider import Access
from channels.sendgrid.adapters import PROVIDER
from channels.transport import Transport

ACCESS = Access(Transport(timeout=timedelta(seconds=1)), {}, "https://us.example")


def test_secrets_are_marked_as_such():
    secret = {setting.name for setting in PROVIDER.settings if setting.secret}
    assert secret == {"api_key"}


def test_mail_is_offered():
    built = PROVIDER.channels["email"](ACCESS)
    assert (built.name, built.capabilities.channel) == (PROVIDER.name, "email")
