"""Birthdays, care plans, doctors, notices: what falls due besides renewals."""

from datetime import date

import pytest

from tests.stories.county import ana, milestone

BOTH = "es email sms"
IN_AUTUMN = "2026-09-15"


async def test_a_child_with_ccs_who_turns_21_is_prepared_for_it_three_times(county):
    await county.on(IN_AUTUMN, ana("2027-08", "ccs", date_of_birth=date(2006, 8, 9)))
    assert await county.heard_until("2027-10-01") == [
        f"{day} age_out_21 {BOTH}, names 2027-08-01" for day in ("2027-02-01", "2027-05-01", "2027-07-01")
    ]


async def test_who_turns_19_hears_it_two_months_before(county):
    await county.on(IN_AUTUMN, ana("2028-08", date_of_birth=date(2008, 8, 9)))
    assert await county.heard_until("2027-10-01") == [f"2027-06-01 age_out_19 {BOTH}, names 2027-08-01"]


@pytest.mark.parametrize(
    ("kind", "program", "on", "heard"),
    [
        ("age_out_26", "medi_cal", "2027-08-09",
         [f"{day} age_out_26 {BOTH}, names 2027-08-09" for day in ("2027-02-09", "2027-06-09")]),
        ("annual_care_plan", "ccs", "2027-03-09",
         [f"{day} annual_care_plan {BOTH}, names 2027-03-09" for day in ("2027-02-09", "2027-03-02")]),
        ("continuity_end", "medi_cal", "2027-03-09",
         [f"{day} continuity_of_care {BOTH}, names 2027-03-09" for day in ("2027-01-09", "2027-02-09")]),
        ("work_notice", "medi_cal", "2027-03-09",
         [f"2027-03-09 work_notice {BOTH}, names 2027-04-08", f"2027-03-23 work_notice {BOTH}, names 2027-04-08",
          f"2027-04-01 work_notice_last {BOTH}, names 2027-04-08"]),
    ],
)  # fmt: skip
async def test_a_day_that_the_county_sets_is_spoken_of_before_it_comes_or_runs_out(county, kind, program, on, heard):
    await county.on(IN_AUTUMN, ana(), milestone(kind, on, program))
    assert await county.heard_until("2027-10-01") == heard


async def test_a_day_that_is_taken_back_is_not_spoken_of(county):
    await county.on(IN_AUTUMN, ana(), milestone("work_notice", "2027-03-09"))
    await county.on("2027-03-10", milestone("work_notice", ""))
    assert [line[11:22] for line in await county.heard_until("2027-10-01")] == ["work_notice"]
