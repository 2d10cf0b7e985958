"""What nobody could prove, on the command line."""

import psycopg
import pytest

from tests.app.cli.conftest import AGENCY, ROSTER

UNKNOWN = "UPDATE message SET status = 'unknown', reason = 'no_proof' WHERE channel = 'sms' AND status = 'planned'"


@pytest.fixture
def unknowns(run, tmp_path):
    """Return a runner of these commands for an agency that there is."""
    file = tmp_path / "orange.toml"
    file.write_text(AGENCY)
    run("agency", "add", str(file))
    return lambda *words: run("unknowns", *words, "--agency", "orange")


@pytest.fixture
def one(run, unknowns, tmp_path, clean_url):
    """The id of a text that nobody could prove."""
    (tmp_path / "roster.csv").write_text(ROSTER)
    run("import", str(tmp_path / "roster.csv"), "--agency", "orange")
    run("plan", "--agency", "orange")
    with psycopg.connect(clean_url) as connection:
        connection.execute(UNKNOWN)
    [row] = unknowns("list", "--json").json["data"]
    return row["id"]


def test_there_is_nothing_to_do_when_all_is_proven(unknowns):
    assert "Nothing waits" in unknowns("list").text


def test_what_waits_for_a_person_is_listed_with_its_reason_and_settled(unknowns, one):
    assert unknowns("list", "--json").json["data"][0]["explanation"].startswith("It may or may not")
    assert one[:8] in unknowns("list").text.replace("\n", "")
    told = ("settle", one, "--as", "delivered", "--reason", "she told us", "--by", "Kim")
    settled = unknowns(*told, "--json").json
    assert (settled["status"], settled["settlements"][0]["settled_by"]) == ("delivered", "Kim")
    again = unknowns(*told)
    assert (again.code, "no unknown message" in again.errors) == (1, True)


def test_a_settlement_is_told_in_words(unknowns, one):
    assert "Settled: sent." in unknowns("settle", one, "--as", "sent", "--reason", "x").text


@pytest.mark.parametrize(
    "options", [("--as", "failed", "--reason", "x"), ("--as", "sent"), ("--as", "sent", "--reason", " ")]
)
def test_it_says_what_became_of_it_and_why(unknowns, options):
    assert unknowns("settle", "00000000-0000-0000-0000-000000000000", *options).code == 2
