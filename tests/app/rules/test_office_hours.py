from datetime import date, datetime, time

import pytest

from app.rules.office_hours import BadHours, Hours, hours_of, is_open, read_hours

WEEK = {"monday-friday": "08:00-17:00", "saturday": "09:00-12:30"}
TUESDAY = datetime(2026, 12, 1, 10)  # noqa: DTZ001  (the office's own clock)


def test_hours_are_read_in_the_order_of_the_week():
    assert read_hours({"Saturday": "9:00 - 12:30", "monday-friday": "08:00-17:00"}) == (
        Hours((0, 1, 2, 3, 4), time(8), time(17)),
        Hours((5,), time(9), time(12, 30)),
    )


@pytest.mark.parametrize(
    "wrong",
    [{"mon-fri": "08:00-17:00"}, {"friday-monday": "08:00-17:00"}, {"monday": "17:00-08:00"}, {"monday": "all day"},
     {"monday": "08:00-25:00"}, {"monday": "08:00-24:30"}],
)  # fmt: skip
def test_hours_that_cannot_be_read_say_what_is_wrong(wrong):
    found = read_hours(wrong)
    assert isinstance(found, BadHours)
    assert "office_hours" in found.problem
    assert hours_of(wrong) == ()


@pytest.mark.parametrize(
    ("weekday", "at", "answer"),
    [(0, "08:00", True), (0, "07:59", False), (4, "16:59", True), (4, "17:00", False), (5, "09:30", True),
     (5, "12:30", False), (6, "10:00", False)],
)  # fmt: skip
def test_an_office_is_open_within_its_hours(weekday, at, answer):
    moment = datetime.combine(date(2026, 11, 30 - 7 + weekday), time.fromisoformat(at))
    assert is_open(WEEK, (), moment) is answer


def test_a_closure_closes_the_whole_day():
    assert not is_open(WEEK, (TUESDAY.date(),), TUESDAY)
    assert is_open(WEEK, (TUESDAY.date(),), TUESDAY.replace(day=2))


def test_an_agency_that_gave_no_hours_is_supposed_to_answer():
    assert is_open({}, (), TUESDAY.replace(hour=3))


def test_an_agency_that_gave_no_hours_does_not_answer_on_its_closures():
    assert not is_open({}, [date(2026, 11, 27)], datetime(2026, 11, 27, 12))  # noqa: DTZ001


def test_until_midnight_is_until_the_day_ends():
    assert is_open({"tuesday": "08:00-24:00"}, (), TUESDAY.replace(hour=23, minute=59))
