from datetime import UTC, datetime, timedelta

import pytest

from app.rules.facts import Channel
from app.rules.reasons import SENTENCES
from app.rules.switches import HELD, REASONS, Scope, SwitchAsked, SwitchKind, mistakes

NOW = datetime(2026, 12, 1, 17, tzinfo=UTC)
LADDERS = ["cure_window", "medi_cal_renewal"]
PROGRAMS = ["medi_cal", "ccs"]


def told(asked):
    return mistakes(asked, county="30", ladders=LADDERS, programs=PROGRAMS, now=NOW)


def wrong(kind=SwitchKind.PAUSE, reason="flood", until=None, **scope):
    asked = SwitchAsked(kind, reason, Scope(**scope), until)
    return [one.field for one in told(asked)]


def test_a_switch_may_be_about_everything_or_about_little():
    assert wrong() == []
    assert wrong(program="ccs", county_code="30", channel=Channel.SMS, ladder="cure_window") == []


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"county_code": "19"}, "county_code"),
        ({"ladder": "spring"}, "ladder"),
        ({"program": "medical"}, "program"),
        ({"until": NOW}, "until"),
        ({"reason": "  "}, "reason"),
        ({"kind": SwitchKind.HARDSHIP}, "county_code"),
    ],
)
def test_what_cannot_be_is_named_by_its_field(asked, field):
    assert wrong(**asked) == [field]


def test_a_hardship_is_a_countys_or_a_programs():
    assert wrong(kind=SwitchKind.HARDSHIP, program="medi_cal") == []
    assert wrong(kind=SwitchKind.HARDSHIP, county_code="30", until=NOW + timedelta(days=1)) == []


def test_a_ladder_that_is_not_there_is_answered_with_those_that_are():
    [one] = told(SwitchAsked(SwitchKind.PAUSE, "x", Scope(ladder="x")))
    assert "cure_window, medi_cal_renewal" in one.sentence


def test_a_program_that_is_not_there_is_answered_with_those_that_are():
    [one] = told(SwitchAsked(SwitchKind.PAUSE, "x", Scope(program="x")))
    assert "ccs, medi_cal" in one.sentence


def test_every_kind_has_a_reason_with_a_sentence():
    assert set(REASONS) == set(SwitchKind)
    assert set(REASONS.values()) <= set(SENTENCES)
    assert {"paused", "hardship", "brake"} == HELD
