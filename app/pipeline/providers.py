"""The adapters at hand: which providers serve a channel, the preferred one first, and over whose account."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Self, cast
from uuid import UUID

from app.errors import BadSettings
from app.logs import log
from app.rules.facts import Channel
from channels.contract import CallChannel, MessageChannel

Build = Callable[[str, Channel, Mapping[str, Any]], MessageChannel]
"""Makes an adapter of a provider, for a channel, over settings of an agency's own; raises `BadSettings`."""


class Providers:
    """Hands out adapters by channel and name."""

    def __init__(self, by_channel: Mapping[Channel, Sequence[MessageChannel]], build: Build | None = None) -> None:
        self._by_channel, self._build = by_channel, build
        self.unusable: dict[str, str] = {}
        """The providers at which the agency's own settings cannot be used, and why; they are out of use for it."""
        self._own: dict[UUID, tuple[Mapping[str, Mapping[str, Any]], Self]] = {}
        self._replaced: list[MessageChannel] = []

    def __iter__(self) -> Iterator[tuple[Channel, MessageChannel]]:
        """Give every adapter with its channel."""
        return ((channel, one) for channel, several in self._by_channel.items() for one in several)

    def of(self, channel: Channel) -> Sequence[MessageChannel]:
        """Return the adapters of a channel, the preferred one first."""
        return self._by_channel[channel]

    def first(self, channel: Channel) -> MessageChannel:
        """Return the preferred adapter of a channel."""
        return self._by_channel[channel][0]

    def named(self, channel: Channel, name: str) -> MessageChannel | None:
        """Return a channel's adapter by its provider's name, if it is in use."""
        return next((one for one in self._by_channel[channel] if one.name == name), None)

    def with_own(self, agency: UUID, own: Mapping[str, Mapping[str, Any]]) -> Self:
        """Return the adapters of an agency: over its own settings where it has some; kept until these change.

        One that cannot be built is out of use for this agency alone, and the log and `unusable` say so.
        """
        held = self._own.get(agency)
        if held is not None and held[0] == own:
            return held[1]
        if held is not None:
            shared = {id(one) for _, one in self}
            self._replaced += [one for _, one in held[1] if id(one) not in shared]
            del self._own[agency]
        if not own or self._build is None:
            return self
        mine = self._over(self._build, own)
        self._own[agency] = (own, mine)
        for name, why in mine.unusable.items():
            log().error("own account cannot be used", agency=str(agency), provider=name, error=why)
        return mine

    def _over(self, build: Build, own: Mapping[str, Mapping[str, Any]]) -> Self:
        """Return the adapters over an agency's own settings, without those that these cannot be used for."""
        unusable: dict[str, str] = {}

        def made(channel: Channel, one: MessageChannel) -> MessageChannel | None:
            try:
                return build(one.name, channel, own[one.name]) if one.name in own else one
            except BadSettings as error:
                unusable[one.name] = str(error)
                return None

        mine = type(self)({
            channel: [found for one in several if (found := made(channel, one)) is not None]
            for channel, several in self._by_channel.items()
        })  # fmt: skip
        mine.unusable = unusable
        return mine

    async def close(self) -> None:
        """Let every adapter give up the connections of its own."""
        several = [*self, *(pair for _, mine in self._own.values() for pair in mine)]
        for one in {id(one): one for one in [*(one for _, one in several), *self._replaced]}.values():
            await one.close()

    @property
    def calls(self) -> CallChannel:
        """The preferred adapter for calls."""
        return cast("CallChannel", self.first(Channel.VOICE))
