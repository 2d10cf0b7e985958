from datetime import date
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.constants import Constants, parse_constants
from schedules.dated import BadTable

SHIPPED = parse_constants(files("schedules").joinpath("constants.toml").read_text("utf-8"))
DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("name", "day", "value"),
    [
        ("cure_days", DAY, 90),
        ("rfi_days", DAY, 30),
        ("ce_response_days", DAY, 30),
        ("noa_days", DAY, 10),
        ("special_enrolment_days", DAY, 90),
        ("special_enrolment_days", date(2023, 12, 31), 60),
        ("sms_cap_day", DAY, 1),
        ("sms_cap_30_days", DAY, 10),
        ("voice_cap_day", DAY, 1),
        ("voice_cap_30_days", DAY, 3),
        ("email_cap_day", DAY, 1),
        ("email_cap_30_days", DAY, 10),
        ("revoke_all", date(2027, 1, 30), 0),
        ("revoke_all", date(2027, 1, 31), 1),
    ],
)
def test_a_constant_is_what_it_is_on_a_day(name, day, value):
    assert SHIPPED.value(name, day) == SHIPPED.on(day)[name] == value


@pytest.mark.parametrize(
    ("cycle_months", "month", "effective"),
    [
        (6, date(2026, 12, 1), 12),
        (6, date(2027, 1, 1), 6),
        (6, date(2029, 7, 1), 6),
        (12, date(2027, 1, 1), 12),
        (None, date(2027, 1, 1), 12),
        (None, date(2026, 1, 1), 12),
    ],
)
def test_six_month_cycles_begin_in_january_2027(cycle_months, month, effective):
    assert SHIPPED.effective_cycle(cycle_months, month) == effective


def test_a_constant_that_nobody_gave_or_that_does_not_hold_is_none():
    later = constants('name = "fee"\nvalue = 30\nunit = "times"\nsource = "A law"\nfrom = 2027-07-01')
    assert later.value("fee", date(2027, 7, 1)) == 30
    for name, day in (("fee", DAY), ("wages", DAY)):
        with pytest.raises(KeyError, match=name):
            later.value(name, day)


@given(st.dates(date(1, 1, 1), date(9999, 12, 31)))
def test_every_shipped_constant_holds_on_every_day_but_those_that_begin(day):
    begin = {"unsubscribe_email_hours"}
    names = {row.values["name"] for row in SHIPPED.rows()}
    assert names - begin <= set(SHIPPED.on(day)) <= names
    assert SHIPPED.on(day) == {
        row.values["name"]: row.values["value"] for row in SHIPPED.rows() if row.begins <= day <= row.ends
    }


def test_every_constant_says_where_it_comes_from():
    assert all(row.values["source"].strip() for row in SHIPPED.rows())


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('name = "x"\nvalue = 1\nunit = "furlongs"\nsource = "s"', "“furlongs” is no unit; use one of"),
        ('name = "x"\nvalue = -1\nunit = "days"\nsource = "s"', "a constant is 0 or more"),
        ('name = "x"\nvalue = 1\nunit = "days"', "`source` is missing"),
        ('name = "x"\nvalue = 1.5\nunit = "days"\nsource = "s"', "`value` must be a whole number"),
    ],
)
def test_a_mistake_is_refused_with_its_line(row, said):
    with pytest.raises(BadTable, match=said) as refused:
        constants(row)
    assert refused.value.where.startswith("the constants:")


def constants(row: str) -> Constants:
    return parse_constants(f"[[constants]]\n{row}")
