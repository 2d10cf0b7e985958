import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.zones import _RUNS, known_zone, read_zip, zone_of_zip


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("92704", "America/Los_Angeles"),
        ("90001", "America/Los_Angeles"),
        ("96161", "America/Los_Angeles"),
        ("92704-1234", "America/Los_Angeles"),
        ("89101", "America/Los_Angeles"),
        ("85001", "America/Phoenix"),
        ("80202", "America/Denver"),
        ("60601", "America/Chicago"),
        ("10001", "America/New_York"),
        ("96813", "Pacific/Honolulu"),
        ("00901", "America/Puerto_Rico"),
    ],
)
def test_a_zip_code_tells_its_zone(text, zone):
    assert zone_of_zip(text) == zone


@pytest.mark.parametrize("text", ["32501", "37401", "09012", "00000", "", "abcde", "1234"])
def test_where_a_zones_border_runs_through_or_nothing_is_known_there_is_none(text):
    assert zone_of_zip(text) is None


def test_only_the_five_digits_of_a_zip_are_kept():
    assert read_zip("92704-1234") == read_zip("927041234") == read_zip("92704.0") == "92704"


def test_a_zone_is_known_by_its_exact_name():
    assert known_zone("America/Los_Angeles")
    assert not any(map(known_zone, ["america/los_angeles", "PST", "", "../etc/passwd", "Pacific"]))


def test_every_zone_of_the_table_is_a_zone():
    assert all(known_zone(zone) for _, _, zone in _RUNS)


@given(st.text() | st.text(alphabet="0123456789- .", max_size=11))
def test_no_text_makes_the_readers_raise(text):
    zone = zone_of_zip(text)
    assert zone is None or known_zone(zone)
    known_zone(text)
