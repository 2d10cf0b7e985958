from datetime import date

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


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("America/Los_Angeles;CA;9-17;", Place(("America/Los_Angeles",), ("CA",), (9, 17))),
        (";;;2026-12-01", Place(paused_until=date(2026, 12, 1))),
        ("America/Chicago;;10-24;2026-12-01", Place(("America/Chicago",), (), (10, 24), date(2026, 12, 1))),
    ],
)
def test_what_a_person_chose_stands_behind_it(text, place):
    assert parse_place(text) == place
    assert str(place) == text


def test_a_choice_can_be_left_out():
    place = parse_place("America/Chicago;;10-24;2026-12-01")
    assert str(place.unpaused) == "America/Chicago;;10-24;"
    assert str(place.bare) == "America/Chicago;"
