"""The gate before a sender: whether a channel may be sent on at all, and who is told that something was sent."""

from typing import Final, Protocol

from app.rules.facts import Channel


class Gate(Protocol):
    """What a sender asks before it claims, and tells after it has sent."""

    async def may_send(self, channel: Channel) -> bool:
        """Say whether a channel may be sent on."""
        ...

    async def sent(self, *, last: bool = False) -> None:
        """Hear that something was sent; `last` after the last of it."""
        ...


class Open:
    """Lets everything pass."""

    async def may_send(self, channel: Channel) -> bool:  # noqa: ARG002  (the port's own signature)
        """Say yes."""
        return True

    async def sent(self, *, last: bool = False) -> None:
        """Keep nothing."""


OPEN: Final = Open()
