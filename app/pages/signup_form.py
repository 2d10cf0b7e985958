"""The sign-up form as it was filled in: what it asks for, or what is to be mended and where."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from app.rules.facts import Channel
from app.rules.flyers import PLACE
from app.rules.languages import read_language
from app.rules.network import Network
from app.rules.record import KIND_OF
from app.rules.signup import AddressFault, SignupAsked, Who, read_address
from app.rules.zones import read_zip

WORDING: Final = "v1"
"""The consent wording that the form shows."""
FIELD_OF: Final[Mapping[str, str]] = {"phone": "phone", "email": "email"}
"""Which field holds the address of a kind of contact point."""
UNKNOWN: Final = "unknown"
"""The month of those who do not know theirs."""
ORDER: Final = ("who", "channels", "phone", "email", "read", "speak", "month", "yes")
"""The fields from top to bottom."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What a person filled in, as it was typed."""

    who: str = ""
    channels: tuple[str, ...] = ()
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    read: str = ""
    speak: str = ""
    month: str = UNKNOWN
    yes: tuple[str, ...] = ()
    zip: str = field(default="", repr=False)
    place: str = ""

    @property
    def chosen(self) -> list[Channel]:
        """The channels that are ticked."""
        return [channel for channel in Channel if channel.value in self.channels]

    def typed(self, channel: Channel) -> str:
        """Return what was typed for a channel's address."""
        return self.phone if KIND_OF[channel] == "phone" else self.email


def filled_of(fields: Mapping[str, Sequence[str]]) -> Filled:
    """Return what was filled in; what is no field of ours is left out."""

    def one(name: str, default: str = "") -> str:
        return (fields.get(name) or [default])[0]

    return Filled(
        one("who"), tuple(fields.get("channels", ())), one("phone"), one("email"), one("read"), one("speak"),
        one("month", UNKNOWN), tuple(fields.get("yes", ())), read_zip(one("zip")) or "",
        one("place") if PLACE.fullmatch(one("place")) else "",
    )  # fmt: skip


def mistakes(filled: Filled, offered: Sequence[Channel]) -> dict[str, str]:
    """Return what is to be mended: the name of the sentence for each field, from top to bottom."""
    found = dict(_mistakes(filled, offered))
    return {name: found[name] for name in ORDER if name in found}


def _mistakes(filled: Filled, offered: Sequence[Channel]) -> Iterator[tuple[str, str]]:
    if filled.who not in {Who.MYSELF, Who.OTHER}:
        yield "who", "need_who"
    chosen = [channel for channel in filled.chosen if channel in offered]
    if not chosen:
        yield "channels", "need_channel"
    if any(channel.value not in filled.yes for channel in chosen):
        yield "yes", "need_consent"
    for channel in chosen:
        read = read_address(channel, filled.typed(channel))
        if isinstance(read, AddressFault):
            yield FIELD_OF[KIND_OF[channel]], read.value


def wishes(
    filled: Filled, agency: str, offered: Sequence[Channel], *,
    shown_in: str, months: Sequence[date], network: Network, browser: str,
) -> list[SignupAsked]:  # fmt: skip
    """Return one sign-up for each ticked channel, of a form without mistakes."""
    read, speak = read_language(filled.read) or shown_in, read_language(filled.speak)
    return [
        SignupAsked(
            agency, channel, address, read, WORDING, _month(filled.month, months), spoken=speak, who=Who(filled.who),
            zip=filled.zip or None, place=filled.place or None, network=network, shown_in=shown_in, browser=browser)
        for channel in filled.chosen
        if channel in offered
        and not isinstance(address := read_address(channel, filled.typed(channel)), AddressFault)
    ]  # fmt: skip


def _month(text: str, months: Sequence[date]) -> date | None:
    return next((month for month in months if f"{month:%Y-%m}" == text), None)
