"""Flyers on the command line."""


def test_a_flyer_has_an_address_and_a_sheet_that_needs_no_other_file(county, tmp_path):
    said = county("flyer", "add", "--agency", "orange", "--name", "Garden Grove library", "--language", "Vietnamese",
                  "--into", str(tmp_path / "print"))  # fmt: skip
    url = said.text.splitlines()[0]
    place = url.rpartition("/f/")[2]
    page = (tmp_path / "print" / f"flyer-{place}.html").read_text("utf-8")
    assert '<html lang="vi"' in page
    assert "<svg" in page
    assert url.partition("://")[2] in page
    assert 'href="/' not in page
    assert "src=" not in page


def test_the_places_are_listed_with_what_came_of_them(county, tmp_path):
    county("flyer", "add", "--agency", "orange", "--name", "Clinic", "--into", str(tmp_path))
    [row] = county("flyer", "list", "--agency", "orange", "--json").json["data"]
    assert (row["name"], row["language"], row["visits"], row["signups"]) == ("Clinic", "en", 0, 0)
    assert "Clinic" in county("flyer", "list", "--agency", "orange").text


def test_a_language_or_a_name_that_is_none_is_refused(county):
    assert "no language" in county("flyer", "add", "--agency", "orange", "--name", "x", "--language", "klingon").errors
    assert "a name of at most" in county("flyer", "add", "--agency", "orange", "--name", " ").errors
