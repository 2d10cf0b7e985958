def test_good_rows_are_applied_bad_ones_kept_and_the_same_again_changes_nothing(county, roster, tmp_path):
    kept = tmp_path / "kept.csv"
    words = ("import", str(roster), "--agency", "orange", "--json", "--rejects", str(kept))
    counts = {"rows": 2, "rejected": 1, "rejects_file": str(kept)}
    assert county(*words).json == {**counts, "applied": 1, "unchanged": 0}
    assert county(*words).json == {**counts, "applied": 0, "unchanged": 1}
    header, line = kept.read_text().splitlines()
    assert header.startswith("line,column,reason,Member ID")
    assert line.startswith("3,Phone,")
    assert kept.stat().st_mode & 0o077 == 0


def test_a_dry_run_changes_nothing(county, roster):
    assert county("import", str(roster), "--agency", "orange", "--json", "--dry-run").json["applied"] == 1
    assert county("explain", "M-1", "--agency", "orange").code == 1


def test_a_file_that_is_no_roster_says_why(county, tmp_path):
    file = tmp_path / "letter.csv"
    file.write_text("Dear county,\nplease remind everyone.\n")
    said = county("import", str(file), "--agency", "orange")
    assert said.code == 1
    assert "letter.csv" in said.errors


def test_a_test_message_goes_only_to_an_address_that_is_one(county):
    assert (
        "by sms in 'vi'"
        in county("send", "--to", "(714) 555-0123", "--template", "renewal_two_months", "--language", "vi").text
    )
    assert county("send", "--to", "nobody", "--template", "renewal_two_months").code == 2
    assert county("send", "--to", "+17145550123", "--template", "no_such").code == 1
