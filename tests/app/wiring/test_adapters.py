from datetime import timedelta
from importlib.metadata import EntryPoint

import pytest
from pydantic import SecretStr

from app.errors import BadSettings
from app.rules.facts import Channel
from app.settings import Channels
from app.settings.reading import LIVE_NEEDS
from app.wiring import adapters
from channels.defaults import Defaults
from channels.provider import Provider, Setting
from channels.transport import Transport


class Pigeon(Defaults):
    name = "pigeon"


PROVIDER = Provider(
    "pigeon", (Setting("loft", "where it lives"), Setting("corn", "what it eats", required=False)),
    {"sms": lambda access: Pigeon()},
)  # fmt: skip


@pytest.fixture
def transport():
    return Transport(timeout=timedelta(seconds=1))


@pytest.fixture
def a_pigeon(monkeypatch):
    mine = EntryPoint("pigeon", f"{__name__}:PROVIDER", adapters.GROUP)
    ours = adapters.discovered()
    monkeypatch.setattr(adapters, "discovered", lambda: {**ours, "pigeon": mine})
    monkeypatch.setattr(adapters, "load", lambda point: PROVIDER if point is mine else point.load())


def test_every_channel_has_an_adapter(settings, transport):
    built = adapters.providers(settings, transport)
    assert {channel for channel, _ in built} == set(Channel)
    assert [one.name for one in built.of(Channel.SMS)] == ["twilio"]


def test_an_adapter_that_nobody_offers_is_named_beside_those_there_are(settings, transport):
    strange = settings.model_copy(update={"channels": Channels(sms="dove", voice="sendgrid")})
    with pytest.raises(BadSettings, match=r"no adapter for sms=dove, voice=sendgrid; there are .*sendgrid.*twilio"):
        adapters.providers(strange, transport)


@pytest.mark.usefixtures("a_pigeon")
def test_somebody_elses_adapter_serves_a_channel_beside_ours(settings, transport):
    said = {"pigeon": {"loft": SecretStr("attic")}}
    mixed = settings.model_copy(update={"channels": Channels(sms="pigeon, twilio"), "providers": said})
    built = adapters.providers(mixed, transport)
    assert [one.name for one in built.of(Channel.SMS)] == ["pigeon", "twilio"]


@pytest.mark.usefixtures("a_pigeon")
def test_what_an_adapter_needs_and_does_not_get_is_named(settings, transport):
    mixed = settings.model_copy(update={"channels": Channels(sms="pigeon")})
    with pytest.raises(BadSettings, match=r"the adapter pigeon needs PIGEON__LOFT$"):
        adapters.providers(mixed, transport)


def test_an_entry_point_that_is_no_provider_is_refused():
    with pytest.raises(BadSettings, match=r"posix of the group .* is no provider"):
        adapters.load(EntryPoint("posix", "os:path", adapters.GROUP))


@pytest.mark.parametrize("name", sorted(adapters.discovered()))
def test_what_live_mode_asks_for_is_what_our_adapters_need(name):
    provider = adapters.load(adapters.discovered()[name])
    assert {setting.name for setting in provider.settings if setting.required} == set(LIVE_NEEDS[name])
