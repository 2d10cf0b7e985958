"""Where steps stand in words, and why a step or a ladder is not about somebody."""

from datetime import date

import pytest

from app.rules.explaining.steps import (
    OCCASIONS,
    STATUSES,
    anchor_in_words,
    in_words,
    not_about,
    not_asked,
    nothing_such,
)
from app.rules.facts import RenewalStatus
from app.wiring import shipped_ladders
from schedules.ladders.model import Anchor, Ladder, Occasion, Offset, Step
from schedules.ladders.reading import parse_ladder

LADDERS = {
    ladder.name: ladder for ladder in (parse_ladder(text, name=name) for name, text in shipped_ladders().items())
}
STEPS = {step.key: (ladder, step) for ladder in LADDERS.values() for step in ladder.steps}


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("contact_details", "the reminder four months before the renewal month"),
        ("renewal_two_months", "the reminder two months before the renewal month"),
        ("renewal_one_month", "the reminder from day 15 of the month before the renewal month"),
        ("renewal_due_month", "the reminder from day 5 of the renewal month"),
        ("form_received", "the message on the day on which the county received the form"),
        ("information_due", "the message seven days before the day on which papers are due"),
        ("cure_now", "the message one day after the day on which coverage ended"),
        ("cure_30", "the message 30 days after the day on which coverage ended"),
        ("apply_again", "the message the cure days and one day after the day on which coverage ended"),
        ("age_21_six_months", "the message six months before the month of the 21st birthday"),
        ("care_plan_one_week", "the message seven days before the day of the care plan"),
        ("work_notice_now", "the message on the day of the notice"),
    ],
)
def test_a_step_is_named_by_its_place(step, words):
    assert in_words(*STEPS[step]) == words


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        (Offset(Anchor.RENEWAL_MONTH, -2, weekday="second tuesday"),
         "the reminder on the second Tuesday of the month two months before the renewal month"),
        (Offset(Anchor.RENEWAL_MONTH, weekday="last friday", days=3),
         "the reminder on the last Friday of the renewal month, three days later"),
        (Offset(Anchor.DUE_ON, 1, weekday="first monday"),
         "the message on the first Monday of the month after the day on which papers are due"),
        (Offset(Anchor.DUE_ON, weekday="first monday"),
         "the message on the first Monday of the month of the day on which papers are due"),
        (Offset(Anchor.EFFECTIVE_ON, 1, -2),
         "the message one month after the day on which coverage ended, two days earlier"),
        (Offset(Anchor.EFFECTIVE_ON, 1, "cure_days"),
         "the message one month after the day on which coverage ended and the cure days"),
        (Offset(Anchor.RENEWAL_MONTH), "the reminder in the renewal month"),
        (Offset(Anchor.RENEWAL_MONTH, days=-40), "the reminder 40 days before the renewal month"),
    ],
)  # fmt: skip
def test_any_offset_an_agency_may_write_is_named(offset, words):
    step = Step("own", "own", offset, offset, frozenset({"upcoming"}))
    assert in_words(Ladder("own", Occasion.RENEWAL, (step,)), step) == words


def test_every_shipped_step_has_its_own_place_in_its_ladder():
    for ladder in LADDERS.values():
        places = [in_words(ladder, step) for step in ladder.steps]
        assert len(set(places)) == len(places) - sum(
            one.starts == other.starts for number, one in enumerate(ladder.steps) for other in ladder.steps[:number]
        )


@pytest.mark.parametrize(
    ("step", "program", "cycle", "owner", "why"),
    [
        ("cure_now", "ccs", 12, "county", "It is for Medi-Cal; this is California Children's Services."),
        ("six_month_two_months", "medi_cal", 12, "county",
         "It is for renewals that come every six months; this one comes every twelve."),
        ("ssi_two_months", "medi_cal", 12, "county",
         "It is for people whom Social Security renews; the county renews this person."),
        ("renewal_two_months", "medi_cal", 12, "ssa", ""),
        ("renewal_two_months", "medi_cal", 12, "county", ""),
    ],
)  # fmt: skip
def test_a_step_of_another_program_cycle_or_owner_says_so(step, program, cycle, owner, why):
    assert not_about(*STEPS[step], program=program, cycle=cycle, owner=owner) == why


@pytest.mark.parametrize(
    ("step", "status", "owner", "day", "why"),
    [
        ("form_received", "upcoming", "county", None,
         ("upcoming", "It is said only while the county has the form; now it is still to come.")),
        ("form_received", "form_received", "county", None,
         ("not_told", "It is counted from the day on which the county received the form, which we were not told.")),
        ("form_received", "form_received", "ssa", None,
         ("ssa_renews", "Social Security renews this person's Medi-Cal, so the county asks for nothing.")),
        ("cure_80", "discontinued_procedural", "county", date(2027, 12, 1),
         ("later", "It begins later than the time that is shown.")),
    ],
)  # fmt: skip
def test_a_step_of_which_nothing_is_planned_says_why(step, status, owner, day, why):
    assert not_asked(*STEPS[step], statuses=[status], owner=owner, anchor_on=day) == why


def test_a_ladder_of_what_never_falls_due_says_so():
    told = nothing_such(LADDERS["ccs_age_out_21"])
    assert told == "It is about turning 21, and we know of none for this person in the time that is shown."


def test_every_occasion_anchor_and_status_has_words():
    assert set(OCCASIONS) == set(Occasion)
    assert set(STATUSES) == set(RenewalStatus)
    assert all(anchor_in_words(ladder, anchor) for ladder in LADDERS.values() for anchor in Anchor)
