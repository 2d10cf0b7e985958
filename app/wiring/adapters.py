"""Which adapter serves which channel: found by the entry points of the group `keepcovered.channels`."""

import re
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from pydantic import SecretStr, ValidationError

from app.errors import BadSettings
from app.pipeline.providers import Providers
from app.rules.facts import Channel
from app.settings import Settings
from app.settings.reading import LIVE_NEEDS
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

    def of_an_agency(name: str, channel: Channel, own: Mapping[str, Any]) -> MessageChannel:
        return adapter(found[name], channel, with_own(settings, name, own), transport)

    by_channel = {
        channel: [adapter(found[name], channel, settings, transport) for name in settings.channels.names(channel)]
        for channel in Channel
    }
    return Providers(by_channel, of_an_agency)


def offered() -> Mapping[str, Provider]:
    """Return every provider that is installed, by name."""
    return {name: load(point) for name, point in discovered().items()}


def with_own(settings: Settings, name: str, own: Mapping[str, Any]) -> Settings:
    """Return the settings with an agency's own for one provider: nothing of the installation's but its address.

    Raises `BadSettings` for what cannot be used, without its value.
    """
    if settings.live and not str(own.get("base_url", "https://")).startswith("https://"):
        raise BadSettings("`base_url` must begin with https://")
    if name not in LIVE_NEEDS:
        said = {key: SecretStr(str(value)) for key, value in own.items()}
        return settings.model_copy(update={"providers": {**settings.providers, name: said}})
    address = {key: value for key, value in settings.of(name).items() if key == "base_url"}
    try:
        group = type(getattr(settings, name)).model_validate({**address, **own})
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)
        raise BadSettings("; ".join(f"`{one['loc'][0]}`: {one['msg']}" for one in wrong)) from None
    return settings.model_copy(update={name: group})


def misfits(settings: Settings, transport: Transport, name: str, own: Mapping[str, Any]) -> list[str]:
    """Return why an agency's own settings for a provider cannot be used, without values: each adapter is built."""
    provider = offered()[name]
    try:
        said = with_own(settings, name, own)
        for channel in provider.channels:
            adapter(provider, channel, said, transport)
    except BadSettings as error:
        return [f"`credentials.{name}`: {error}"]
    return []


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
    """Build one adapter; raises `BadSettings` naming the settings that it misses or cannot use."""
    said = settings.of(provider.name)
    if missing := provider.missing(said):
        names = ", ".join(variable(provider.name, name) for name in missing)
        raise BadSettings(f"the adapter {provider.name} needs {names}")
    try:
        return provider.channels[channel](Access(transport, said, settings.public_url))
    except ValueError as error:  # a key that is none, a password in the clear
        raise BadSettings(f"the adapter {provider.name}{_told(error, said)}") from None


def _told(error: ValueError, said: Mapping[str, str]) -> str:
    """Return an adapter's words, unless they repeat a value: not every adapter is ours."""
    repeats = any(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", str(error)) for value in said.values() if value)
    return " cannot use its settings" if repeats else f": {error}"


def variable(provider: str, name: str) -> str:
    """Return the environment variable of a provider's setting."""
    group = provider if provider in LIVE_NEEDS else f"providers__{provider}"
    return f"KEEPCOVERED_{group}__{name}".upper()
