"""What a person typed: a form's fields as text that can be trusted to be text."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request

LARGEST: Final = 16 * 1024
MOST_FIELDS: Final = 200
TYPE: Final = "application/x-www-form-urlencoded"
_UNSEEN: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
"""Control signs, and those that turn the direction of what stands around them; joiners stay, for Farsi needs them."""


@dataclass(frozen=True, slots=True)
class BadForm:
    """A body that is no form of ours: too large, broken, or of another type. It is answered with a 400 page."""

    why: str


async def read_form(request: Request) -> Mapping[str, list[str]] | BadForm:
    """Return the fields of a form by name, each with all its values, normalised and without unseen signs."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in {TYPE, ""}:
        return BadForm("type")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST:
            return BadForm("size")
    return fields_of(bytes(body))


def fields_of(body: bytes) -> Mapping[str, list[str]] | BadForm:
    """Return the fields of a form's body."""
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        return BadForm("shape")
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(clean(name), []).append(clean(value))
    return fields


def clean(text: str) -> str:
    """Return what was typed as it can be read: composed, trimmed, without unseen signs."""
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text)).strip()
