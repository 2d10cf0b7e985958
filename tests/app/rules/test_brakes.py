import pytest

from app.rules.brakes import CARRIER_SAYS_NO, Brake, Hour, brakes
from channels.reasons import REASONS


@pytest.mark.parametrize(
    ("hour", "tripped"),
    [
        (Hour(100, refused=15, foreseen=100), {Brake.REFUSED}),
        (Hour(100, refused=14, foreseen=100), set()),
        (Hour(99, refused=99, foreseen=99), set()),
        (Hour(1_000, refused=149, foreseen=1_000), set()),
        (Hour(1_000, left=30, foreseen=1_000), {Brake.OPT_OUTS}),
        (Hour(1_000, left=29, foreseen=1_000), set()),
        (Hour(1_001, left=30, foreseen=1_001), set()),
        (Hour(0, left=500), set()),
        (Hour(1_000), set()),
        (Hour(1_001), {Brake.UNFORESEEN}),
        (Hour(3_000, foreseen=1_000), set()),
        (Hour(3_001, foreseen=1_000), {Brake.UNFORESEEN}),
        (Hour(2_000, refused=2_000, left=2_000), {Brake.REFUSED, Brake.OPT_OUTS, Brake.UNFORESEEN}),
    ],
)
def test_a_brake_trips_at_its_limit_and_not_before(hour, tripped):
    assert set(brakes(hour)) == tripped


def test_what_a_person_said_is_right_is_no_surprise():
    assert brakes(Hour(5_000), trusted=True) == {}
    assert set(brakes(Hour(5_000, left=500), trusted=True)) == {Brake.OPT_OUTS}


def test_its_reason_says_what_was_seen():
    assert "15 of 100" in brakes(Hour(100, refused=15, foreseen=100))[Brake.REFUSED]


def test_a_carriers_judgement_is_a_reason_that_providers_give():
    assert set(CARRIER_SAYS_NO) <= set(REASONS)
