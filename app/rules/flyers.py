"""Flyers: where they hang, and which requests for their address are a person's visit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

SIGNS: Final = "23456789bcdfghjkmnpqrstvwxz"
"""What a place's code is made of: nothing that is misread, and no vowels, so that no word comes of it."""
CODE_LENGTH: Final = 6
NAME_LENGTH: Final = 80
PLACE: Final = re.compile(f"[{SIGNS}]{{{CODE_LENGTH}}}")
_MACHINES: Final = re.compile(
    r"bot|crawl|spider|slurp|preview|scan|monitor|facebookexternalhit|whatsapp|telegram|slack|discord|skype|linkedin"
    r"|curl|wget|python|httpx|aiohttp|okhttp|go-http|java/|headless|lighthouse|proofpoint|barracuda|mimecast",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Flyer:
    """A place where flyers hang."""

    agency: UUID
    place: str
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class FlyerCounts:
    """What came of a place."""

    place: str
    name: str
    language: str
    visits: int
    signups: int
    last_day: date | None


def is_visit(method: str, headers: Mapping[str, str]) -> bool:
    """Say whether a request is a person who came by: no look ahead of a browser, no machine that follows links."""
    purposes = (headers.get(name, "") for name in ("sec-purpose", "purpose", "x-purpose", "x-moz"))
    who = headers.get("user-agent", "")
    return method == "GET" and bool(who) and not any(map(_looks_ahead, purposes)) and not _MACHINES.search(who)


def _looks_ahead(purpose: str) -> bool:
    return any(word in purpose.lower() for word in ("prefetch", "preview", "prerender"))
