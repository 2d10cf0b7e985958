import pytest

from schedules.ladders.faults import BadLadder, Fault

LATE, EARLY = Fault("x.toml", 9, "it is late", "be early"), Fault("x.toml", 2, "it is wrong", "mend it")


def test_a_fault_says_file_line_what_and_mend():
    assert str(EARLY) == "x.toml, line 2: it is wrong; mend it"


def test_all_faults_are_told_once_in_the_order_of_their_lines():
    with pytest.raises(BadLadder, match=r"(?s)line 2.*line 9") as caught:
        raise BadLadder([LATE, EARLY, LATE])
    assert caught.value.faults == (EARLY, LATE)
