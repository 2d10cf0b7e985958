"""What stands for the marks of a text: months, phones, portals and names as people know them."""

import re
import unicodedata
from datetime import date
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

import phonenumbers
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton

from app.rules.agency import Agency
from app.rules.counties import COUNTIES, COVERED_CALIFORNIA, SOCIAL_SECURITY
from app.rules.names import read_first_name

LONGEST: Final = {
    "agency": 80,
    "first_name": 40,
    "postal_address": 200,
    "privacy_contact": 200,
    "portal": 80,
    "portal_url": 2000,
    "unsubscribe_url": 2000,
    "link": 2000,
}
"""Characters a word may have, by mark; `LONGEST_OTHER` for the rest. A longer word is cut."""
LONGEST_OTHER: Final = 60
QUICK_LENGTH: Final = 40
"""A printable word up to this length needs no tidying, whatever its mark."""

_PATTERNS: Final = {"fa": ("LLLL y", "d LLLL y"), "hy": ("y 'թ'. LLLL", "y 'թ'. MMMM d")}
"""How month and day are written where the common way does not fit a sentence.

Farsi without the sign for "of", as our recordings say it; Armenian with the day last, so that a case ending may follow.
"""
_WHOLE_YEAR: Final = {"ru": ("г.", "года"), "uk": ("р.", "року")}
"""How a language shortens "year" behind a number, and the whole word: a voice says it, and no sentence ends twice."""

PORTAL_NAMES: Final = {"benefitscal.com": "BenefitsCal.com"}
"""Portals whose plain name is not just their host."""

_SPACES: Final = re.compile(r"\s+")
_JOINERS: Final = "\u200c\u200d"  # Farsi spelling and emoji need them
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_DOMAIN: Final = re.compile(r"\.\w{2,}")
_NOT_NAMES: Final = frozenset({"unknown", "none", "null", "na", "baby", "babyboy", "babygirl"})


def tidy(mark: str, value: str) -> str:
    """Cut a word to its mark's length, on one line, without control or direction characters."""
    if "[" in value:
        value = value.replace("[", "(")  # `[[word]]` is how e-mails mark what comes later
    if not value.isprintable():
        value = "".join(filter(_is_seen, _SPACES.sub(" ", value))).strip()
    return value[: LONGEST.get(mark, LONGEST_OTHER)]


def first_name(value: str | None) -> str | None:
    """Give a first name that may be greeted, or None for what is missing or does not look like one.

    A full name ("NGUYEN, THI"), a link or a number is not a first name; capitals are softened.
    """
    name = read_first_name(tidy("first_name", value or ""))
    if name is None or _DOMAIN.search(name) or re.sub(r"\W", "", name).casefold() in _NOT_NAMES:
        return None
    return name.title() if name.isupper() and len(name) > 1 else name


@lru_cache(maxsize=4096)
def month_name(month: date, language: str) -> str:
    """Write a month with its year as readers of the language do; unknown languages read English."""
    if language in _PATTERNS:
        return format_date(month, _PATTERNS[language][0], locale=_locale(language))
    return _whole_year(format_skeleton("yMMMM", month, locale=_locale(language)), language)


@lru_cache(maxsize=4096)
def long_date(day: date, language: str) -> str:
    """Write a day with its month and year as readers of the language do: `February 28, 2027`."""
    pattern = _PATTERNS[language][1] if language in _PATTERNS else "long"
    return _whole_year(format_date(day, pattern, locale=_locale(language)), language)


@lru_cache(maxsize=256)
def direction(language: str) -> str:
    """Say which way the language is written: `ltr` or `rtl`."""
    return _locale(language).text_direction


@lru_cache(maxsize=4096)
def shown_phone(number: str) -> str:
    """Write an E.164 number as people here know it, `(800) 281-9799`; short ones stay (`711`)."""
    if not number.startswith("+"):
        return number
    parsed = phonenumbers.parse(number)
    forms = phonenumbers.PhoneNumberFormat
    at_home = parsed.country_code == 1
    return phonenumbers.format_number(parsed, forms.NATIONAL if at_home else forms.INTERNATIONAL)


@lru_cache(maxsize=4096)
def spoken_phone(number: str) -> str:
    """Write a phone number as it is read aloud, in groups: `8 0 0, 2 8 1, 9 7 9 9`."""
    digits = re.sub(r"\D", "", number)
    if len(digits) == len("18002819799") and digits.startswith("1"):
        digits = digits[1:]
    if len(digits) != len("8002819799"):
        return " ".join(digits)
    return ", ".join(" ".join(group) for group in (digits[:3], digits[3:6], digits[6:]))


def spell(code: str) -> str:
    """Write a code as it is read aloud, sign by sign: `K, 7, Q, F`."""
    return ", ".join(code)


def portal_name(url: str) -> str:
    """Name a portal as people would type it: `https://benefitscal.com` is `BenefitsCal.com`."""
    parts = urlsplit(url if "//" in url else f"//{url}")
    host = (parts.hostname or "").removeprefix("www.")
    return PORTAL_NAMES.get(host, host) + parts.path.rstrip("/")


def agency_words(agency: Agency, *, limit: int = 10) -> dict[str, str]:
    """Make the words that all messages of an agency share.

    `limit` is how many messages a month at most; of several TTY numbers the first is shown.
    """
    shown = {
        "agency": agency.name,
        "phone": shown_phone(agency.phone),
        "county_phone": shown_phone(agency.county_phone or agency.phone),
        "fraud_phone": shown_phone(agency.fraud_phone or agency.phone),
        "ssa_phone": shown_phone(SOCIAL_SECURITY),
        "coveredca_phone": shown_phone(COVERED_CALIFORNIA),
        "tty": shown_phone(agency.tty[0]) if agency.tty else "711",
        "portal": portal_name(agency.portal_url),
        "portal_url": agency.portal_url,
        "postal_address": agency.postal_address,
        "fraud_email": agency.fraud_email,
        "privacy_contact": agency.privacy_contact or agency.postal_address or shown_phone(agency.phone),
        "limit": str(limit),
    }
    return {mark: tidy(mark, word) for mark, word in shown.items()}


def county_words(code: str | None, agency: Agency) -> dict[str, str]:
    """Make the words for the county that a person moved to; nothing where it is not known.

    A county whose number is not known to us is reached through the one that the person comes from.
    """
    county = COUNTIES.get(code or "")
    if county is None:
        return {}
    phone = shown_phone(county.phone or agency.county_phone or agency.phone)
    return {"new_county": county.name, "new_county_phone": phone}


def _whole_year(shown: str, language: str) -> str:
    short, whole = _WHOLE_YEAR.get(language, ("", ""))
    return shown[: -len(short)] + whole if short and shown.endswith(short) else shown


def _is_seen(sign: str) -> bool:
    return sign in _JOINERS or unicodedata.category(sign) not in _UNSEEN


@lru_cache(maxsize=256)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")
