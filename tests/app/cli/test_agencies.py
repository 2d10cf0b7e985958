from tests.app.cli.conftest import AGENCY


def test_an_agency_is_added_listed_and_shown(county):
    assert [one["code"] for one in county("agency", "list", "--json").json] == ["orange"]
    assert county("agency", "show", "orange", "--json").json["phone"] == "+18002819799"
    assert "orange" in county("agency", "list").text


def test_what_an_agency_has_within_is_shown_plainly(county, run, tmp_path):
    file = tmp_path / "orange.toml"
    file.write_text(f'{AGENCY}\n[call_centre]\ncalls_per_hour = 300\n[contact_hours]\nsms = "10:00-18:00"\n')
    assert run("agency", "add", str(file)).code == 0
    shown = county("agency", "show", "orange", "--json").json
    assert shown["call_centre"]["calls_per_hour"] == 300
    assert shown["call_centre"]["call_backs"] == {"sms": 0.08, "email": 0.03, "voice": 0.1}
    assert shown["contact_hours"]["sms"]["opens"] == "10:00:00"
    assert "CallCentre(" not in county("agency", "show", "orange").text


def test_a_file_with_mistakes_names_each_and_adds_nothing(run, tmp_path):
    file = tmp_path / "bad.toml"
    file.write_text('code = "Orange!"\nname = "x"\n')
    said = run("agency", "add", str(file))
    assert said.code == 1
    assert "`phone` is required" in said.errors
    assert "`code` may have small letters" in said.errors
    assert run("agency", "list", "--json").json == []


def test_a_key_is_printed_alone_once_and_can_be_revoked(county):
    key = county("key", "add", "--agency", "orange", "--scope", "events:write").text.strip()
    assert key.startswith("kc_")
    (listed,) = county("key", "list", "--json").json
    assert listed["scopes"] == ["events:write"]
    assert key.split("_", 2)[2] not in county("key", "list").text
    assert county("key", "revoke", listed["id"]).code == 0
    assert county("key", "revoke", listed["id"]).code == 1


def test_an_unknown_scope_or_agency_is_named(county):
    assert "unknown scope" in county("key", "add", "--agency", "orange", "--scope", "everything").errors
    assert "known: orange" in county("key", "add", "--agency", "fresno", "--scope", "admin").errors
