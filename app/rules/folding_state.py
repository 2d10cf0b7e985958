"""One county event while it is applied: to whom, when it was so, and what it has done so far."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.rules.choices import OWN_GROUPS, OWN_WORD
from app.rules.record import Member, Stamp

COUNTY, STAFF = "county", "staff"
OUR_OWN = "/v1/members"
"""How the source of an event begins that an agency's own people made through our API."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What folding needs from outside."""

    new_id: Callable[[], UUID]
    index: Callable[[str, str], bytes]
    """The blind index of a contact value of a kind."""
    zone: ZoneInfo
    """The agency's, by which an event has its day."""
    cycle: Callable[[int, date], int]
    """The months to the next renewal: from those that were said, and the month that is due."""
    county: str = ""
    """The agency's own, to which nobody moves."""


@dataclass(slots=True)
class Fold:
    """One event while it is applied to one member."""

    member: Member
    stamp: Stamp
    tools: Tools
    basis: str = COUNTY
    """Who says it, and what a consent rests on where the event does not say so."""
    fresh: int = 0
    changed: bool = False

    @property
    def day(self) -> date:
        """The day of the event, by the agency's clock."""
        return self.stamp[0].astimezone(self.tools.zone).date()

    def newer(self, group: str, *, counts: bool = True) -> bool:
        """Say whether the event may set a group, and if so put its stamp there; `counts`: then it is not stale."""
        held = self.member.stamps.get(group)
        if held is not None and (held >= self.stamp or self._is_own_word(group, held)):
            return False
        self.fresh += counts and self._leads(group)
        self.member.stamps[group] = self.stamp
        self.member.touched = True
        return True

    def _is_own_word(self, group: str, held: Stamp) -> bool:
        """Say whether the person chose it, which no feed overrides; the agency's staff may, when they are asked to."""
        return group in OWN_GROUPS and held[1] in OWN_WORD and not self.stamp[1].startswith(OUR_OWN)

    def _leads(self, group: str) -> bool:
        """Say whether nothing newer is held of the whole group, of which `group` may be a part (`whole/part`)."""
        whole, is_part, _ = group.partition("/")
        return not is_part or all(held < self.stamp for held in self.member.stamps.parts_of(whole))

    def put(self, thing: Any, name: str, value: object) -> None:  # noqa: ANN401
        """Set one fact and note whether it is another than before."""
        if getattr(thing, name) != value:
            setattr(thing, name, value)
            self.changed = True
            if not isinstance(thing, Member):
                thing.changed = True

    def private(self, name: str, value: str | None) -> None:
        """Set or remove one fact that is sealed."""
        if self.member.private.get(name) != value:
            self.changed = self.member.private_said = True
            if value is None:
                self.member.private.pop(name, None)
            else:
                self.member.private[name] = value
