"""The parts of the command line, in the order in which they are shown; each adds its own commands."""

from types import ModuleType
from typing import Final

from app.cli import (
    agencies,
    broadcasts,
    channels,
    checks,
    clips,
    demo,
    explain,
    flyers,
    forecast,
    ladders,
    ledger,
    members,
    processes,
    replies,
    reports,
    restored,
    switches,
    time,
    unknowns,
)

PARTS: Final[tuple[ModuleType, ...]] = (
    processes,
    agencies,
    ladders,
    members,
    explain,
    forecast,
    reports,
    switches,
    unknowns,
    ledger,
    replies,
    flyers,
    broadcasts,
    time,
    channels,
    checks,
    restored,
    clips,
    demo,
)
