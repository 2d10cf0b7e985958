from datetime import timedelta
from importlib.metadata import EntryPoint
from uuid import UUID

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


def test_an_agencys_own_account_shares_nothing_with_the_installations_but_its_address(settings):
    said = {"account_sid": "AC" + "1" * 32, "auth_token": "own"}
    both = settings.model_copy(update={"twilio": settings.twilio.model_copy(update={"next_auth_token": "ours"})})
    own = adapters.with_own(both, "twilio", said).of("twilio")
    assert own == {**said, "next_auth_token": "", "base_url": settings.twilio.base_url}


def test_what_an_agency_does_not_say_has_the_safe_default(settings):
    own = adapters.with_own(settings, "smtp", {"host": "relay.example", "port": 2525}).of("smtp")
    assert (own["host"], own["port"], own["starttls"], own["password"]) == ("relay.example", "2525", "yes", "")


def test_what_cannot_be_used_is_named_without_its_value(settings):
    [said] = adapters.misfits(settings, "smtp", {"host": "relay.example", "port": "sack-of-corn"})
    assert said.startswith("`port`: ")
    assert "sack" not in said
    assert adapters.misfits(settings, "smtp", {"host": "relay.example", "port": 25}) == []


@pytest.mark.usefixtures("a_pigeon")
def test_somebody_elses_adapter_can_have_an_agencys_own_account(settings, transport):
    said = {"pigeon": {"loft": SecretStr("attic")}}
    mixed = settings.model_copy(update={"channels": Channels(sms="pigeon"), "providers": said})
    built = adapters.providers(mixed, transport)
    mine = built.with_own(UUID(int=30), {"pigeon": {"loft": "barn"}})
    assert mine.of(Channel.SMS)[0] is not built.of(Channel.SMS)[0]
    assert adapters.with_own(mixed, "pigeon", {"loft": "barn"}).of("pigeon") == {"loft": "barn"}


def test_what_can_be_set_is_known_of_every_provider_that_is_installed():
    assert {setting.name for setting in adapters.offered()["twilio"].settings} >= {"account_sid", "auth_token"}


def test_a_setting_that_an_adapter_cannot_use_is_told_and_not_shown(settings, transport):
    wrong = settings.sendgrid.model_copy(update={"webhook_public_key": "hunter2"})
    with pytest.raises(BadSettings, match=r"^the adapter sendgrid: ") as refused:
        adapters.providers(settings.model_copy(update={"sendgrid": wrong}), transport)
    assert "hunter2" not in str(refused.value)


def test_an_entry_point_that_is_no_provider_is_refused():
    with pytest.raises(BadSettings, match=r"posix of the group .* is no provider"):
        adapters.load(EntryPoint("posix", "os:path", adapters.GROUP))


@pytest.mark.parametrize("name", sorted(adapters.discovered()))
def test_what_live_mode_asks_for_is_what_our_adapters_need(name):
    provider = adapters.load(adapters.discovered()[name])
    assert {setting.name for setting in provider.settings if setting.required} == set(LIVE_NEEDS[name])
