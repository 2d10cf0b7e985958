"""The conformance kit at hand: which adapters are installed, and whether one keeps what it must."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from app.errors import BadSettings, KeepCoveredError
from app.settings import Settings
from app.wiring import adapters
from channels.conformance import CHECKS, Trial, run
from channels.conformance.practice import Practising
from channels.contract import Capabilities
from channels.provider import Provider
from channels.transport import Transport

PRACTICES: Final = "keepcovered.practices"
_ABILITIES: Final[Mapping[str, str]] = {
    "schedule": "can_schedule", "cancel": "can_cancel", "find": "can_find", "redact": "can_redact",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checked:
    """One check of one channel: `verdict` is `kept`, `broken` or `not applicable`, `found` says why."""

    channel: str
    check: str
    sentence: str
    verdict: str
    found: str
    seconds: float

    def shown(self) -> dict[str, object]:
        """Return the check as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Subject:
    """An adapter that can be checked, on these channels."""

    provider: Provider
    practising: Practising
    channels: tuple[str, ...]

    @property
    def total(self) -> int:
        """How many checks there are in all."""
        return len(self.channels) * len(CHECKS)


def subject(name: str, channel: str = "") -> Subject:
    """Return an installed adapter with its practice; raises `BadSettings` naming what there is."""
    known = adapters.discovered()
    if name not in known:
        raise BadSettings(f"no adapter {name!r} is installed; there are {', '.join(sorted(known)) or 'none'}")
    provider = _loaded(known[name])
    if channel and channel not in provider.channels:
        raise BadSettings(f"the adapter {name} has no channel {channel!r}; it has {', '.join(provider.channels)}")
    practices = {point.name: point for point in entry_points(group=PRACTICES)}
    if name not in practices:
        raise BadSettings(f"the adapter {name} cannot be checked: its package has no entry point in {PRACTICES}")
    return Subject(provider, practices[name].load(), (channel,) if channel else tuple(provider.channels))


async def checked(one: Subject) -> AsyncIterator[Checked]:
    """Run every check on every channel, and give each result as soon as it is there."""
    for channel in one.channels:
        async with one.practising(channel) as practice:
            async for result in run(Trial(one.provider, channel, practice)):
                yield Checked(
                    channel, result.name, result.sentence, str(result.verdict), result.found, round(result.seconds, 3)
                )


def installed(settings: Settings) -> list[dict[str, object]]:
    """Return every adapter that is installed, by channel, with what it can do and whether it is used."""
    return [row for name in sorted(adapters.discovered()) for row in _rows(name, settings)]


def _rows(name: str, settings: Settings) -> list[dict[str, object]]:
    point = adapters.discovered()[name]
    package = point.dist.name if point.dist else ""
    try:
        provider = _loaded(point)
    except BadSettings as error:
        return [{"adapter": name, "package": package, "missing": str(error)}]
    return [
        {"adapter": name, "channel": channel, "package": package, "in_use": _place(settings, channel, name),
         **_able(provider, channel, settings)}
        for channel in provider.channels
    ]  # fmt: skip


def _able(provider: Provider, channel: str, settings: Settings) -> dict[str, object]:
    """Build the adapter, unless settings are missing, and read its capabilities."""
    try:
        built = adapters.adapter(provider, channel, settings, Transport(timeout=timedelta()))
    except (KeepCoveredError, ValueError) as error:
        return {"missing": str(error)}
    return _shown(built.capabilities)


def _shown(able: Capabilities) -> dict[str, object]:
    return {
        "batch": able.batch, "at_once": able.at_once, "longest": able.longest or None, "paid_by": able.cost_unit,
        "voices": len(able.voices) or None,
        "can": ", ".join(word for word, field in _ABILITIES.items() if getattr(able, field)), "missing": None,
    }  # fmt: skip


def _place(settings: Settings, channel: str, name: str) -> int | None:
    """Return which place an adapter has on a channel, none if it is not used."""
    names = settings.channels.names(channel)
    return names.index(name) + 1 if name in names else None


def _loaded(point: EntryPoint) -> Provider:
    """Load a provider; raises `BadSettings` when a stranger's package cannot be loaded."""
    try:
        return adapters.load(point)
    except KeepCoveredError:
        raise
    except Exception as error:  # noqa: BLE001  (a stranger's package may do anything)
        raise BadSettings(f"the adapter {point.name} cannot be loaded: {type(error).__name__}: {error}") from None
