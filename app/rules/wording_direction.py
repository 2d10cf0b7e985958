"""Keeps numbers, codes, links and names in one piece where a language is written from right to left.

Without it a phone number or an address beside Arabic or Farsi words is shown with its parts in another order.
"""

from collections.abc import Mapping
from typing import Final

from app.rules.wording_values import direction

Around = Mapping[str, tuple[str, str]]
"""What stands before and after a mark's word, by mark; a mark that is not there needs nothing."""

_LEFT_TO_RIGHT: Final = (
    "phone", "county_phone", "new_county_phone", "fraud_phone", "ssa_phone", "coveredca_phone", "tty", "portal", "code",
    "signup_code", "limit", "unsubscribe_url", "fraud_email", "address", "link",
)  # fmt: skip
_ANY_WAY: Final = ("agency", "postal_address", "privacy_contact", "new_county", "safe_word")
"""Names and addresses run the way their first letter does."""


def _around(left_to_right: tuple[str, str], any_way: tuple[str, str]) -> Around:
    return dict.fromkeys(_LEFT_TO_RIGHT, left_to_right) | dict.fromkeys(_ANY_WAY, any_way)


# The isolates of Unicode (UAX 9): U+2066 and U+2068 begin one, U+2069 ends it.
_PLAIN: Final = _around(("\u2066", "\u2069"), ("\u2068", "\u2069"))
_HTML: Final = _around(('<bdi dir="ltr">', "</bdi>"), ("<bdi>", "</bdi>"))
_NOTHING: Final[Around] = {}


def is_right_to_left(language: str) -> bool:
    """Say whether a language is written from right to left."""
    return direction(language) == "rtl"


def in_plain_text(language: str) -> Around:
    """Give what stands around the words in a plain text of a language."""
    return _PLAIN if is_right_to_left(language) else _NOTHING


def in_html(language: str) -> Around:
    """Give what stands around the words in a page of a language."""
    return _HTML if is_right_to_left(language) else _NOTHING
