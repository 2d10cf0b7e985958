import json

import pytest
from typer.testing import CliRunner

from app.cli import cli
from tests.conftest import ONE_REMINDER


@pytest.fixture
def type_in(tmp_path, monkeypatch):
    """Type a command where no database is."""
    monkeypatch.setenv("KEEPCOVERED_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("KEEPCOVERED_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    return lambda *words: CliRunner().invoke(cli, list(words))


@pytest.fixture
def own(tmp_path):
    file = tmp_path / "own.toml"
    file.write_text(ONE_REMINDER.replace("months = -2 }", "months = -3 }") + "cycles = [12]\n")
    return file


def test_what_is_shipped_is_shown_without_a_database(type_in):
    rows = json.loads(type_in("ladder", "list", "--json").stdout)["data"]
    assert {"medi_cal_renewal", "cure_window", "work_notice"} <= {row["name"] for row in rows}
    assert "medi_cal_renewal" in type_in("ladder", "list").stdout
    assert type_in("ladder", "show", "cure_window").stdout.startswith("# After a loss for missing papers")
    steps = json.loads(type_in("ladder", "show", "cure_window", "--json").stdout)["steps"]
    assert [step["step"] for step in steps] == ["cure_now", "cure_30", "cure_60", "cure_80"]


def test_steps_and_statuses_are_shown_as_tables(type_in):
    said = json.loads(type_in("ladder", "statuses", "--json").stdout)["data"]
    assert {
        "status": "packet_mailed", "ladder": "medi_cal_renewal", "step": "renewal_one_month",
        "template": "packet_reminder", "owners": ["county"], "cycles": [12],
    } in said  # fmt: skip
    assert "renewal_one_month → packet_reminder" in type_in("ladder", "statuses").stdout
    steps = json.loads(type_in("ladder", "steps", "--json").stdout)["data"]
    assert {"renewal_two_months": "M-2 day 1 to M-1 day 14"}.items() <= {
        step["step"]: step["when"] for step in steps
    }.items()
    assert "M-2 day 1 to" in type_in("ladder", "steps").stdout


def test_a_file_is_checked_without_a_database(type_in, own):
    said = type_in("ladder", "check", str(own))
    assert (said.exit_code, said.stdout) == (0, "medi_cal_renewal: nothing is wrong; steps: 1\n")


def test_whatever_is_wrong_with_a_file_is_told_line_by_line(type_in, own):
    own.write_text(own.read_text().replace('"restored"', '"paused"').replace("days = 13", "days = 500"))
    said = type_in("ladder", "check", str(own), "--language", "en")
    assert said.exit_code == 1
    assert "own.toml, line 8: `days`: 500 is no whole number from -400 to 400" in said.stderr
    assert "own.toml, line 9: `statuses`: “paused” is no status" in said.stderr


def test_a_name_that_is_none_is_told_with_those_that_are(type_in):
    assert "known: age_out_19, " in str(type_in("ladder", "show", "nothing").exception)


def test_an_agency_puts_its_own_ladder_in_force_and_takes_it_back(county, own):
    assert county("ladder", "add", str(own), "--agency", "orange").text.startswith(
        "orange: medi_cal_renewal is in force"
    )
    (row,) = county("ladder", "list", "--agency", "orange", "--json").json["data"]
    assert (row["whose"], row["version"]) == ("own", 1)
    assert county("ladder", "show", "medi_cal_renewal", "--agency", "orange").text == own.read_text()
    assert county("ladder", "remove", "medi_cal_renewal", "--agency", "orange").code == 0
    (row,) = county("ladder", "list", "--agency", "orange", "--json").json["data"]
    assert (row["whose"], row["version"]) == ("shipped", 1)
    assert "has no ladder 'medi_cal_renewal' of its own" in county(
        "ladder", "remove", "medi_cal_renewal", "--agency", "orange"
    ).errors  # fmt: skip


def test_a_bad_ladder_is_refused_and_what_runs_stays(county, own):
    own.write_text(own.read_text().replace("renewal_two_months", "nothing_such"))
    said = county("ladder", "add", str(own), "--agency", "orange")
    assert said.code == 1
    assert "own.toml, line 6: the template `nothing_such` has no words in en" in said.errors
    assert county("ladder", "list", "--agency", "orange", "--json").json["data"][0]["whose"] == "shipped"


def test_the_mend_is_shown_as_it_is_to_be_written(type_in, own):
    own.write_text('name = "empty"\nsteps = []\n')
    assert "write at least one [[steps]] table" in type_in("ladder", "check", str(own)).stderr


def test_a_file_that_is_no_utf_8_is_refused_with_its_line(type_in, own):
    own.write_bytes(b'name = "x"\n# caf\xe9\n')
    refused = type_in("ladder", "check", str(own))
    assert refused.exit_code == 1
    assert "own.toml, line 2: this is no UTF-8 text" in refused.stderr


def test_an_editors_mark_at_the_beginning_of_a_file_does_no_harm(type_in, own):
    own.write_bytes(b"\xef\xbb\xbf" + own.read_bytes())
    assert type_in("ladder", "check", str(own)).exit_code == 0
