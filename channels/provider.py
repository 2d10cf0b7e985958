"""How an adapter is found and built: what a package puts behind the entry point `keepcovered.channels`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from channels.contract import MessageChannel
from channels.transport import Transport


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing an operator sets: `KEEPCOVERED_<PROVIDER>__<NAME>`, or `…PROVIDERS__<PROVIDER>__<NAME>`."""

    name: str
    what: str
    required: bool = True
    secret: bool = False
    account: bool = False
    """Whether another value is another account: what went out by the one can be asked about there alone."""


@dataclass(frozen=True, slots=True)
class Access:
    """What an adapter is built from: the shared HTTP client, its settings by name, and our public address."""

    transport: Transport
    settings: Mapping[str, str] = field(repr=False)
    callback_base: str

    def __getitem__(self, name: str) -> str:
        """Return a setting, empty where it is not set."""
        return self.settings.get(name, "")


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider: its name in settings and addresses, what must be set, and an adapter for each channel."""

    name: str
    settings: tuple[Setting, ...]
    channels: Mapping[str, Callable[[Access], MessageChannel]]

    def missing(self, settings: Mapping[str, str]) -> list[str]:
        """Return the names of required settings that are not set."""
        return [setting.name for setting in self.settings if setting.required and not settings.get(setting.name)]
