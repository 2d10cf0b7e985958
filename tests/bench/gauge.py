"""CPU and memory of processes from /proc, and how much of the machine others used meanwhile (noise)."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")
MEMORY_LINES = {"Rss": "rss", "Pss": "pss", "Private_Clean": "uss", "Private_Dirty": "uss"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What the clocks said at one moment, in seconds."""

    wall: float
    machine: float
    """CPU of the whole machine."""
    groups: dict[str, float]
    """CPU of each process tree."""

    def since(self, earlier: "Reading") -> "Reading":
        """Return what passed since an earlier reading."""
        groups = {name: seconds - earlier.groups[name] for name, seconds in self.groups.items()}
        return Reading(self.wall - earlier.wall, self.machine - earlier.machine, groups)

    @property
    def noise(self) -> float:
        """Cores that anybody else used."""
        return max(0.0, (self.machine - sum(self.groups.values())) / self.wall)


def read(groups: dict[str, int]) -> Reading:
    """Read the clocks for process trees by the id of their roots."""
    children = _children()
    return Reading(time.monotonic(), _machine(), {name: _tree(pid, children) for name, pid in groups.items()})


def memory(pid: int) -> dict[str, float]:
    """Return a process's memory in MiB: resident, its share of it, and what is its alone."""
    found = dict.fromkeys(MEMORY_LINES.values(), 0.0)
    for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in MEMORY_LINES:
            found[MEMORY_LINES[name]] += int(value.split()[0]) / 1024
    return found


def yardstick() -> float:
    """Return the CPU milliseconds of a fixed loop of plain Python: how fast this core is just now (median of 15)."""
    return median(_one_loop() for _ in range(15)) * 1e3


def _one_loop() -> float:
    begun, total, held = time.process_time(), 0, dict[int, int]()
    for number in range(400_000):
        total += number * 3 % 7
        held[number & 1023] = total
    return time.process_time() - begun


def _machine() -> float:
    """Return the machine's busy seconds: all but idle and waiting for disks."""
    values = [int(value) / TICKS for value in (PROC / "stat").read_text().split("\n", 1)[0].split()[1:9]]
    return sum(values) - values[3] - values[4]


def _stat(pid: int) -> Sequence[str]:
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(") ")[2].split()
    except OSError:  # it ended while we looked
        return []


def _children() -> dict[int, list[int]]:
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdecimal() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    return children


def _tree(root: int, children: dict[int, list[int]]) -> float:
    """Return the CPU of a process and all below it, those included that it has waited for."""
    fields = _stat(root)
    own = sum(map(int, fields[11:15])) / TICKS if fields else 0.0
    return own + sum(_tree(child, children) for child in children.get(root, ()))
