"""Broadcasts on the command line: one name writes, another approves."""

import pytest


@pytest.fixture
def broadcast(county):
    """Return a runner of broadcast commands for an agency that there is."""
    return lambda *words: county("broadcast", *words, "--agency", "orange")


@pytest.fixture
def draft(broadcast):
    """A draft that Mai wrote."""
    return broadcast("draft", "--template", "scam_alert", "--as", "Mai", "--channel", "sms", "--json").json


def test_one_writes_another_approves_and_both_are_shown(broadcast, draft):
    assert (draft["status"], draft["written_by"], draft["channels"]) == ("draft", "Mai", ["sms"])
    refused = broadcast("approve", draft["id"], "--as", "mai")
    assert refused.code == 1
    assert "may not approve" in refused.errors
    assert broadcast("approve", draft["id"], "--as", "Tom", "--json").json["approved_by"] == "Tom"
    shown = broadcast("show", draft["id"])
    assert "written by Mai, approved by Tom" in shown.text
    assert "scam_alert" in broadcast("list").text
    assert [one["id"] for one in broadcast("list", "--json").json["data"]] == [draft["id"]]


def test_a_draft_says_whom_it_reaches_and_whom_not(county, broadcast, roster):
    assert county("import", str(roster), "--agency", "orange").code == 0
    shown = broadcast("draft", "--template", "scam_alert", "--as", "Mai")
    assert "no_consent" in shown.text
    assert "People: 1, messages: 0" in shown.text


def test_an_audience_is_narrowed_by_options(broadcast):
    words = ("--language", "vi", "--program", "medi_cal", "--status", "upcoming", "--month", "2027-02", "--state", "CA")
    found = broadcast("draft", "--template", "update_contact", "--as", "Mai", *words, "--json").json
    assert found["audience"] == {
        "languages": ["vi"], "programs": ["medi_cal"], "statuses": ["upcoming"], "renewal_months": ["2027-02-01"],
        "channels": [], "zones": [], "states": ["CA"],
    }  # fmt: skip


def test_what_is_canceled_cannot_be_approved(broadcast, draft):
    assert broadcast("cancel", draft["id"], "--as", "Tom", "--json").json["canceled_by"] == "Tom"
    late = broadcast("approve", draft["id"], "--as", "Tom")
    assert (late.code, "no draft any more" in late.errors) == (1, True)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--template", "welcome"), 1, "scam_alert"),
        (("--template", "scam_alert", "--state", "XX"), 1, "--state"),
        (("--template", "scam_alert", "--starts", "2020-01-01"), 1, "--starts"),
        (("--template", "scam_alert", "--starts", "soon"), 2, "--starts"),
        (("--template", "scam_alert", "--month", "May"), 2, "--month"),
        (("--template", "scam_alert", "--as", " "), 2, "--as"),
    ],
)
def test_what_cannot_be_is_said_with_its_option(broadcast, words, code, said):
    who = () if "--as" in words else ("--as", "Mai")
    ended = broadcast("draft", *words, *who)
    assert ended.code == code
    assert said in ended.errors


def test_one_that_is_not_there_is_not_found(broadcast):
    ended = broadcast("show", "01890000-0000-7000-8000-000000000000")
    assert (ended.code, "no such broadcast" in ended.errors) == (1, True)
