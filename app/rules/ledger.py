"""What the consent ledger says now, from its lines alone: the last word on each consent, and what is stopped.

The service goes by tables that are kept along with the lines; that both agree is proved by building it anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

Consent = tuple[UUID, bytes, str, str]
"""Whose, at which address, on which channel, for what."""
Place = tuple[bytes, str]
"""An address on a channel."""


class Line(Protocol):
    """A line of the ledger, as far as it matters here."""

    @property
    def member_id(self) -> UUID | None:
        """Whose consent it is; nobody's where no member has the address."""

    @property
    def address_index(self) -> bytes:
        """The address."""

    @property
    def channel(self) -> str:
        """The channel."""

    @property
    def purpose(self) -> str:
        """What for."""

    @property
    def granted(self) -> bool:
        """A yes or a no."""

    @property
    def until(self) -> datetime | None:
        """When a yes ends."""

    @property
    def at(self) -> datetime:
        """When it was said."""

    @property
    def address_stopped(self) -> bool | None:
        """Whether it stops the address for everybody, lifts such a stop, or neither."""


@dataclass(slots=True)
class Holding:
    """What holds: each consent with its end, and the places that are stopped."""

    consents: dict[Consent, tuple[bool, datetime | None]] = field(default_factory=dict)
    stopped: set[Place] = field(default_factory=set)

    def differences(self, other: "Holding") -> int:
        """Return in how many places another holding differs."""
        return len(self.consents.items() ^ other.consents.items()) + len(self.stopped ^ other.stopped)


def rebuild(lines: Iterable[Line]) -> Holding:
    """Return what holds after these lines, given in the order of their `seq`."""
    found, since = Holding(), dict[Place, datetime]()
    for line in lines:
        index = bytes(line.address_index)
        if line.member_id is not None:
            found.consents[line.member_id, index, line.channel, line.purpose] = line.granted, line.until
        if line.address_stopped is not None:
            _stop_or_lift(found, since, (index, line.channel), line)
    return found


def _stop_or_lift(found: Holding, since: dict[Place, datetime], place: Place, line: Line) -> None:
    """Stop a place or lift its stop, unless something later was said of it; there is no lifting what never was."""
    if since.get(place, line.at) > line.at or (place not in since and not line.address_stopped):
        return
    since[place] = line.at
    if line.address_stopped:
        found.stopped.add(place)
    else:
        found.stopped.discard(place)
