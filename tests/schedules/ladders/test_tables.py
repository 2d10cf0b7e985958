from dataclasses import replace

import pytest

from schedules.ladders.model import Anchor, Offset
from schedules.ladders.shape import STATUSES
from schedules.ladders.tables import by_status, may_be_said, when
from tests.schedules.ladders.ladder_world import SHIPPED, STEPS

TABLE = may_be_said(SHIPPED.values())


def test_each_step_stands_under_each_of_its_statuses_with_its_words():
    assert {(said.status, said.step) for said in TABLE} == {
        (status, step.key) for step in STEPS.values() for status in step.statuses
    }
    assert all(said.template == STEPS[said.step].words(said.status) for said in TABLE)


def test_the_table_allows_what_the_ladders_allow():
    told = {
        f"{said.step}:{owner}:{cycle}:{said.status}" for said in TABLE for owner in said.owners for cycle in said.cycles
    }
    assert told == {key for ladder in SHIPPED.values() for key in ladder.allowed()}


def test_every_status_is_in_the_table_even_if_nothing_is_said():
    rows = by_status(TABLE)
    assert [*dict.fromkeys(status for status, _, _ in rows)] == [*STATUSES]
    assert ("renewed", "–", "nothing") in rows
    assert ("discontinued_procedural", "cure_window",
            "cure_now, cure_30 → cure_reminder, cure_60 → cure_reminder, cure_80 → cure_last") in rows  # fmt: skip


@pytest.mark.parametrize(
    ("offset", "said"),
    [
        (Offset(Anchor.RENEWAL_MONTH, -2, 13), "M-2 day 14"),
        (Offset(Anchor.RENEWAL_MONTH), "M day 1"),
        (Offset(Anchor.RENEWAL_MONTH, 1, -2), "renewal_month + 1 month - 2 days"),
        (Offset(Anchor.RENEWAL_MONTH, -1, 3, "second tuesday"), "M-1 second tuesday + 3 days"),
        (Offset(Anchor.ON), "on"),
        (Offset(Anchor.ON, -6, 1), "on - 6 months + 1 day"),
        (Offset(Anchor.DUE_ON, 0, -7), "due_on - 7 days"),
        (Offset(Anchor.DUE_ON, 1, 0, "last friday"), "due_on + 1 month, last friday of that month"),
        (Offset(Anchor.EFFECTIVE_ON, 0, "cure_days + 1"), "effective_on + cure_days + 1"),
    ],
)
def test_a_day_is_said_in_words(offset, said):
    step = replace(STEPS["cure_now"], starts=offset, ends=offset)
    assert when(step) == f"{said} to {said}"
