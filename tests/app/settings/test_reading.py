import json
import stat
import threading
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.errors import BadSettings
from app.settings.reading import default_data_dir, key_bytes, note_public_url, read_settings

KEY, OTHER_KEY = (urlsafe_b64encode(bytes([number]) * 32).decode() for number in (1, 2))
LIVE = {
    "MODE": "live",
    "DATABASE_URL": "postgresql://keeper:hunter2@db/keepcovered",
    "PUBLIC_URL": "https://renewals.example.org",
    "ENCRYPTION_KEYS": f"{KEY},{OTHER_KEY}",
    "INDEX_KEY": OTHER_KEY,
    "TWILIO__ACCOUNT_SID": "AC1",
    "TWILIO__AUTH_TOKEN": "twilio-secret",
    "SENDGRID__API_KEY": "SG.secret",
    "SENDGRID__WEBHOOK_PUBLIC_KEY": "MFkw",
}
SECRETS = ("hunter2", KEY, OTHER_KEY, "twilio-secret", "SG.secret")


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    """No `.env` of the machine and no variable of ours."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def say(monkeypatch):
    def set_them(**variables: str):
        for name, value in variables.items():
            monkeypatch.setenv(f"KEEPCOVERED_{name}", value)

    return set_them


def secrets_of(settings):
    return (
        settings.key_ring, settings.index_key.get_secret_value(), settings.twilio.account_sid,
        settings.twilio.auth_token.get_secret_value(), settings.sendgrid.api_key.get_secret_value(),
        settings.sendgrid.webhook_public_key, settings.simulator_private_key.get_secret_value(),
    )  # fmt: skip


# --- sandbox ----------------------------------------------------------------------------------


def test_a_sandbox_needs_nothing_said_and_talks_to_its_own_simulator(tmp_path):
    settings = read_settings(tmp_path)
    assert (settings.mode, settings.live, settings.public_url) == ("sandbox", False, "http://127.0.0.1:8000")
    assert settings.twilio.base_url == "http://127.0.0.1:8000/sandbox/twilio"
    assert settings.sendgrid.base_url == "http://127.0.0.1:8000/sandbox/sendgrid"
    assert all(secrets_of(settings))


def test_made_up_secrets_are_made_once_for_the_owner_alone_and_kept(tmp_path):
    first = read_settings(tmp_path / "new" / "folder")
    files = [*(tmp_path / "new" / "folder").iterdir()]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert secrets_of(read_settings(tmp_path / "new" / "folder")) == secrets_of(first)
    assert not set(secrets_of(read_settings(tmp_path / "other"))) & set(secrets_of(first))


def test_processes_that_start_together_keep_the_same_secrets(tmp_path):
    seen, together = [], threading.Barrier(4)

    def start():
        together.wait()
        seen.append(secrets_of(read_settings(tmp_path)))

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(seen)) == 1
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "sandbox-secrets.json", "sandbox-smtp.json", "sandbox-telnyx.json",
    ]  # fmt: skip


def test_what_a_person_set_goes_before_what_is_made_up(tmp_path, say):
    say(**{**LIVE, "MODE": "sandbox", "TWILIO__BASE_URL": "http://127.0.0.1:9/prefix/"})
    settings = read_settings(tmp_path)
    assert secrets_of(settings)[:6] == (
        (bytes([1]) * 32, bytes([2]) * 32), OTHER_KEY, "AC1", "twilio-secret", "SG.secret", "MFkw",
    )  # fmt: skip
    assert settings.twilio.base_url == "http://127.0.0.1:9/prefix"
    assert settings.sendgrid.base_url == "https://renewals.example.org/sandbox/sendgrid"


def test_the_command_line_goes_before_the_environment(tmp_path, say):
    say(DATA_DIR="/nowhere", PUBLIC_URL="http://127.0.0.1:1")
    settings = read_settings(tmp_path, "http://127.0.0.1:2/")
    assert (settings.data_dir, settings.public_url, settings.public_url_is_set) == (
        tmp_path, "http://127.0.0.1:2", True,
    )  # fmt: skip


def test_a_sandbox_has_its_mail_taken_by_the_simulator_unless_a_relay_is_set(tmp_path, say):
    settings = read_settings(tmp_path, "http://127.0.0.1:8123")
    assert (settings.smtp.host, settings.smtp.port, settings.smtp.starttls) == ("127.0.0.1", 8124, False)
    assert settings.smtp_is_simulated
    assert settings.smtp.webhook_secret.get_secret_value()
    say(SMTP__HOST="relay.example", SMTP__WEBHOOK_SECRET="shared")
    settings = read_settings(tmp_path)
    assert (settings.smtp.starttls, settings.smtp_is_simulated) == (True, False)
    assert settings.smtp.webhook_secret.get_secret_value() == "shared"


def test_commands_beside_a_running_sandbox_find_its_address(tmp_path):
    note_public_url(read_settings(tmp_path, "http://127.0.0.1:8123"))
    settings = read_settings(tmp_path)
    assert (settings.public_url, settings.public_url_is_set) == ("http://127.0.0.1:8123", False)


def test_settings_are_read_from_a_file_beside_us(tmp_path):
    Path(".env").write_text("KEEPCOVERED_LOG_FORMAT=json\nSOMEBODY_ELSES=1\n")
    assert read_settings(tmp_path).log_format == "json"


def test_settings_are_frozen(tmp_path):
    with pytest.raises(ValidationError, match="frozen"):
        read_settings(tmp_path).mode = "live"


# --- live -------------------------------------------------------------------------------------


def test_live_mode_starts_when_everything_is_set(tmp_path, say):
    say(**LIVE)
    settings = read_settings(tmp_path)
    assert settings.live
    assert (settings.twilio.base_url, settings.sendgrid.base_url) == (
        "https://api.twilio.com", "https://api.sendgrid.com",
    )  # fmt: skip
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [name for name in LIVE if name != "MODE"])
def test_live_mode_names_what_is_not_set(tmp_path, say, name):
    say(**{**LIVE, name: ""})
    with pytest.raises(BadSettings) as refused:
        read_settings(tmp_path)
    assert str(refused.value) == f"live mode needs KEEPCOVERED_{name}"


def test_live_mode_has_no_crash_points(tmp_path, say):
    say(**LIVE, CRASHPOINT="delivery.sent:kill")
    with pytest.raises(BadSettings, match="no crash points"):
        read_settings(tmp_path)


def test_live_mode_names_all_that_is_not_set_and_makes_nothing_up(tmp_path, say):
    say(MODE="live")
    with pytest.raises(BadSettings) as refused:
        read_settings(tmp_path)
    assert [name for name in LIVE if name != "MODE" and f"KEEPCOVERED_{name}" not in str(refused.value)] == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("PUBLIC_URL", "http://renewals.example.org", "https://"),
        ("TWILIO__BASE_URL", "http://127.0.0.1:8000/sandbox/twilio", "simulator"),
        ("SENDGRID__BASE_URL", "http://127.0.0.1:8000/sandbox/sendgrid", "simulator"),
        ("ENCRYPTION_KEYS", f"{KEY},short", "KEEPCOVERED_ENCRYPTION_KEYS"),
        ("INDEX_KEY", "short", "KEEPCOVERED_INDEX_KEY"),
    ],
)
def test_live_mode_refuses_what_does_not_fit(tmp_path, say, name, value, mend):
    say(**{**LIVE, name: value})
    with pytest.raises(BadSettings, match=mend):
        read_settings(tmp_path)


# --- what is wrong is named, and no secret shown ----------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [("MODE", "hunter2"), ("LOG_FORMAT", "hunter2"), ("TWILIO__TOKEN", "hunter2"), ("TWILIO", "hunter2")],
)
def test_a_wrong_variable_is_named_without_its_value(tmp_path, say, name, value):
    say(**{name: value})
    with pytest.raises(BadSettings) as refused:
        read_settings(tmp_path)
    assert f"KEEPCOVERED_{name}" in str(refused.value)
    assert value not in str(refused.value)


def test_nothing_secret_is_in_the_repr(tmp_path, say):
    say(**LIVE)
    shown = repr(read_settings(tmp_path)) + str(read_settings(tmp_path))
    assert [secret for secret in SECRETS if secret in shown] == []


def test_nothing_made_up_is_in_the_repr(tmp_path):
    settings = read_settings(tmp_path)
    made = json.loads((tmp_path / "sandbox-secrets.json").read_text())
    open_to_all = {"account_sid", "webhook_public_key"}
    assert [name for name, value in made.items() if value in repr(settings)] == sorted(open_to_all)


# --- keys -------------------------------------------------------------------------------------


@given(st.binary(min_size=32, max_size=32))
def test_a_key_is_32_bytes_in_base64_with_or_without_padding(key):
    text = urlsafe_b64encode(key).decode()
    assert {key_bytes(form) for form in (text, text.rstrip("="), f" {text}\n", b64encode(key).decode())} == {key}


@pytest.mark.parametrize("text", ["", "short", KEY[:-4], KEY + KEY, "ключ", "=" * 44])
def test_what_is_no_key_is_refused_without_being_shown(text):
    with pytest.raises(BadSettings) as refused:
        key_bytes(text)
    assert not text or text not in str(refused.value)


def test_data_is_kept_in_the_systems_folder_for_root_else_in_the_users(monkeypatch, tmp_path):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert default_data_dir() == Path("/var/lib/keepcovered")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_data_dir() == tmp_path / ".local" / "share" / "keepcovered"


def test_the_networks_of_proxies_are_read(tmp_path, monkeypatch):
    monkeypatch.setenv("KEEPCOVERED_TRUSTED_PROXIES", "10.0.0.1/8, fd00::/8,192.0.2.7")
    assert [str(one) for one in read_settings(tmp_path).proxies] == ["10.0.0.0/8", "fd00::/8", "192.0.2.7/32"]


def test_what_is_no_network_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("KEEPCOVERED_TRUSTED_PROXIES", "the proxy")
    with pytest.raises(BadSettings, match=r"KEEPCOVERED_TRUSTED_PROXIES: .*networks such as"):
        read_settings(tmp_path)
