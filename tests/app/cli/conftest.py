"""Commands run in this process against a fresh database, as a person would type them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import structlog
from typer.testing import CliRunner

from app.cli import cli

AGENCY = """
code = "orange"
name = "Orange County Social Services Agency"
county_code = "30"
phone = "+18002819799"
[senders]
sms = "+17145550100"
voice = "+17145550101"
email = "Medi-Cal renewals <renewals@orange.example.org>"
"""
ROSTER = """Member ID,First Name,Phone,Phone Type,Written Lang,Renewal Month,SMS Consent,Consent Date
M-1,Lan,(714) 555-0123,Mobile,Vietnamese,2027-02,Y,2026-08-01
M-2,Ana,7.15E+09,Mobile,Spanish,2027-02,Y,2026-08-01
"""


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    text: str
    errors: str

    @property
    def json(self):
        return json.loads(self.text)


Run = Callable[..., Said]


@pytest.fixture
def run(clean_url, tmp_path, port, one_reminder, monkeypatch) -> Iterator[Run]:
    """Run a command; its data folder and database are the test's own, and its logs end with it."""
    monkeypatch.setenv("KEEPCOVERED_DATABASE_URL", clean_url)
    monkeypatch.setenv("KEEPCOVERED_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("KEEPCOVERED_PUBLIC_URL", f"http://127.0.0.1:{port}")

    def command(*words: str) -> Said:
        ended = CliRunner().invoke(cli, list(words))
        errors = ended.stderr + (str(ended.exception) if ended.exception else "")
        return Said(ended.exit_code, ended.stdout, errors)

    assert command("migrate").code == 0
    yield command
    structlog.reset_defaults()


@pytest.fixture
def county(run, tmp_path) -> Run:
    """The same with an agency that sends."""
    file = tmp_path / "orange.toml"
    file.write_text(AGENCY)
    assert run("agency", "add", str(file)).code == 0
    return run


@pytest.fixture
def roster(tmp_path):
    file = tmp_path / "roster.csv"
    file.write_text(ROSTER)
    return file
