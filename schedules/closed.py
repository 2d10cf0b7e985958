"""Why a moment is closed, as a value and in a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "closure": "the agency is closed on {about}",
        "holiday": "nobody is bothered on a public holiday ({about})",
        "skip_day": "on day {about} of a month the county's own system writes to people",
        "skip_date": "the agency leaves {about} alone",
        "agency_weekday": "this agency {does} on {about}",
        "agency_hours": "this agency {does} outside {about} on its own clock",
        "paused": "this person wants nothing before {about}",
        "chosen_hours": "this person chose the hours {about}",
        "house_weekday": "this service {does} on {about}",
        "house_hours": "this service {does} outside {about}",
        "law_weekday": "the law allows no such message on {about}: {law}",
        "law_hours": "the law allows such messages from {about} only: {law}",
    }
)
"""Every code that a `Closed` may have, and its sentence."""
DOES: Final = {"sms": "sends no texts", "email": "sends no e-mails", "voice": "makes no calls"}


@dataclass(frozen=True, slots=True)
class Closed:
    """Why a moment is closed: a code of `REASONS`, what it is about, and the law, if only a law is the reason."""

    code: str
    about: str = ""
    law: str = ""


def sentence(closed: Closed, channel: str) -> str:
    """Return why a channel is closed, as a clause: “this agency makes no calls on Sundays”."""
    return REASONS[closed.code].format(about=closed.about, law=closed.law, does=DOES[channel])
