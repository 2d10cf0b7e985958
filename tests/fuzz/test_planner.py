"""The planner in SQL beside the planner of plain loops: a hundred counties of a thousand people."""

import pytest

from tests.app.pipeline.generated import MOMENTS
from tests.app.pipeline.side_by_side import differences, ladders, planned_county
from tests.app.pipeline.world import world

__all__ = ["world"]

COUNTIES = 102
PEOPLE = 1_000


@pytest.fixture
def one_reminder(monkeypatch):
    monkeypatch.setattr("app.wiring.services.shipped_ladders", ladders)


@pytest.mark.parametrize("seed", range(1000, 1000 + COUNTIES))
async def test_a_county_is_planned_as_the_plain_planner_plans_it(world, seed):
    _, said, found = await planned_county(world, seed, PEOPLE, MOMENTS[seed % len(MOMENTS)])
    assert differences(said, found) == (set(), set())
