"""Those who come late, months that move, families, two programs, and the clock."""

from datetime import UTC, datetime

import pytest

from app.rules.facts import RenewalDue
from tests.app.pipeline.world import phone
from tests.stories.county import ana, first, renewal

TWO, ONE = "renewal_two_months", "renewal_one_month"


@pytest.mark.parametrize(
    ("told", "heard"),
    [
        ("2026-12-30", [f"2026-12-30 {TWO}", f"2027-01-15 {ONE}", "2027-02-05 renewal_due_month"]),
        ("2027-01-10", [f"2027-01-10 {TWO}", f"2027-01-15 {ONE}", "2027-02-05 renewal_due_month"]),
        ("2027-01-14", [f"2027-01-14 {TWO}", f"2027-01-17 {ONE}", "2027-02-05 renewal_due_month"]),
        ("2027-01-21", [f"2027-01-21 {ONE}", "2027-02-05 renewal_due_month"]),
        ("2027-02-11", ["2027-02-11 renewal_due_month"]),
        ("2027-02-18", []),
        ("2027-02-27", []),
        ("2027-03-10", []),
    ],
    ids=["60 days before", "50 days before", "on the last day of a step", "a month before", "in the month",
         "10 days before", "the day before", "too late"],
)  # fmt: skip
async def test_who_is_learned_of_late_hears_what_is_still_useful_with_days_between(county, told, heard):
    await county.on(told, ana("2027-02"))
    assert await county.heard_until("2027-04-01") == [f"{line} es email sms, names 2027-02-28" for line in heard]


async def test_a_month_that_moves_begins_anew_and_the_old_one_is_silent(county):
    await county.on("2026-12-15", ana("2027-02"))
    await county.on("2026-12-20", renewal("upcoming", "2027-05"))
    heard = await county.heard_until("2027-06-01")
    assert heard == [
        f"2026-12-15 {TWO} es email sms, names 2027-02-28",
        "2027-01-02 contact_details es email sms",
        f"2027-03-01 {TWO} es email sms, names 2027-05-31",
        f"2027-04-15 {ONE} es email sms, names 2027-05-31",
        "2027-05-05 renewal_due_month es email sms, names 2027-05-31",
    ]


async def test_a_family_with_one_phone_hears_it_once(county):
    for ref in ("M-1", "M-2"):
        await county.on("2026-11-15", ana("2027-02", emails=(), phones=(phone(),)), subject=ref)
    heard = await county.heard_until("2027-01-20")
    assert [line.replace("M-2 ", "")[11:] for line in heard] == [
        f"{step} es sms, names 2027-02-28" for step in (TWO, ONE)
    ]
    assert "skipped household" in (await county.why_not())[ONE]


async def test_two_programs_on_one_phone_never_speak_on_one_day(county):
    both = (RenewalDue("medi_cal", first("2027-08")), RenewalDue("ccs", first("2027-08")))
    await county.on("2027-01-15", ana(renewals=both, emails=(), date_of_birth=datetime(2006, 8, 9, tzinfo=UTC).date()))
    heard = await county.heard_until("2027-09-01")
    days = [line[:10] for line in heard]
    assert len(set(days)) == len(days) == 7
    assert {line.split()[1] for line in heard} >= {"age_out_21", "contact_details", TWO, "renewal_due_month"}


async def test_from_2027_on_who_renews_every_six_months_hears_it_in_those_words(county):
    await county.on("2026-09-15", ana("2026-11"), renewal("upcoming", "2026-11", cycle_months=6))
    await county.heard_until("2026-10-20")
    await county.on("2026-10-25", renewal("renewed", "2026-11", next_renewal_month=first("2027-05")))
    assert await county.heard_until("2027-06-01") == [
        "2027-03-01 six_month_renewal es email sms, names 2027-05-31",
        f"2027-04-15 {ONE} es email sms, names 2027-05-31",
        "2027-05-05 renewal_due_month es email sms, names 2027-05-31",
    ]


async def test_a_clock_that_goes_forward_and_back_changes_nothing_that_was(county):
    await county.on("2026-09-15", ana("2027-02"))
    await county.heard_until("2027-02-20")
    past = "SELECT * FROM message WHERE status NOT IN ('planned', 'skipped') ORDER BY id"
    before = await county.world.rows(past)
    for moment in (datetime(2026, 10, 1, 20, tzinfo=UTC), datetime(2027, 3, 1, 20, tzinfo=UTC)):
        await county.world.at(moment)
        await county.world.services.planning.daily()
        await county.world.deliver()
        assert await county.world.rows(past) == before
