from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pipeline.ladders import LadderBook
from app.pipeline.laying_out import Rules, fits, may, may_begin, tables
from app.pipeline.wording import Phrasebook
from app.wiring.almanac import shipped_almanac
from app.wiring.services import shipped_ladders
from schedules.calendar import AgencyHours, Calendar
from schedules.ladders.reading import parse_ladder

NOW = datetime(2026, 11, 2, 20, tzinfo=UTC)
TODAY = NOW.date()
BOOK = LadderBook(tuple(parse_ladder(text, name=name) for name, text in shipped_ladders().items()))
RULES = Rules(BOOK, Phrasebook({}, {}), Calendar(AgencyHours("America/Los_Angeles")), shipped_almanac().constants)
PLACES = ["America/Los_Angeles;CA"]


def met(**changes):
    said = {"occasion": "renewal", "program": "medi_cal", "cycle": 12, "owner": "county", "status": "upcoming",
            "anchor": "renewal_month", "day": date(2027, 2, 1)}  # fmt: skip
    return SimpleNamespace(**{**said, **changes})


def asked(*several, until=TODAY + timedelta(days=100)):
    """Return the keys of the steps that are asked."""
    found = tables(RULES, list(several), PLACES, ["en"], until=until, now=NOW)
    keys = found["step_key"].strip("{}").replace('"', "").split(",")
    return [keys[int(number)] for number in found["asked_step"].strip("{}").split(",") if number]


def test_a_renewal_is_asked_every_step_that_begins_by_then():
    assert asked(met()) == ["contact_details", "renewal_two_months", "renewal_one_month", "renewal_due_month"]


def test_a_step_for_a_status_is_asked_in_that_status_only():
    of_status = {"anchor": "received_on", "day": TODAY}
    assert asked(met(**of_status)) == []
    assert asked(met(status="form_received", **of_status)) == ["form_received"]


@pytest.mark.parametrize(
    ("changes", "first"),
    [
        ({"program": "ccs"}, ""),
        ({"cycle": 6}, "six_month_two_months"),
        ({"owner": "ssa"}, "contact_details"),
        ({"occasion": "age_out_21", "anchor": "on", "program": "ccs"}, "age_21_three_months"),
    ],
)
def test_each_ladder_asks_whom_it_is_about(changes, first):
    assert first in [*asked(met(**changes)), ""]


def test_a_step_for_those_whom_others_renew_is_not_about_those_of_the_county():
    ladder, step = next((ladder, step) for ladder, step in RULES.steps if step.key == "ssi_two_months")
    assert not fits(ladder, step, met())
    assert fits(ladder, step, met(owner="ssa"))


def test_a_step_of_the_county_asks_those_whom_others_renew_and_may_not_be_said():
    ladder, step = next((ladder, step) for ladder, step in RULES.steps if step.key == "renewal_two_months")
    assert fits(ladder, step, met(owner="ssa"))
    assert not may(step, met(owner="ssa"))


def test_who_cannot_be_reached_at_all_is_counted_by_the_agencys_clock():
    found = tables(RULES, [met()], PLACES, ["en"], until=TODAY + timedelta(days=100), now=NOW)
    places, channels = (found[name].strip("{}").split(",") for name in ("slot_place", "slot_channel"))
    assert {place for place, channel in zip(places, channels, strict=True) if channel == '"none"'} == {
        '"America/Los_Angeles;"'
    }


def test_a_word_that_a_template_does_not_have_is_left_out():
    found = tables(RULES, [met()], PLACES, ["en"], until=TODAY, now=NOW)
    assert found["word_template"] == "{}"


@given(st.dates(date(2026, 1, 1), date(2035, 1, 1)), st.integers(1, 200))
def test_what_may_begin_is_what_a_day_by_day_look_finds(today, ahead):
    until = today + timedelta(days=ahead)
    ranges = {row[6]: row[7:] for rows in may_begin(RULES, today, until).values() for row in rows}
    for _, step in RULES.steps:
        first, last = ranges.get(step.key, (date.max, date.min))
        for anchor in (today, until, today + timedelta(days=ahead // 2), first, last):
            if date(2020, 1, 1) < anchor < date(2040, 1, 1):
                known = RULES.constants.on(anchor)
                begins, ends = step.starts.day(anchor, known), step.ends.day(anchor, known)
                if begins <= until and ends >= today:
                    assert first <= anchor <= last
                if anchor in {first, last}:
                    assert begins <= until


@given(st.dates(date(2026, 1, 1), date(2035, 1, 1)), st.integers(1, 200), st.data())
def test_what_was_looked_for_before_and_what_begins_after_is_all_that_may_begin(today, ahead, data):
    until = today + timedelta(days=ahead)
    known = today + timedelta(days=data.draw(st.integers(0, ahead)))
    earlier, later, every = (
        {row[6]: row[7:] for rows in found.values() for row in rows}
        for found in (
            may_begin(RULES, today, known),
            may_begin(RULES, today, until, after=known),
            may_begin(RULES, today, until),
        )
    )
    assert earlier.keys() | later.keys() == every.keys()
    for step, (first, last) in every.items():
        parts = [days[step] for days in (earlier, later) if step in days]
        assert (parts[0][0], parts[-1][1]) == (first, last)
        assert len(parts) == 1 or parts[1][0] == parts[0][1] + timedelta(days=1)
