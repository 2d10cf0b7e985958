"""What a provider's own list holds, whoever it was for: asked for after a database was put back to an older state."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from channels.signals import Status


@dataclass(frozen=True, slots=True)
class Listed:
    """A message that the provider has; `sender` is what it was handed over with, `at` machine time."""

    provider_id: str
    to: str = field(repr=False)
    sender: str
    at: datetime
    status: Status
    words: str = field(default="", repr=False)
    """What it says, where the list shows it: the code of a message that we do know stands in there."""


@dataclass(frozen=True, slots=True)
class ListedPage:
    """A part of the list, and where it goes on; empty at its end."""

    entries: Sequence[Listed]
    following: str = ""
