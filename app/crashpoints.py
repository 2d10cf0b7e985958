"""Named points at which a test may end, fail or freeze this very process; at all other times they do nothing.

The storm (`tests/storm`) shows by them that nothing is lost or sent twice wherever a process dies. The wiring
arms one from the setting `CRASHPOINT`, which live mode refuses.
"""

import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.errors import BadSettings

NOTE_ONLY: Final = "-"
"""The name of no point: nothing happens anywhere, and each point that is passed is noted."""


class Crashed(Exception):
    """What a point raises that was armed with `raise`."""


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _stop() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def _raise() -> None:
    raise Crashed


ACTIONS: Final[Mapping[str, Callable[[], None]]] = {"kill": _kill, "stop": _stop, "raise": _raise}


@dataclass(slots=True)
class _Armed:
    """One point, what happens there, and at which of its passings; where passings are noted."""

    name: str = ""
    action: Callable[[], None] = _raise
    left: int = 1
    notes: Path | None = None
    noted: set[str] = field(default_factory=set)


_armed = _Armed()


def arm(said: str, notes: Path) -> None:
    """Arm the point that `name[:kill|raise|stop][:nth]` names, or none; passings are noted in a folder.

    Raises `BadSettings` for what names no action or number.
    """
    name, action, nth = (*said.split(":", 2), "", "")[:3]
    if (action or "kill") not in ACTIONS or not (nth or "1").isdigit():
        raise BadSettings("KEEPCOVERED_CRASHPOINT: say name[:kill|raise|stop][:nth]")
    if name:
        notes.mkdir(parents=True, exist_ok=True)
    _armed.name, _armed.action, _armed.left = name, ACTIONS[action or "kill"], int(nth or 1)
    _armed.notes, _armed.noted = notes, set()


def crashpoint(name: str) -> None:
    """Do here what this point was armed with; nothing, if nothing was."""
    if _armed.name:
        _pass(name)


def _pass(name: str) -> None:
    if name == _armed.name:
        _armed.left -= 1
    happens = name == _armed.name and _armed.left == 0
    _note(name + ".happened" if happens else name)
    if happens:
        _armed.action()


def _note(name: str) -> None:
    """Leave a file behind before anything happens: it outlives the process."""
    if name not in _armed.noted and _armed.notes is not None:
        _armed.noted.add(name)
        (_armed.notes / name).touch()
