"""The gates: which storms there are, how big each is by size, and what is asked of its course."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from tests.storm import crashing, poison, random_storm, restored, seasons
from tests.storm.ground import Rates
from tests.storm.harm import Doses
from tests.storm.poison import Poison
from tests.storm.random_storm import FAULTS, Course, Size
from tests.storm.restored import Restore
from tests.storm.seasons import Walks

Gate = Callable[[Path, int], Awaitable[Course]]

CALLBACKS_ONLY: Final[Mapping[str, float]] = {"duplicate": 0.2, "reorder": 0.2, "lose": 0.1, "early": 0.05}
PROVIDER_FAULTS: Final = (
    {"429": 1.0}, {"500": 1.0}, {"slow": 1.0}, {"drop": 0.2}, {"500_after": 0.2},
    {},
)  # fmt: skip
"""R6: a storm of 429, nothing but 500, everything too slow, a fifth accepted and cut off, a fifth accepted and 500."""


def _storm(size: Size) -> Gate:
    return partial(_run, size)


async def _run(size: Size, folder: Path, seed: int) -> Course:
    return await random_storm.run(folder, seed, size)


async def _points(folder: Path, seed: int) -> Course:
    return await crashing.run(folder)


async def _poison(size: Poison, folder: Path, seed: int) -> Course:
    return await poison.run(folder, seed, size)


async def _restore(size: Restore, folder: Path, seed: int) -> Course:
    return await restored.run(folder, seed, size)


async def _walks(size: Walks, folder: Path, seed: int) -> Course:
    return await seasons.run(folder, seed, size)


SLOW, FAST = Rates(14, 7, 7), Rates(80, 40, 40)
GATES: Final[Mapping[str, Mapping[str, Gate]]] = {
    "R1": dict.fromkeys(("pr", "main", "release"), _points),
    "R2": {
        "pr": _storm(Size(334, Doses(150, 25, 30, 1), 150, SLOW)),
        "main": _storm(Size(3_334, Doses(1_400, 250, 300, 5), 1_150, SLOW)),
        "release": _storm(Size(10_000, Doses(4_250, 750, 900, 15), 3_500, SLOW)),
    },
    "R3": {
        "pr": _storm(Size(150, Doses(), 90, SLOW, weather=False, zombies=20)),
        "main": _storm(Size(1_000, Doses(), 420, SLOW, weather=False, zombies=200)),
        "release": _storm(Size(2_500, Doses(), 1_100, SLOW, weather=False, zombies=500)),
    },
    "R4": {
        "pr": _storm(Size(150, Doses(cuts=50, crashes=3), 60, SLOW, weather=False)),
        "main": _storm(Size(1_500, Doses(cuts=500, crashes=20), 500, SLOW, weather=False)),
        "release": _storm(Size(5_000, Doses(cuts=2_000, crashes=50), 1_800, SLOW, weather=False)),
    },
    "R5": {
        "pr": _storm(Size(1_700, Doses(), 60, FAST, phases=(CALLBACKS_ONLY,), weather=False)),
        "main": _storm(Size(17_000, Doses(), 480, FAST, phases=(CALLBACKS_ONLY,), weather=False)),
        "release": _storm(Size(67_000, Doses(), 1_900, FAST, phases=(CALLBACKS_ONLY,), weather=False)),
    },
    "R6": {
        "pr": _storm(Size(600, Doses(), 6 * 20, SLOW, phases=PROVIDER_FAULTS, weather=False)),
        "main": _storm(Size(6_000, Doses(), 6 * 150, SLOW, phases=PROVIDER_FAULTS, weather=False)),
        "release": _storm(Size(20_000, Doses(), 6 * 500, SLOW, phases=PROVIDER_FAULTS, weather=False)),
    },
    "R9": {
        "pr": partial(_walks, Walks(45, 40, SLOW)),
        "main": partial(_walks, Walks(450, 15, SLOW)),
        "release": partial(_walks, Walks(2_000, 5, SLOW)),
    },
    "R10": {
        "pr": _storm(Size(200, Doses(), 60, SLOW, phases=(FAULTS,), weather=False, tickers=4)),
        "main": _storm(Size(2_000, Doses(), 300, SLOW, phases=(FAULTS,), weather=False, tickers=4)),
        "release": _storm(Size(8_000, Doses(), 1_200, SLOW, phases=(FAULTS,), weather=False, tickers=4)),
    },
    "R12": {
        "pr": partial(_poison, Poison(500, 60, 50, FAST)),
        "main": partial(_poison, Poison(4_000, 500, 1_000, FAST)),
        "release": partial(_poison, Poison(12_000, 1_500, 5_000, FAST)),
    },
    "R13": {
        "pr": partial(_restore, Restore(100, 12, SLOW)),
        "main": partial(_restore, Restore(1_000, 60, SLOW)),
        "release": partial(_restore, Restore(5_000, 240, FAST)),
    },
}
SIZES: Final = ("pr", "main", "release")
EVERY_PRESENT: Final = ("R2", "R1", "R3", "R4", "R5", "R6", "R9", "R10", "R12", "R13")
"""The gates in the order in which they are run: the heart first."""
