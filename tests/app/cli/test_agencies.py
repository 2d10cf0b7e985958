def test_an_agency_is_added_listed_and_shown(county):
    assert [one["code"] for one in county("agency", "list", "--json").json] == ["orange"]
    assert county("agency", "show", "orange", "--json").json["phone"] == "+18002819799"
    assert "orange" in county("agency", "list").text


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
