"""Switches on the command line."""

import pytest

from tests.app.cli.conftest import AGENCY


@pytest.fixture
def held(run, tmp_path):
    """Return a runner of switch commands for an agency that there is."""
    file = tmp_path / "orange.toml"
    file.write_text(AGENCY)
    run("agency", "add", str(file))
    return lambda *words: run("switch", *words, "--agency", "orange")


def test_a_pause_is_set_listed_and_lifted(held):
    made = held("pause", "--channel", "sms", "--until", "P3D", "--reason", "a flood", "--by", "Kim", "--json").json
    assert (made["kind"], made["channel"], made["set_by"], made["changed"]["total"]) == ("pause", "sms", "Kim", 0)
    assert made["until"]
    assert "a flood" in held("list").text
    assert "0 reminders go on" in held("resume", made["id"]).text
    assert held("list", "--json").json == {"data": []}
    assert held("list", "--all", "--json").json["data"][0]["lifted_by"] == "command line"


def test_a_hardship_says_in_words_what_it_changes(held):
    said = held("hardship", "--county", "30", "--reason", "fire")
    assert said.code == 0
    assert "0 reminders, 0 withdrawn" in said.text


def test_what_cannot_be_is_refused_with_the_option_to_mend(held):
    said = held("stop", "--ladder", "spring", "--reason", "x")
    assert said.code == 1
    assert "--ladder: there is no such ladder" in said.errors
    assert held("pause", "--until", "soon", "--reason", "x").code == 2
    assert held("pause").code == 2


def test_a_switch_that_is_not_there_cannot_be_lifted(held):
    said = held("resume", "00000000-0000-0000-0000-000000000000", "--json")
    assert said.code == 1
    assert "switch list" in said.errors


def test_what_was_lifted_is_told_to_machines_too(held):
    made = held("pause", "--reason", "x", "--json").json
    assert held("resume", made["id"], "--json").json["resumed"] == 0
