import pytest
from hypothesis import given

from schedules.places import STATES, Place, parse_place
from tests.schedules.calendar_world import places


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (";", Place()),
        ("America/Los_Angeles;CA", Place(("America/Los_Angeles",), ("CA",))),
        ("America/New_York|America/Chicago;FL", Place(("America/New_York", "America/Chicago"), ("FL",))),
        ("America/Los_Angeles;", Place(("America/Los_Angeles",))),
        (";CA|FL", Place((), ("CA", "FL"))),
    ],
)
def test_a_place_is_read_and_written(text, place):
    assert parse_place(text) == place
    assert str(place) == text


@given(places)
def test_what_is_written_is_what_is_read(place):
    assert parse_place(str(place)) == place


def test_there_are_fifty_states_a_district_and_five_territories():
    assert len(STATES) == 56
