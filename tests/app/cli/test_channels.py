import json

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.wiring import conformance
from app.wiring.conformance import Checked


@pytest.fixture
def type_in(tmp_path, monkeypatch):
    """Type a command where no database is."""
    monkeypatch.setenv("KEEPCOVERED_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("KEEPCOVERED_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    return lambda *words: CliRunner().invoke(cli, list(words))


def test_the_installed_adapters_are_listed(type_in):
    rows = json.loads(type_in("channel", "list", "--json").stdout)["data"]
    assert {("twilio", "sms"), ("twilio", "voice"), ("sendgrid", "email")} <= {
        (row["adapter"], row["channel"]) for row in rows
    }
    assert "sendgrid" in type_in("channel", "list").stdout


def test_an_adapter_is_checked_without_a_database(type_in):
    said = type_in("channel", "check", "twilio", "--channel", "voice")
    assert said.exit_code == 0
    assert "✓" in said.stdout
    assert "twilio: voice" in said.stdout
    assert "0 broken" in said.stdout


def test_what_is_broken_is_marked_and_told_by_the_exit_code(type_in, monkeypatch):
    async def one_is_broken(_):
        yield Checked("sms", "it_keeps", "It keeps.", "kept", "", 0.1)
        yield Checked("sms", "it_breaks", "It breaks.", "broken", "in [two]", 0.1)

    monkeypatch.setattr("app.wiring.conformance.checked", one_is_broken)
    said = type_in("channel", "check", "twilio")
    assert said.exit_code == 1
    assert "✗ │ It breaks. │ in [two]" in " ".join(said.stdout.split())
    told = json.loads(type_in("channel", "check", "twilio", "--json").stdout)
    assert (told["broken"], [one["verdict"] for one in told["data"]]) == (1, ["kept", "broken"])


@pytest.mark.parametrize("words", [["owl"], ["twilio", "--channel", "email"]])
def test_what_cannot_be_checked_ends_with_2_and_says_what_there_is(type_in, words):
    said = type_in("channel", "check", *words)
    assert said.exit_code == 2
    assert "sms" in said.stderr or "twilio" in said.stderr


def test_every_verdict_has_a_mark():
    from app.cli.channels import MARKS

    assert set(MARKS) == {"kept", "broken", "not applicable"}
    assert conformance.CHECKS
