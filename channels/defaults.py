"""The answers of an adapter whose provider offers less: inherit them, and write only what there is."""

from datetime import datetime

from channels.contract import CannotSay, Found, Handle, Health, Lookup, Redaction, TooLate, Withdrawal
from channels.listing import ListedPage
from channels.signals import Callback, Claim

NOT_OFFERED = "not offered"


class Defaults:
    """Nothing can be scheduled, withdrawn, found, listed or erased, and nothing is held open."""

    async def check(self) -> Health:
        """Say that there is nothing to ask."""
        return Health(ok=True, detail="this provider cannot be asked without sending a message")

    async def new_fence(self) -> str:
        """Return no fence."""
        return ""

    async def cancel(self, handle: Handle) -> Withdrawal:  # noqa: ARG002  (the port's own signature)
        """Say that nothing can be taken back."""
        return TooLate(NOT_OFFERED)

    async def find(self, lookup: Lookup) -> Found:  # noqa: ARG002
        """Say that there is no list to search."""
        return CannotSay(NOT_OFFERED)

    async def listed(self, since: datetime, following: str = "") -> ListedPage | CannotSay:  # noqa: ARG002
        """Say that there is no list."""
        return CannotSay(NOT_OFFERED)

    async def redact(self, handle: Handle) -> Redaction:  # noqa: ARG002
        """Say that nothing can be erased."""
        return CannotSay(NOT_OFFERED)

    def claim(self, callback: Callback) -> Claim | None:  # noqa: ARG002
        """Say that it is not to be seen what a callback is about."""
        return None

    async def close(self) -> None:
        """Hold nothing, so give up nothing."""
