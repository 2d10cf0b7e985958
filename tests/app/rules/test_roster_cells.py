from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.facts import UNCHANGED
from app.rules.roster_cells import SERIAL_NOTE, Reading, day, moment, month, read_moment, single, word
from app.rules.roster_columns import resolve
from app.rules.roster_rows import Problem, Record


def a_reading(emptied=(), **cells: str):
    return Reading(Record(2, tuple(cells.values())), resolve(list(cells)), emptied)


def as_it_is(_reading, _own, text):
    return text


def test_an_absent_or_blank_cell_leaves_a_fact_unchanged_and_null_removes_it():
    assert single(a_reading(), "zip", as_it_is) is UNCHANGED
    assert single(a_reading(zip=" "), "zip", as_it_is) is UNCHANGED
    assert single(a_reading(emptied=["zip"]), "zip", as_it_is) is None
    assert single(a_reading(zip=" 92704 "), "zip", as_it_is) == "92704"


def test_a_word_that_is_not_known_is_a_problem_of_its_column():
    reading = a_reading(Case_Owner="Nobody")
    assert word(reading, "owner", {"county": "county"}, "County") is None
    assert reading.problems == [Problem("Case_Owner", "this word is not known; use County")]


def test_dates_and_months_are_read_and_what_is_bad_is_noted():
    reading = a_reading(due_on="2027-02-28", renewal_month="46434", received_on="02/30/2027")
    assert day(reading, "due_on") == date(2027, 2, 28)
    assert month(reading, "renewal_month") == date(2027, 2, 1)
    assert reading.repairs == [f"renewal_month: {SERIAL_NOTE}"]
    assert day(reading, "received_on") is None
    assert [problem.column for problem in reading.problems] == ["received_on"]


@pytest.mark.parametrize("text", ["2026-08-20", "8/20/2026", "2026-08-20T00:00:00Z", "2026-08-19T17:00:00-07:00"])
def test_a_time_is_aware_and_a_bare_date_is_midnight_utc(text):
    assert moment(a_reading(consent_at=text), "consent_at") == datetime(2026, 8, 20, tzinfo=UTC)


@pytest.mark.parametrize("text", ["8/20/2015", "2015-08-20", "2015-08-20T00:00:00"])
def test_an_old_consent_keeps_its_time(text):
    assert read_moment(text) == datetime(2015, 8, 20, tzinfo=UTC)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "1900-01-01", "9999-12-31T23:59:59-12:00"])
def test_a_time_out_of_all_range_is_none(text):
    assert read_moment(text) is None


def test_a_bad_time_is_a_problem():
    reading = a_reading(consent_at="yesterday")
    assert moment(reading, "consent_at") is None
    assert [problem.column for problem in reading.problems] == ["consent_at"]


@given(st.text() | st.datetimes(timezones=st.timezones()).map(str))
def test_no_text_makes_the_reader_of_times_raise(text):
    found = read_moment(text)
    assert found is None or found.tzinfo is UTC
