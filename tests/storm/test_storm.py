"""A short storm goes over real processes, and the points at which they die are the ones that the code has."""

import ast
import random
from pathlib import Path

import pytest

import app
from tests.storm import random_storm
from tests.storm.gates import EVERY_PRESENT, GATES, SIZES
from tests.storm.ground import Rates
from tests.storm.harm import POINTS as DEADLY
from tests.storm.harm import Doses
from tests.storm.invariants import judge
from tests.storm.points import POINTS
from tests.storm.proxy import Weather
from tests.storm.random_storm import Size

ENOUGH = 24
SHORT = Size(
    12, Doses(kills=8, pauses=1, cuts=2, crashes=1), 8, Rates(6, 3, 3), weather=False, patient=False, news=False,
    phases=({"drop": 0.3, "500": 0.1, "duplicate": 0.2, "reorder": 0.2, "early": 0.1},),
)  # fmt: skip


def points_in_the_code():
    """Every name that `crashpoint` is called with."""
    for file in sorted(Path(app.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "crashpoint"
            if named and isinstance(node.args[0], ast.Constant):
                yield node.args[0].value


@pytest.mark.timeout(300)
async def test_a_short_storm_loses_nothing_and_sends_nothing_twice(tmp_path):
    course = await random_storm.run(tmp_path, 7, SHORT)
    assert [str(one) for found in judge(course.evidence).values() for one in found] == []
    assert len(course.evidence.messages) == 36
    assert course.figures["kills"] >= 8


def test_the_points_that_are_visited_are_all_that_the_code_has():
    named = [point.name for point in POINTS]
    assert sorted(named) == sorted(set(points_in_the_code()))
    assert len(named) == len(set(named)) >= ENOUGH
    assert set(DEADLY) <= set(named)


def test_every_gate_has_every_size():
    assert set(EVERY_PRESENT) == set(GATES)
    assert {tuple(sizes) for sizes in GATES.values()} == {SIZES}


async def test_the_weather_is_the_same_for_the_same_seed():
    async def struck(seed):
        weather = Weather(random.Random(seed), requests={"cut": 0.3})  # noqa: S311  (dice)
        cuts = 0
        for _ in range(50):
            try:
                await weather.strike("request", weather.requests)
            except Exception:  # noqa: BLE001
                cuts += 1
        return cuts

    assert await struck(3) == await struck(3)
    assert 5 < await struck(3) < 30
