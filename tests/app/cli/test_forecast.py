"""The commands that look ahead."""

import csv
import json

import pytest


@pytest.fixture
def ready(county, roster):
    county("import", str(roster), "--agency", "orange")
    return county


def test_the_plan_says_how_many_at_what_cost_and_whether_it_fits(ready):
    plan = ready("plan", "--agency", "orange", "--until", "2027-01-31", "--dry-run", "--json").json
    assert plan["totals"]["messages"] == 1
    assert plan["totals"]["segments"] > 1
    assert plan["totals"]["cost"] > 0
    assert (plan["fits"], plan["changes"]) == (True, [])


def test_the_plan_is_a_table_for_people(ready):
    said = ready("plan", "--agency", "orange", "--until", "2027-01-31").text
    assert "1 message, " in said
    assert "Everything fits before its deadline." in said


def test_a_forecast_is_a_table_with_lanes_and_whom_nothing_reaches(ready):
    said = ready("forecast", "--agency", "orange", "--months", "4").text
    assert "What orange is to send" in said
    assert "of its rate" in said


def test_a_forecast_is_json(ready):
    for words in (("--json",), ("--format", "json")):
        found = ready("forecast", "--agency", "orange", "--months", "4", *words).json
        assert found["totals"]["messages"] == sum(line["messages"] for line in found["data"]) == 1


def test_a_forecast_is_csv_or_a_picture_in_a_file(ready, tmp_path):
    table, drawing = tmp_path / "forecast.csv", tmp_path / "forecast.svg"
    ready("forecast", "--agency", "orange", "--months", "4", "--format", "csv", "--output", str(table))
    assert {row["channel"] for row in csv.DictReader(table.read_text().splitlines())} >= {"sms"}
    said = ready("forecast", "--agency", "orange", "--format", "svg", "--output", str(drawing))
    assert said.text == ""
    assert drawing.read_text().startswith("<svg")


def test_one_day_is_drawn_by_hour(ready):
    said = ready("forecast", "--agency", "orange", "--format", "svg", "--day", "2026-12-01").text
    assert "by hour" in said


def test_what_is_no_date_is_named(ready):
    assert "--until takes a date" in ready("plan", "--agency", "orange", "--until", "soon").errors
    assert "--day takes a date" in ready("forecast", "--agency", "orange", "--day", "soon").errors


def test_a_table_goes_to_no_file(ready, tmp_path):
    said = ready("forecast", "--agency", "orange", "--output", str(tmp_path / "x"))
    assert (said.code, "--output goes with" in said.errors) == (2, True)


def test_what_finds_no_room_is_said_with_what_to_change(ready, tmp_path):
    file = tmp_path / "orange.toml"
    file.write_text(file.read_text() + "\n[call_centre]\ncalls_per_hour = 0.01\n")
    assert ready("agency", "add", str(file)).code == 0
    said = ready("forecast", "--agency", "orange", "--months", "4").text
    assert "1 message by sms finds no room" in said
    assert said.index("Raise `call_centre.calls_per_hour`") < said.index("the call centre is full")
    assert json.loads(ready("plan", "--agency", "orange", "--dry-run", "--json").text)["fits"] is False
