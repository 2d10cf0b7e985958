import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers.geodata import GEOCODE_DATA

from app.rules.states import _AREA_CODES, ZONES_OF_STATE, state_of_area_code, state_of_zip, zones_of_zip
from app.rules.zones import known_zone
from schedules.places import STATES


@pytest.mark.parametrize(
    ("zip_code", "state"),
    [
        ("92868", "CA"),
        ("92868-1234", "CA"),
        ("96161", "CA"),
        ("89501", "NV"),
        ("10001", "NY"),
        ("06390", "NY"),
        ("06401", "CT"),
        ("20001", "DC"),
        ("20101", "VA"),
        ("00501", "NY"),
        ("00901", "PR"),
        ("00801", "VI"),
        ("88510", "TX"),
        ("96813", "HI"),
        ("96799", "AS"),
        ("96910", "GU"),
        ("96950", "MP"),
        ("99950", "AK"),
        ("09012", None),
        ("96201", None),
        ("34001", None),
        ("00000", None),
        ("", None),
        ("a street", None),
    ],
)
def test_a_zip_code_tells_its_state(zip_code, state):
    assert state_of_zip(zip_code) == state


@pytest.mark.parametrize(
    ("zip_code", "zones"),
    [
        ("92868", ("America/Los_Angeles",)),
        ("32401", ("America/Chicago", "America/New_York")),
        ("37401", ("America/Chicago", "America/New_York")),
        ("97901", ("America/Boise", "America/Los_Angeles")),
        ("96799", ("Pacific/Pago_Pago",)),
        ("96910", ("Pacific/Guam",)),
        ("09012", ()),
        ("", ()),
    ],
)
def test_a_zip_code_near_a_border_of_zones_may_be_in_either(zip_code, zones):
    assert zones_of_zip(zip_code) == zones


def test_every_state_has_its_zones():
    assert set(ZONES_OF_STATE) == STATES
    assert all(known_zone(zone) for zones in ZONES_OF_STATE.values() for zone in zones)


@given(st.integers(0, 99999))
def test_a_zip_codes_zones_are_among_those_of_its_state(number):
    zip_code = f"{number:05}"
    state = state_of_zip(zip_code)
    assert state is None or set(zones_of_zip(zip_code)) <= set(ZONES_OF_STATE[state]) | {"America/New_York"}


def test_no_area_code_has_two_states():
    codes = [code for codes in _AREA_CODES.values() for code in codes.split()]
    assert len(codes) == len(set(codes))
    assert set(_AREA_CODES) == STATES


def test_area_codes_agree_with_the_library_of_phone_numbers():
    """Of some codes it only knows the places of the exchanges, each with its state at the end."""
    wrong = []
    for code in (code for codes in _AREA_CODES.values() for code in codes.split()):
        sample = phonenumbers.PhoneNumber(country_code=1, national_number=int(code + "2345678"))
        assert phonenumbers.region_code_for_number(sample) in {"US", "PR", "VI", "GU", "AS", "MP"}, code
        said = re.search(r", ([A-Z]{2})$", GEOCODE_DATA.get(f"1{code}", {}).get("en", ""))
        wrong += [code] if said and said[1] != state_of_area_code(code) else []
    assert wrong == []


def test_an_area_code_of_no_place_has_no_state():
    assert [state_of_area_code(code) for code in ("800", "999", "", "416")] == [None] * 4
