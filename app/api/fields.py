"""The values that requests are made of: each read strictly, with a sentence on how to mend it and its JSON schema."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, PlainValidator, StringConstraints, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.api.sentences import OURS
from app.rules.emails import read_email
from app.rules.languages import read_language
from app.rules.months import DAY_RANGE_REASON, FIRST_YEAR, LAST_YEAR, MONTH_RANGE_REASON, OLDEST_BIRTH
from app.rules.phones import BadPhone, parse_e164
from app.rules.zones import known_zone

MONTH_REASON: Final = "write a month as YYYY-MM, such as 2027-02"
DAY_REASON: Final = "write a date as YYYY-MM-DD, such as 2027-02-28"
MOMENT_REASON: Final = "write a time with its zone as in RFC 3339, such as 2026-12-02T18:00:00Z"
MOMENT_RANGE_REASON: Final = "the time must lie between the years 1900 and 2200"
ZONE_REASON: Final = "give an IANA zone such as America/Los_Angeles"
LANGUAGE_REASON: Final = "give a language as a BCP 47 tag, such as es or zh-Hant"
EMAIL_REASON: Final = "give one e-mail address, such as name@example.org"
BIRTH_REASON: Final = "nobody was born on that day; check the year"
CONTROL_REASON: Final = "this holds a control character, such as a line break; remove it"
DIGITS_REASON: Final = "give exactly five digits"
LONGEST: Final = 255
FIRST_MOMENT, LAST_MOMENT = 1900, 2200

_MONTH: Final = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,12}))?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_TAG: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,6}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ZIP: Final = re.compile(r"[0-9]{5}")


def wrong(sentence: str) -> PydanticCustomError:
    """Return the error that pydantic turns into one of our faults."""
    return PydanticCustomError(OURS, sentence)


def reads(read: Callable[[str], Any], **schema: object) -> tuple[PlainValidator, WithJsonSchema]:
    """Return the marks of a field that is a string read by a rule."""

    def checked(value: object) -> Any:  # noqa: ANN401  (whatever the rule returns)
        if not isinstance(value, str):
            raise wrong("give a text in quotes")
        return read(value)

    return PlainValidator(checked), WithJsonSchema({"type": "string", **schema})


def read_month(text: str) -> date:
    """Return the first day of a month written YYYY-MM."""
    found = _MONTH.fullmatch(text)
    if found is None:
        raise wrong(MONTH_REASON)
    if not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        raise wrong(MONTH_RANGE_REASON)
    return date(int(found[1]), int(found[2]), 1)


def read_day(text: str) -> date:
    """Return a day of our years written YYYY-MM-DD."""
    day = _any_day(text)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise wrong(DAY_RANGE_REASON)
    return day


def read_birth_day(text: str) -> date:
    """Return a date of birth written YYYY-MM-DD."""
    day = _any_day(text)
    if not OLDEST_BIRTH <= day <= date(LAST_YEAR, 12, 31):
        raise wrong(BIRTH_REASON)
    return day


def read_milestone_day(text: str) -> date:
    """Return a day that may lie further off than a renewal."""
    day = _any_day(text)
    if not FIRST_MOMENT <= day.year <= LAST_MOMENT:
        raise wrong(MOMENT_RANGE_REASON)
    return day


def _any_day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise wrong(DAY_REASON)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise wrong(DAY_REASON) from None


def read_moment(text: str) -> datetime:
    """Return an RFC 3339 time in UTC; digits beyond microseconds are dropped."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise wrong(MOMENT_REASON)
    day, clock, fraction, zone = found.groups()
    try:
        at = datetime.fromisoformat(f"{day}T{clock}.{(fraction or '0')[:6]:0<6}{zone.upper()}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong(MOMENT_REASON) from None
    if not FIRST_MOMENT <= at.year < LAST_MOMENT:
        raise wrong(MOMENT_RANGE_REASON)
    return at


def not_before(name: str) -> Callable[[date | None, ValidationInfo], date | None]:
    """Return the check of a day that may not lie before another day of the same event."""

    def checked(day: date | None, info: ValidationInfo) -> date | None:
        other: date | None = info.data.get(name)
        if day is not None and other is not None and day < other:
            raise wrong(f"this lies before `{name}`; check both days")
        return day

    return checked


def read_phone_number(text: str) -> str:
    """Return a US number in E.164."""
    found = parse_e164(text)
    if isinstance(found, BadPhone):
        raise wrong(found.reason)
    return found.number


def read_email_address(text: str) -> str:
    """Return the canonical spelling of an e-mail address."""
    if len(text) > LONGEST:
        raise wrong(EMAIL_REASON)
    found = read_email(text)
    if not isinstance(found, str):
        raise wrong(found.reason)
    return found


def read_tag(text: str) -> str:
    """Return our tag for a language; one that we have no words in stays as it is, in its usual case."""
    if not _TAG.fullmatch(text):
        raise wrong(LANGUAGE_REASON)
    return read_language(text) or _usual_case(text)


def read_zone(text: str) -> str:
    """Return a known time zone."""
    if not known_zone(text):
        raise wrong(ZONE_REASON)
    return text


def read_zip(text: str) -> str:
    """Return five digits."""
    if not _ZIP.fullmatch(text):
        raise wrong(DIGITS_REASON)
    return text


def printable(text: str) -> str:
    """Refuse control characters."""
    if _CONTROL.search(text):
        raise wrong(CONTROL_REASON)
    return text


def _usual_case(tag: str) -> str:
    """Write a tag as usual: en-US, zh-Hant (RFC 5646, 2.1.1)."""
    first, *rest = tag.split("-")
    cases: dict[int, Callable[[str], str]] = {2: str.upper, 4: str.title}
    return "-".join([first.lower(), *(cases.get(len(part), str.lower)(part) for part in rest)])


Month = Annotated[date, *reads(read_month, pattern=r"^\d{4}-(0[1-9]|1[0-2])$", examples=["2027-02"])]
Day = Annotated[date, *reads(read_day, format="date", examples=["2027-02-28"])]
BirthDay = Annotated[date, *reads(read_birth_day, format="date", examples=["1970-02-28"])]
MilestoneDay = Annotated[date, *reads(read_milestone_day, format="date", examples=["2027-06-01"])]
Moment = Annotated[datetime, *reads(read_moment, format="date-time", examples=["2026-12-02T18:00:00Z"])]
PhoneNumber = Annotated[str, *reads(read_phone_number, pattern=r"^\+1[2-9]\d{9}$", examples=["+17145550100"])]
EmailAddress = Annotated[str, *reads(read_email_address, format="email", maxLength=LONGEST)]
LanguageTag = Annotated[str, *reads(read_tag, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$", examples=["zh-Hant"])]
Zone = Annotated[str, *reads(read_zone, examples=["America/Los_Angeles"])]
Zip = Annotated[str, *reads(read_zip, pattern=r"^\d{5}$", examples=["92701"])]
Name = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST), AfterValidator(printable)]
"""An id, source or subject."""
FirstName = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(printable)]
Words = Annotated[str, StringConstraints(max_length=2000)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
"""A name of a program, purpose or kind: small letters, digits and `_`."""
Basis = Annotated[str, StringConstraints(max_length=100), AfterValidator(printable)]
CountyCode = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|[1-4][0-9]|5[0-8])$")]
Rank = Annotated[int, Field(ge=1, le=99, strict=True)]
