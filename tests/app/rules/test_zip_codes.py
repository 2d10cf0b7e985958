import pytest

from app.rules.counties import COUNTIES
from app.rules.zip_codes import _by_code, county_of_zip
from app.rules.zones import PACIFIC, zone_of_zip


@pytest.mark.parametrize(
    ("zip_code", "county"),
    [
        ("92840", "Orange"), ("90001", "Los Angeles"), ("93721", "Fresno"), ("95814-1234", "Sacramento"),
        ("94103", "San Francisco"), ("96120", "Alpine"), (" 95531 ", "Del Norte"), ("96161", "Nevada"),
    ],
)  # fmt: skip
def test_a_zip_code_names_its_county(zip_code, county):
    assert COUNTIES[county_of_zip(zip_code)].name == county


@pytest.mark.parametrize("text", ["10001", "89501", "97520", "", "abc", "9284", "00000", "９２８４０x"])
def test_what_is_no_zip_code_of_california_names_none(text):
    assert county_of_zip(text) is None


def test_every_county_has_its_codes():
    assert set(_by_code().values()) == set(COUNTIES)


def test_all_of_them_lie_in_california():
    assert {zone_of_zip(f"{code:05}") for code in _by_code()} == {PACIFIC}
