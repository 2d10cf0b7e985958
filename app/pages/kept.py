"""What every page needs and hardly ever changes, kept for a moment: the words and the agencies."""

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Final, Generic, TypeVar

from app.pipeline.readiness import is_passing
from app.pipeline.wording import Phrasebook
from app.rules.agency import Agency
from app.wiring import Services

SECONDS: Final = 3.0
"""How old what is shown may be."""
Thing = TypeVar("Thing")


class Kept(Generic[Thing]):
    """Something that is looked up again when it is a few seconds old; while that fails, the old one serves."""

    def __init__(self, look: Callable[[], Awaitable[Thing]], *, seconds: float = SECONDS) -> None:
        self._look, self._seconds = look, seconds
        self._held: list[Thing] = []
        self._looked = 0.0

    async def now(self) -> Thing:
        """Return it."""
        if not self._held or time.monotonic() - self._looked > self._seconds:
            self._looked = time.monotonic()  # at first: whoever comes meanwhile takes the old one
            try:
                self._held = [await self._look()]
            except Exception as error:
                if not (self._held and is_passing(error)):
                    raise
        return self._held[0]

    @property
    def last(self) -> Thing | None:
        """What was seen last, without looking; None before the first look."""
        return self._held[0] if self._held else None


class Shelf:
    """What the pages of one process keep."""

    def __init__(self, wired: Services) -> None:
        self.book: Kept[Phrasebook] = Kept(wired.wording.current)
        self.agencies: Kept[Sequence[Agency]] = Kept(wired.tenancy.every)
        self._wired = wired
        self._months: dict[str, Kept[Sequence[date]]] = {}

    async def months(self, agency: Agency) -> Sequence[date]:
        """Return the months that a renewal may be in, as a form offers them."""
        kept = self._months.setdefault(agency.code, Kept(lambda: self._wired.signup.months(agency)))
        return await kept.now()
