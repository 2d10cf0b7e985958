import pytest

from app.rules.agency import BadAgency, agency_of, read_profile
from app.rules.handing_over import hand_over_ahead_problems
from tests.conftest import AGENCY


@pytest.mark.parametrize("minutes", [0, 20, 60, 720])
def test_it_may_be_off_or_lie_between_twenty_minutes_and_twelve_hours(minutes):
    assert hand_over_ahead_problems(minutes) == []


@pytest.mark.parametrize("minutes", [1, 19, 721, -60, 60.0, "60", True, None])
def test_anything_else_is_refused_with_the_mend(minutes):
    [problem] = hand_over_ahead_problems(minutes)
    assert problem == "`hand_over_ahead_minutes` must be a whole number from 20 to 720, or 0 for never"


@pytest.mark.parametrize(
    ("line", "minutes"), [("", None), ("hand_over_ahead_minutes = 0", 0), ("hand_over_ahead_minutes = 60", 60)]
)
def test_an_agency_hands_over_ahead_as_its_file_says_or_as_is_usual(line, minutes):
    profile = read_profile(f"{line}\n{AGENCY}")
    assert not isinstance(profile, BadAgency)
    assert agency_of(None, profile).hand_over_ahead_minutes == minutes


def test_an_agencys_file_with_a_time_that_is_too_short_is_refused():
    profile = read_profile(f"hand_over_ahead_minutes = 5\n{AGENCY}")
    assert isinstance(profile, BadAgency)
    assert "hand_over_ahead_minutes" in profile.problems[0]
