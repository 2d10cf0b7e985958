from uuid import UUID

import pytest

from app.rules.placing import lacks_numbers, place_points, to_be_placed
from app.rules.record import Member, Point

ORANGE, NEW_YORK, NOWHERE = "+17145550002", "+12125550003", "+18005550004"


def member(*values, zip_code="", timezone=None):
    """A member with numbers and addresses that an event of now said."""
    held = Member(UUID(int=1), "M-1", timezone=timezone, relocated=True)
    held.private = {"zip": zip_code} if zip_code else {}
    for number, value in enumerate(values):
        kind = "email" if "@" in value else "phone"
        held.points[value.encode()] = Point(UUID(int=number), kind, value.encode(), number, value=value)
    return held


def placed(held, **opened):
    place_points(held, {key.encode(): value for key, value in opened.items()})
    return [(point.zone, point.place) for point in held.points.values()]


def test_a_number_alone_tells_zone_and_state():
    assert placed(member(ORANGE)) == [("America/Los_Angeles", "America/Los_Angeles;CA")]


def test_address_and_number_that_differ_are_both_candidates_and_the_zone_is_the_addresss():
    assert placed(member(NEW_YORK, zip_code="92868")) == [
        ("America/Los_Angeles", "America/Los_Angeles|America/New_York;CA|NY")
    ]


def test_the_zone_that_the_county_gives_stands_before_the_zip_codes():
    [(zone, place)] = placed(member("ana@example.org", zip_code="92868", timezone="America/Denver"))
    assert zone == "America/Los_Angeles"
    assert place.startswith("America/Denver;")


@pytest.mark.parametrize("value", [NOWHERE, "ana@example.org"])
def test_where_nothing_tells_the_place_is_empty(value):
    assert placed(member(value)) == [(None, ";")]


def test_a_zip_code_that_is_taken_back_leaves_the_numbers_own_place():
    held = member(NEW_YORK, zip_code="92868")
    placed(held)
    held.private = {}
    assert placed(held) == [("America/New_York", "America/New_York;NY")]


def test_a_number_of_an_earlier_event_is_opened_first():
    held = member(ORANGE)
    [point] = held.points.values()
    point.value = None
    assert lacks_numbers(held)
    place_points(held, {point.index: ORANGE})
    assert point.place == "America/Los_Angeles;CA"


def test_only_what_is_another_place_than_before_is_changed():
    held = member(ORANGE)
    placed(held)
    [point] = held.points.values()
    assert point.changed
    point.changed = False
    placed(held)
    assert not point.changed


def test_who_is_placed_is_asked_again_only_after_a_word_of_where_they_are():
    held = member(ORANGE)
    assert to_be_placed(held)
    placed(held)
    assert not to_be_placed(held)
    held.relocated = True
    assert to_be_placed(held)


def test_what_is_no_longer_listed_is_left_alone():
    held = member(ORANGE)
    [point] = held.points.values()
    point.listed = False
    held.relocated = False
    assert not to_be_placed(held)
    assert not lacks_numbers(held)
    assert placed(held) == [(None, None)]
