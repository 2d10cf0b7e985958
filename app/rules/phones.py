"""Phone numbers: from what people type to E.164, with line kind and zone where the number tells.

A number counts if it is possible in the North American plan, even if the library's list of exchanges
does not know it: lists lag behind. Only the US and its territories are reached (`reliability.md` 3.1).
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import timezone

from app.rules.cells import ascii_digits, says_nothing, tidy, unguarded
from app.rules.facts import LineKind

DIGITS: Final = 10
"""How many digits a US number has."""
MOST_DIGITS: Final = 11
"""The same with the country code."""
LOCAL_DIGITS: Final = 7
"""The same without the area code."""


class PhoneFault(StrEnum):
    """Why a text is no phone number that we can use."""

    BLANK = "blank"
    LOST_DIGITS = "lost_digits"
    HIDDEN = "hidden"
    EXTENSION = "extension"
    NOT_A_NUMBER = "not_a_number"
    PLACEHOLDER = "placeholder"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    IMPOSSIBLE = "impossible"
    FOREIGN = "foreign"
    NO_PERSON = "no_person"
    NOT_E164 = "not_e164"


REASONS: Final[dict[PhoneFault, str]] = {
    PhoneFault.BLANK: "there is no phone number here",
    PhoneFault.LOST_DIGITS: (
        "the spreadsheet turned this number into a form like 7.14E+09 and lost its digits; "
        "format the column as text and put the ten digits back"
    ),
    PhoneFault.HIDDEN: "the spreadsheet column was too narrow to show the number; widen it and export again",
    PhoneFault.EXTENSION: "the number has an extension, which we cannot dial; give a direct number",
    PhoneFault.NOT_A_NUMBER: "this is not a phone number; give ten digits",
    PhoneFault.PLACEHOLDER: "this number only fills the field; give the real one or leave the cell blank",
    PhoneFault.TOO_SHORT: "the number is too short; give the area code and seven digits",
    PhoneFault.TOO_LONG: "the number has too many digits; give ten digits, and one number only",
    PhoneFault.IMPOSSIBLE: "no US number has such an area code or exchange; check the first six digits",
    PhoneFault.FOREIGN: "only numbers of the US and its territories can be reached",
    PhoneFault.NO_PERSON: "this is a toll-free, premium or service number, not a person's",
    PhoneFault.NOT_E164: "phone numbers are written in E.164, such as +17145550100",
}
"""What is wrong and how to mend it, by fault; a reason never repeats the number."""


@dataclass(frozen=True, slots=True)
class PhoneRead:
    """A US number in E.164, its line kind, and its zone if the number has only one."""

    number: str = field(repr=False)
    kind: LineKind = LineKind.UNKNOWN
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class BadPhone:
    """A text that is no phone number that we can use."""

    fault: PhoneFault

    @property
    def reason(self) -> str:
        """Return what is wrong and how to mend it."""
        return REASONS[self.fault]


_COMMON: Final = re.compile(r"(?:\+?1[ .-]?)?\(?([0-9]{3})\)?[ .-]?([0-9]{3})[ .-]?([0-9]{4})")
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_MANGLED: Final = re.compile(r"\+?([0-9])(?:[.,]([0-9]*))?[eE]\+?([0-9]{1,3})")
_WHOLE_FLOAT: Final = re.compile(r"\+?([0-9]{7,15})[.,]0+")
_REFUSED: Final = (
    (re.compile(r"#+"), PhoneFault.HIDDEN),
    (
        re.compile(r".*[0-9)][ ,;.]*(?:x|ext|extn|extension|#)[.: #]*[0-9]{1,6}", re.IGNORECASE),
        PhoneFault.EXTENSION,
    ),
    (re.compile(r"(?:.*[^0-9 ()\[\]./·+-].*|.+\+.*|[^0-9]*)"), PhoneFault.NOT_A_NUMBER),
    (re.compile(r"\+(?!1).*|(?:011|00)[ -]?[2-9].*"), PhoneFault.FOREIGN),
)
_SEQUENCES: Final = ("01234567890123456789", "98765432109876543210")
_POSSIBLE: Final = re.compile(r"(?![2-9]11)[2-9][0-9]{2}(?![2-9]11)[2-9][0-9]{6}")
_ONLY_FILLED: Final = re.compile(r"([0-9])\1*|[0-9]{3}([59])\2{6}")
_HOME_REGIONS: Final = frozenset({"US", "PR", "VI", "GU", "AS", "MP"})
_KINDS: Final = {
    phonenumbers.PhoneNumberType.MOBILE: LineKind.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE: LineKind.LANDLINE,
}
_NO_PERSON: Final = frozenset(
    {
        phonenumbers.PhoneNumberType.TOLL_FREE,
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.PAGER,
        phonenumbers.PhoneNumberType.UAN,
        phonenumbers.PhoneNumberType.VOICEMAIL,
    }
)


def read_phone(text: str) -> PhoneRead | BadPhone:
    """Read one US phone number in any usual spelling."""
    plain = unguarded(ascii_digits(tidy(text)).removeprefix("tel:"))
    found = _COMMON.fullmatch(plain)
    digits = "".join(found.groups()) if found else _digits(plain)
    return digits if isinstance(digits, BadPhone) else _national(digits)


def parse_e164(text: str, *, toll_free: bool = False) -> PhoneRead | BadPhone:
    """Read a US phone number that must be written in E.164 already.

    Args:
        text: Such as `+17145550100`, with nothing around it.
        toll_free: Whether an agency's own toll-free line will do too.
    """
    if not _E164.fullmatch(text):
        return BadPhone(PhoneFault.NOT_E164)
    if not text.startswith("+1"):
        return BadPhone(PhoneFault.FOREIGN)
    ten = text.removeprefix("+1")
    if len(ten) != DIGITS:
        return BadPhone(PhoneFault.TOO_SHORT if len(ten) < DIGITS else PhoneFault.TOO_LONG)
    return _national(ten, toll_free=toll_free)


def split_cell(text: str) -> tuple[str, ...]:
    """Return the phone numbers of one cell, each as it is written; words that name a line are dropped."""
    plain = ascii_digits(tidy(_LINE_BREAKS.sub(" ; ", text)))
    if says_nothing(plain):
        return ()
    parts = [part for part in map(_trimmed, _BETWEEN.split(plain)) if not says_nothing(part)]
    if len(_NOT_DIGITS.sub("", plain)) > MOST_DIGITS:
        return tuple(one for part in parts for one in _packed(part))
    with_digits = [part for part in parts if _NOT_DIGITS.sub("", part)]
    return tuple(with_digits) if len(with_digits) == 1 else (_trimmed(plain),)


_LINE_BREAKS: Final = re.compile(r"[\r\n]+")
_NOT_DIGITS: Final = re.compile(r"[^0-9]+")
_BETWEEN: Final = re.compile(r"[/;,|&]|\b(?:or|and)\b|(?<=[0-9]) +(?=\+)", re.IGNORECASE)
_LABEL: Final = re.compile(
    r"\(?\b(?:cell|mobile|home|work|phone|tel|main|alt|msg|message)\b[.:]? ?\)?|\b[chmw]:", re.IGNORECASE
)
_IN_A_ROW: Final = re.compile(r"(?:\+?1[ .-]?)?\(?[2-9][0-9]{2}\)?[ .-]?[0-9]{3}[ .-]?[0-9]{4}(?![0-9])")


def _trimmed(text: str) -> str:
    return _LABEL.sub(" ", text).strip(" ,;/|&:-") or text


def _packed(text: str) -> list[str]:
    """Return the numbers of a text that has nothing but spaces between them."""
    if len(_NOT_DIGITS.sub("", text)) < 2 * DIGITS:
        return [text]
    found = _IN_A_ROW.findall(text)
    return found if _NOT_DIGITS.sub("", "".join(found)) == _NOT_DIGITS.sub("", text) else [text]


def _digits(plain: str) -> str | BadPhone:
    if says_nothing(plain) and not plain.startswith("#"):
        return BadPhone(PhoneFault.BLANK)
    if found := _MANGLED.fullmatch(plain):
        return _unmangled(found[1], found[2] or "", int(found[3]))
    if found := _WHOLE_FLOAT.fullmatch(plain):
        return _ten(found[1])
    for pattern, fault in _REFUSED:
        if pattern.fullmatch(plain):
            return BadPhone(fault)
    return _ten(_NOT_DIGITS.sub("", plain.removeprefix("+1")))


def _unmangled(first: str, rest: str, exponent: int) -> str | BadPhone:
    """Return the digits of a number in scientific notation if none of them is lost."""
    if len(rest) != exponent:
        return BadPhone(PhoneFault.LOST_DIGITS)
    return _ten(first + rest)


def _ten(digits: str) -> str | BadPhone:
    if _fills(digits):
        return BadPhone(PhoneFault.PLACEHOLDER)
    if len(digits) == MOST_DIGITS and digits[0] == "1":
        digits = digits[1:]
    if len(digits) == DIGITS:
        return digits
    return BadPhone(PhoneFault.TOO_SHORT if len(digits) < DIGITS else PhoneFault.TOO_LONG)


def _fills(digits: str) -> bool:
    """Tell whether the digits only fill a field: one digit throughout, 714-999-9999, 1234567890."""
    if _ONLY_FILLED.fullmatch(digits):
        return True
    return len(digits) >= LOCAL_DIGITS and any(digits in sequence for sequence in _SEQUENCES)


def _national(ten: str, *, toll_free: bool = False) -> PhoneRead | BadPhone:
    if _fills(ten):
        return BadPhone(PhoneFault.PLACEHOLDER)
    if not _POSSIBLE.fullmatch(ten):
        return BadPhone(PhoneFault.IMPOSSIBLE)
    kind = _area(ten[:3], toll_free=toll_free)
    if isinstance(kind, PhoneFault):
        return BadPhone(kind)
    return PhoneRead("+1" + ten, kind, _zone(ten[:6]))


@lru_cache(maxsize=2048)
def _area(code: str, *, toll_free: bool) -> LineKind | PhoneFault:
    """Return what kind of line an area code has, or why it is not ours to reach.

    An area code that the library does not know yet may be a new one, and counts.
    """
    sample = phonenumbers.PhoneNumber(country_code=1, national_number=int(code + "2345678"))
    region = phonenumbers.region_code_for_number(sample)
    if region is not None and region not in _HOME_REGIONS:
        return PhoneFault.FOREIGN
    line = phonenumbers.number_type(sample)
    if toll_free and line == phonenumbers.PhoneNumberType.TOLL_FREE:
        return LineKind.UNKNOWN
    return PhoneFault.NO_PERSON if line in _NO_PERSON else _KINDS.get(line, LineKind.UNKNOWN)


@lru_cache(maxsize=16384)
def _zone(exchange: str) -> str | None:
    """Return the one zone of an area code and exchange, for a number says no more about its place."""
    sample = phonenumbers.PhoneNumber(country_code=1, national_number=int(exchange + "5678"))
    zones = timezone.time_zones_for_number(sample)
    known = len(zones) == 1 and zones[0] != timezone.UNKNOWN_TIMEZONE
    return str(zones[0]) if known else None
