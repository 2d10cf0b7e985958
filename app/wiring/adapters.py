"""Which adapter serves which channel: found by the entry points of the group `keepcovered.channels`."""

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from app.errors import BadSettings
from app.pipeline.providers import Providers
from app.rules.facts import Channel
from app.settings import Settings
from channels.contract import MessageChannel
from channels.provider import Access, Provider
from channels.transport import Transport

GROUP: Final = "keepcovered.channels"


def providers(settings: Settings, transport: Transport) -> Providers:
    """Build the adapters that the settings name, in their order; raises `BadSettings` for what is missing."""
    known = discovered()
    if missing := unknown(settings, known):
        raise BadSettings(f"no adapter for {', '.join(missing)}; there are {', '.join(sorted(known))}")
    found = {name: load(known[name]) for name in sorted(settings.channels.in_use)}
    return Providers({
        channel: [adapter(found[name], channel, settings, transport) for name in settings.channels.names(channel)]
        for channel in Channel
    })  # fmt: skip


def discovered() -> Mapping[str, EntryPoint]:
    """Return the adapters that are installed, ours and others', by name; none of them is loaded yet."""
    return {point.name: point for point in entry_points(group=GROUP)}


def unknown(settings: Settings, known: Mapping[str, EntryPoint]) -> list[str]:
    """Return what the settings ask for and nobody offers, as `channel=name`."""
    return [
        f"{channel}={name}"
        for channel in Channel
        for name in settings.channels.names(channel)
        if name not in known or channel not in load(known[name]).channels
    ]


def load(point: EntryPoint) -> Provider:
    """Load what a package put behind its entry point; raises `BadSettings` if it is no provider."""
    provider = point.load()
    if not isinstance(provider, Provider) or provider.name != point.name:
        raise BadSettings(f"the entry point {point.name} of the group {GROUP} is no provider of that name")
    return provider


def adapter(provider: Provider, channel: str, settings: Settings, transport: Transport) -> MessageChannel:
    """Build one adapter; raises `BadSettings` naming the settings that it misses."""
    said = settings.of(provider.name)
    if missing := provider.missing(said):
        names = ", ".join(f"{provider.name}__{name}".upper() for name in missing)
        raise BadSettings(f"the adapter {provider.name} needs {names}")
    return provider.channels[channel](Access(transport, said, settings.public_url))
