import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.places import place_of, state_of_number, zones_of_number
from app.rules.zones import known_zone
from schedules.places import STATES, parse_place

CALIFORNIAN, NEW_YORKER, OF_IDAHO = "+17145550100", "+12125550100", "+12082010100"


@pytest.mark.parametrize(
    ("given_", "place"),
    [
        ({}, ";"),
        ({"timezone": None, "zip_code": None, "number": None}, ";"),
        ({"number": CALIFORNIAN}, "America/Los_Angeles;CA"),
        ({"zip_code": "92868"}, "America/Los_Angeles;CA"),
        ({"zip_code": "92868", "number": CALIFORNIAN}, "America/Los_Angeles;CA"),
        ({"zip_code": "92868", "number": NEW_YORKER}, "America/Los_Angeles|America/New_York;CA|NY"),
        ({"timezone": "America/Phoenix", "number": CALIFORNIAN}, "America/Phoenix|America/Los_Angeles;CA"),
        ({"timezone": "America/New_York", "zip_code": "92868"}, "America/New_York;CA"),
        ({"timezone": "America/Los_Angeles"}, "America/Los_Angeles;"),
        ({"timezone": "Mars/Olympus", "zip_code": "92868"}, "America/Los_Angeles;CA"),
        ({"zip_code": "32401", "number": "+13055550100"}, "America/Chicago|America/New_York;FL"),
        ({"number": "+16715550100"}, "Pacific/Guam;GU"),
        ({"number": "+442071838750"}, ";"),
        ({"number": "+18005550100"}, ";"),
        ({"number": "post@example.org"}, ";"),
    ],
)
def test_a_person_may_be_where_the_address_and_the_number_say(given_, place):
    assert str(place_of(**given_)) == place


def test_a_number_of_an_exchange_between_zones_may_be_in_either():
    assert zones_of_number(OF_IDAHO) == ("America/Denver",)
    assert zones_of_number("+12082000100") == ("America/Boise", "America/Los_Angeles")


def test_a_number_tells_its_state():
    assert [state_of_number(number) for number in (CALIFORNIAN, NEW_YORKER, "", "+1")] == ["CA", "NY", None, None]


@given(st.none() | st.text(max_size=12), st.none() | st.text(max_size=12), st.none() | st.text(max_size=14))
def test_whatever_is_given_the_place_is_one_of_ours(timezone, zip_code, number):
    place = place_of(timezone=timezone, zip_code=zip_code, number=number)
    assert parse_place(str(place)) == place
    assert set(place.states) <= STATES
    assert all(known_zone(zone) for zone in place.zones)


@given(st.integers(2_000_000_000, 9_999_999_999))
def test_every_number_has_few_zones(number):
    assert len(zones_of_number(f"+1{number}")) <= 4
