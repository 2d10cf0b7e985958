from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.months import (
    BIRTH_RANGE_REASON,
    FUTURE_BIRTH_REASON,
    MONTH_RANGE_REASON,
    SHORT_YEAR_REASON,
    BadDay,
    BadMonth,
    is_serial,
    read_birth_date,
    read_day,
    read_month,
)

FEBRUARY = date(2027, 2, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2027-02",
        "2027-2",
        "2027/02",
        "202702",
        "202702.0",
        "20270228",
        "02/2027",
        "2/2027",
        "02-2027",
        "02/27",
        "Feb-27",
        "Feb 27",
        "Feb 2027",
        "February, 2027",
        "FEBRUARY 2027",
        "2027 Feb",
        "2027-02-28",
        "2027-02-28T00:00:00Z",
        "2/1/2027 0:00",
        "02/28/27",
        "1 Feb 2027",
        "46434",
        "٢٠٢٧-٠٢",
    ],
)
def test_a_month_is_read_however_it_is_written(text):
    assert read_month(text) == FEBRUARY


@pytest.mark.parametrize(
    "text", ["", "TBD", "13/2027", "00/2027", "2027-13", "02/30/2027", "28/02/2027", "27-Feb", "2027", "Febtober 2027"]
)
def test_an_impossible_or_unclear_month_is_refused(text):
    assert isinstance(read_month(text), BadMonth)


@pytest.mark.parametrize("text", ["2019-12", "2041-01", "02/99", "1927-02"])
def test_a_month_far_from_now_is_refused(text):
    assert read_month(text) == BadMonth(MONTH_RANGE_REASON)


@pytest.mark.parametrize("text", ["2026-12-01", "12/1/2026", "12-01-26", "Dec 1, 2026", "1-Dec-2026", "46357"])
def test_a_day_is_read_month_first(text):
    assert read_day(text) == date(2026, 12, 1)


@pytest.mark.parametrize("text", ["2026-02-29", "31/12/2026", "1970-01-01", "soon"])
def test_an_impossible_day_is_refused(text):
    assert isinstance(read_day(text), BadDay)


@pytest.mark.parametrize("text", ["1970-02-28", "02/28/1970", "2/28/1970", "19700228", "28-Feb-1970", "25627"])
def test_a_date_of_birth_is_read_however_it_is_written(text):
    assert read_birth_date(text) == date(1970, 2, 28)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2/28/70", SHORT_YEAR_REASON),
        ("1900-01-01", BIRTH_RANGE_REASON),
        ("2026-11-23", FUTURE_BIRTH_REASON),
    ],
)
def test_a_date_of_birth_that_cannot_be_is_refused_with_its_reason(text, reason):
    assert read_birth_date(text, today=date(2026, 11, 22)) == BadDay(reason)


def test_who_is_born_today_is_born():
    assert read_birth_date("2026-11-22", today=date(2026, 11, 22)) == date(2026, 11, 22)


def test_a_spreadsheets_day_number_is_told_from_a_date():
    assert is_serial("46434")
    assert not is_serial("2027-02")


@given(st.text() | st.text(alphabet="0123456789-/. FebMar,T:", max_size=14))
def test_no_text_makes_the_readers_raise(text):
    read_month(text)
    read_day(text)
    read_birth_date(text, today=FEBRUARY)
    is_serial(text)


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_a_day_survives_every_spelling(day):
    spellings = [day.isoformat(), f"{day:%m/%d/%Y}", f"{day:%Y%m%d}", f"{day.month}/{day.day}/{day.year} 12:00:00 AM"]
    serial = str((day - date(1899, 12, 30)) // timedelta(days=1))
    assert {read_day(spelling) for spelling in [*spellings, serial]} == {day}
    assert {read_month(spelling) for spelling in spellings} == {day.replace(day=1)}
