from datetime import timedelta

import pytest

from channels.provider import Access
from channels.smtp.adapters import PROVIDER
from channels.transport import Transport


def access(base="https://us.example", **settings: str):
    said = {"host": "relay.example", "port": "", "starttls": "yes"} | settings
    return Access(Transport(timeout=timedelta(seconds=1)), said, base)


def relay_of(**changes: str):
    return PROVIDER.channels["email"](access(**changes))._relay  # noqa: SLF001  (what the settings came to)


def test_secrets_are_marked_as_such():
    secret = {setting.name for setting in PROVIDER.settings if setting.secret}
    assert secret == {"password", "webhook_secret", "next_webhook_secret"}


def test_mail_is_offered():
    built = PROVIDER.channels["email"](access())
    assert (built.name, built.capabilities.channel, built.capabilities.batch) == (PROVIDER.name, "email", 1)


@pytest.mark.parametrize(
    ("said", "port", "implicit", "starttls"),
    [
        ({}, 587, False, True), ({"starttls": ""}, 25, False, False), ({"port": "465"}, 465, True, False),
        ({"port": "2525"}, 2525, False, True), ({"port": "465", "starttls": ""}, 465, True, False),
    ],
)  # fmt: skip
def test_the_port_decides_how_encryption_begins(said, port, implicit, starttls):
    client = relay_of(**said).client()
    assert (client.port, client.use_tls, client._start_tls_on_connect) == (port, implicit, starttls)  # noqa: SLF001


@pytest.mark.parametrize(
    ("base", "name"),
    [
        ("https://renewals.example.org/x", "renewals.example.org"), ("http://127.0.0.1:8000", "[127.0.0.1]"),
        ("http://[::1]:8000", "[IPv6:::1]"), ("https://bücher.example", "xn--bcher-kva.example"), ("", "localhost"),
    ],
)  # fmt: skip
def test_we_present_ourselves_by_our_public_name(base, name):
    assert relay_of(base=base).our_name == name


@pytest.mark.parametrize("half", [{"username": "us"}, {"password": "secret"}])
def test_a_user_name_and_its_password_are_set_together(half):
    with pytest.raises(ValueError, match="both or neither"):
        relay_of(**half)


def test_a_password_never_travels_in_the_clear_but_on_this_machine():
    with pytest.raises(ValueError, match="in the clear"):
        relay_of(starttls="", username="us", password="secret")
    for host in ("127.0.0.1", "localhost", "::1"):
        assert not relay_of(starttls="", username="us", password="secret", host=host).encrypted
