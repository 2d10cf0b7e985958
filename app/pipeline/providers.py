"""The adapters at hand: which providers serve a channel, the preferred one first."""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from app.rules.facts import Channel
from channels.contract import CallChannel, MessageChannel


class Providers:
    """Hands out adapters by channel and name."""

    def __init__(self, by_channel: Mapping[Channel, Sequence[MessageChannel]]) -> None:
        self._by_channel = by_channel

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

    @property
    def calls(self) -> CallChannel:
        """The preferred adapter for calls."""
        return cast("CallChannel", self.first(Channel.VOICE))
