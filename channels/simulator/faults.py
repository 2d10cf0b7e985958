"""Faults on demand: for a while, a share of the requests to a provider goes wrong in a chosen way."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.simulator.outcomes import Twist

PROVIDERS = ("twilio", "sendgrid", "telnyx", "smtp", "all")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong, with whom, for which share of the requests (0 to 1), until when."""

    provider: str
    kind: Twist
    share: float
    until: datetime
    id: int = 0


class Faults:
    """The faults that are switched on; a seeded choice decides which request each one hits."""

    def __init__(self, now: Callable[[], datetime], seed: int) -> None:
        self._now = now
        self._chance = random.Random(seed)  # noqa: S311 -- a repeatable run, not a secret
        self._faults: list[Fault] = []
        self._last = 0

    def add(self, provider: str, kind: Twist, share: float, for_seconds: float) -> Fault:
        """Switch a fault on and return it."""
        self._last += 1
        fault = Fault(provider, kind, share, self._now() + timedelta(seconds=for_seconds), self._last)
        self._faults.append(fault)
        return fault

    def active(self) -> list[Fault]:
        """Return the faults that are still on."""
        if self._faults:
            moment = self._now()
            self._faults = [fault for fault in self._faults if fault.until > moment]
        return list(self._faults)

    def remove(self, id_: int) -> None:
        """Switch one fault off; one that is over is off already."""
        self._faults = [fault for fault in self._faults if fault.id != id_]

    def clear(self) -> None:
        """Switch every fault off."""
        self._faults.clear()

    def choose(self, provider: str) -> frozenset[Twist]:
        """Return what goes wrong with one request to this provider."""
        return frozenset(
            fault.kind
            for fault in self.active()
            if fault.provider in (provider, "all") and self._chance.random() < fault.share
        )
