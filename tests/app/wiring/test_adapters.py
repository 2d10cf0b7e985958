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


def _pigeon(access):
    if access["loft"] == "hunter2":
        raise ValueError(f"there is no loft {access['loft']}")
    return Pigeon()


PROVIDER = Provider(
    "pigeon", (Setting("loft", "where it lives"), Setting("corn", "what it eats", required=False)),
    {"sms": _pigeon},
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
    with pytest.raises(BadSettings, match=r"the adapter pigeon needs KEEPCOVERED_PROVIDERS__PIGEON__LOFT$"):
        adapters.providers(mixed, transport)


def test_an_agencys_own_account_shares_nothing_with_the_installations_but_its_address(settings):
    said = {"account_sid": "AC" + "1" * 32, "auth_token": "own"}
    both = settings.model_copy(update={"twilio": settings.twilio.model_copy(update={"next_auth_token": "ours"})})
    own = adapters.with_own(both, "twilio", said).of("twilio")
    assert own == {**said, "next_auth_token": "", "base_url": settings.twilio.base_url}


def test_what_an_agency_does_not_say_has_the_safe_default(settings):
    own = adapters.with_own(settings, "smtp", {"host": "relay.example", "port": 2525}).of("smtp")
    assert (own["host"], own["port"], own["starttls"], own["password"]) == ("relay.example", "2525", "yes", "")


RELAY = {"host": "relay.example"}


@pytest.mark.parametrize(
    ("name", "said", "what"),
    [
        ("smtp", {**RELAY, "port": "sack-of-corn"}, "`port`: "),
        ("smtp", {**RELAY, "username": "us", "password": "sack-of-corn", "starttls": False}, "in the clear"),
        ("smtp", {**RELAY, "username": "sack-of-corn"}, "both or neither"),
        ("sendgrid", {"api_key": "k", "webhook_public_key": "sack-of-corn"}, "not a public key"),
        ("telnyx", {"api_key": "k", "public_key": "sack-of-corn"}, "not an Ed25519 public key"),
    ],
)
def test_what_cannot_be_used_is_named_without_its_value(settings, transport, name, said, what):
    [problem] = adapters.misfits(settings, transport, name, said)
    assert problem.startswith(f"`credentials.{name}`: ")
    assert what in problem
    assert "sack" not in problem


def test_what_can_be_used_is_no_misfit(settings, transport):
    assert adapters.misfits(settings, transport, "smtp", {**RELAY, "port": 25}) == []
    said = {"api_key": "k", "webhook_public_key": settings.sendgrid.webhook_public_key}
    assert adapters.misfits(settings, transport, "sendgrid", said) == []


@pytest.mark.usefixtures("a_pigeon")
def test_what_somebody_elses_adapter_says_of_a_value_is_not_repeated(settings, transport):
    [problem] = adapters.misfits(settings, transport, "pigeon", {"loft": "hunter2"})
    assert problem == "`credentials.pigeon`: the adapter pigeon cannot use its settings"


def test_an_agencys_own_address_of_an_api_is_https_outside_the_sandbox(settings, transport):
    live = settings.model_copy(update={"mode": "live"})
    said = {"account_sid": "AC1", "auth_token": "own"}
    for address, fine in (("https://api.example", True), ("http://api.example", False), ("", False)):
        found = adapters.misfits(live, transport, "twilio", {**said, "base_url": address})
        assert (found == []) is fine
        assert fine or "`base_url` must begin with https://" in found[0]
    assert adapters.misfits(settings, transport, "twilio", {**said, "base_url": "http://127.0.0.1:1"}) == []


def test_what_became_unusable_is_out_of_use_for_its_agency_alone(settings, transport):
    built = adapters.providers(settings, transport)
    mine = built.with_own(UUID(int=30), {"sendgrid": {"api_key": "k", "webhook_public_key": "none"}})
    assert mine.of(Channel.EMAIL) == []
    assert mine.of(Channel.SMS) == built.of(Channel.SMS)
    assert "not a public key" in mine.unusable["sendgrid"]
    assert [one.name for one in built.of(Channel.EMAIL)] == ["sendgrid"]


def test_a_user_name_without_a_password_does_not_start(settings, transport):
    half = settings.smtp.model_copy(update={"username": "us"})
    by_smtp = settings.model_copy(update={"smtp": half, "channels": Channels(email="smtp")})
    with pytest.raises(BadSettings, match=r"the adapter smtp: .*both or neither"):
        adapters.providers(by_smtp, transport)


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


@pytest.mark.parametrize(
    ("name", "marks"),
    [("twilio", ["account_sid"]), ("smtp", ["host", "username"]), ("sendgrid", []), ("telnyx", [])],
)
def test_neither_a_secret_nor_a_public_key_tells_accounts_apart(name, marks):
    provider = adapters.load(adapters.discovered()[name])
    assert [setting.name for setting in provider.settings if setting.account] == marks


@pytest.mark.parametrize("name", sorted(adapters.discovered()))
def test_what_live_mode_asks_for_is_what_our_adapters_need(name):
    provider = adapters.load(adapters.discovered()[name])
    assert {setting.name for setting in provider.settings if setting.required} == set(LIVE_NEEDS[name])
