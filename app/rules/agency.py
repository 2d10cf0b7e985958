"""An agency as its TOML file says it (`interface.md`, An agency): read, checked, with sensible defaults."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from app.rules.call_centre import CallCentre, call_centre_of, call_centre_problems
from app.rules.contact_hours import contact_hours_problems, contact_windows, skip_days_problems
from app.rules.facts import Channel
from app.rules.handing_over import HAND_OVER_AHEAD, hand_over_ahead_problems
from app.rules.office_hours import BadHours, is_open, read_hours
from schedules.windows import ContactWindow

DEFAULT_RATES: Mapping[str, float] = {
    "sms_segments_per_second": 75.0,
    "calls_per_second": 1.0,
    "emails_per_second": 500.0,
}
DEFAULT_PRICES: Mapping[str, float] = {"sms_segment": 0.0083, "call_minute": 0.014, "email": 0.0004}
REQUIRED = ("code", "name", "county_code", "phone")
TEXTS = ("code", "kind", "name", "county_code", "phone", "timezone", "county_phone", "fraud_phone", "fraud_email",
         "privacy_contact", "portal_url", "postal_address", "approval_ref")  # fmt: skip
SENDERS = ("sms", "sms_messaging_service", "voice", "email")
MESSAGING_SERVICE = "sms_messaging_service"
OF_TWILIO = "twilio"
"""Only this provider knows Messaging Services."""
TABLES = ("office_hours", "senders", "rates", "prices", "call_centre", "contact_hours")
CREDENTIALS = "credentials"
REMOVE = "remove"
"""What stands in the place of credentials that are to be forgotten."""
LISTS = ("languages", "tty", "closures", "skip_dates")
SKIP_DAYS = "skip_days"
KNOWN = {*TEXTS, *TABLES, *LISTS, SKIP_DAYS, HAND_OVER_AHEAD, CREDENTIALS}
CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
E164 = re.compile(r"\+[1-9]\d{7,14}")


@dataclass(frozen=True, slots=True)
class Agency:
    """A county or a health plan that sends; the tenant."""

    id: UUID
    code: str
    name: str
    county_code: str
    phone: str
    kind: str = "county"
    timezone: str = "America/Los_Angeles"
    languages: tuple[str, ...] = ("en",)
    tty: tuple[str, ...] = ("711",)
    county_phone: str = ""
    fraud_phone: str = ""
    fraud_email: str = ""
    privacy_contact: str = ""
    portal_url: str = "https://benefitscal.com"
    postal_address: str = ""
    approval_ref: str = ""
    office_hours: Mapping[str, str] = field(default_factory=dict)
    closures: tuple[date, ...] = ()
    senders: Mapping[str, str] = field(default_factory=dict)
    provider_senders: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By provider, where it has senders of its own there."""
    own_credentials: tuple[str, ...] = ()
    """The providers at which it has an account of its own."""
    rates: Mapping[str, float] = field(default_factory=dict)
    prices: Mapping[str, float] = field(default_factory=lambda: DEFAULT_PRICES)
    call_centre: CallCentre = field(default_factory=CallCentre)
    contact_hours: Mapping[str, ContactWindow] = field(default_factory=dict)
    """By channel, where it has hours of its own for contacting people."""
    skip_days: tuple[int, ...] = ()
    """Days of the month on which the county's own system writes to people."""
    skip_dates: tuple[date, ...] = ()
    hand_over_ahead_minutes: int | None = None
    """How long before their time reminders go to a provider that holds them; 0: at their time; none: as is usual."""

    def sender(self, channel: Channel, provider: str = "") -> str:
        """Return what a channel's messages leave by at a provider, or at any; empty where there is nothing."""
        tables = [self.provider_senders.get(provider, {}), self.senders] if provider else self._tables()
        return next((found for table in tables if (found := _sender(table, channel, provider))), "")

    def day(self, at: datetime) -> date:
        """Return the day of a moment on the agency's own clock."""
        return at.astimezone(ZoneInfo(self.timezone)).date()

    def is_open(self, now: datetime) -> bool:
        """Say whether somebody answers the agency's line now."""
        return is_open(self.office_hours, self.closures, now.astimezone(ZoneInfo(self.timezone)))

    def numbers(self) -> dict[tuple[Channel, str], None]:
        """Return the sender addresses that belong to this agency alone."""
        pairs = {(Channel.SMS, "sms"), (Channel.SMS, MESSAGING_SERVICE), (Channel.VOICE, "voice"),
                 (Channel.EMAIL, "email")}  # fmt: skip
        return {
            (channel, table[name]): None for table in self._tables() for channel, name in pairs if table.get(name)
        }  # fmt: skip

    def _tables(self) -> list[Mapping[str, str]]:
        return [self.senders, *self.provider_senders.values()]


@dataclass(frozen=True, slots=True)
class BadAgency:
    """What is wrong in an agency's file, field by field, and how to mend it."""

    problems: tuple[str, ...]


def read_profile(toml: str) -> dict[str, Any] | BadAgency:
    """Read an agency's file into a plain profile that can be kept as JSON."""
    try:
        found = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        return BadAgency((f"the file is no TOML: {error}",))
    hours = found.get("office_hours")
    if isinstance(hours, dict) and "closures" in hours:  # TOML puts what follows a table into it
        found.setdefault("closures", hours.pop("closures"))
    problems = _misshapen(found) or [
        *_missing(found), *_strange(found), *_malformed(found), *_closed(found),
        *contact_hours_problems(found.get("contact_hours", {})), *skip_days_problems(found.get(SKIP_DAYS, [])),
        *call_centre_problems(found.get("call_centre", {})), *hand_over_ahead_problems(found.get(HAND_OVER_AHEAD, 0)),
    ]  # fmt: skip
    return BadAgency(tuple(problems)) if problems else found


def agency_of(id_: UUID, profile: Mapping[str, Any], own_credentials: Iterable[str] = ()) -> Agency:
    """Build an agency from a checked profile."""
    values: dict[str, Any] = {"own_credentials": tuple(own_credentials)}
    values |= {name: profile[name] for name in TEXTS if profile.get(name)}
    values |= {name: dict(profile[name]) for name in TABLES if name in profile}
    values |= {name: tuple(profile[name]) for name in ("languages", "tty") if profile.get(name)}
    values["senders"], values["provider_senders"] = _parted(values.get("senders", {}))
    for name in ("closures", "skip_dates"):
        values[name] = tuple(date.fromisoformat(str(day)) for day in profile.get(name, ()))
    values[HAND_OVER_AHEAD] = profile.get(HAND_OVER_AHEAD)
    values[SKIP_DAYS] = tuple(profile.get(SKIP_DAYS, ()))
    values["contact_hours"] = contact_windows(values.get("contact_hours", {}))
    values["call_centre"] = call_centre_of(values.get("call_centre", {}), values.get("office_hours", {}))
    values["prices"] = {**DEFAULT_PRICES, **values.get("prices", {})}
    return Agency(id=id_, **values)


def _misshapen(found: Mapping[str, Any]) -> list[str]:
    texts = {name: found.get(name, "") for name in TEXTS}
    lists = {name: found.get(name, []) for name in LISTS}
    wrong = [f"`{name}` must be text, in quotes" for name, value in texts.items() if not isinstance(value, str)]
    wrong += [
        f"`{name}` must be a table" for name in (*TABLES, CREDENTIALS) if not isinstance(found.get(name, {}), dict)
    ]  # fmt: skip
    if not isinstance(found.get(SKIP_DAYS, []), list):
        wrong.append(f"`{SKIP_DAYS}` must be a list such as [22]")
    return wrong + [
        f"`{name}` must be a list of texts"
        for name, value in lists.items()
        if not isinstance(value, list) or not all(isinstance(one, str | date) for one in value)
    ]


def _missing(found: Mapping[str, Any]) -> list[str]:
    missing = [f"`{name}` is required" for name in REQUIRED if not found.get(name)]
    plain, by_provider = _parted(found.get("senders", {}))
    if not any(table.get(name) for table in (plain, *by_provider.values()) for name in SENDERS):
        missing.append("`[senders]` needs at least one of sms, sms_messaging_service, voice, email")
    return missing


def _strange(found: Mapping[str, Any]) -> list[str]:
    strange = [f"`{name}` is not a known field" for name in sorted(set(found) - KNOWN)]
    unknown = sorted(name for name in _senders(found) if _last(name) not in SENDERS)
    return strange + [f"`senders.{name}` is not a known sender" for name in unknown]


def _malformed(found: Mapping[str, Any]) -> list[str]:
    """Check each field's form; each sentence names the field and the form it must have."""
    senders = _senders(found)
    phones = {name: found.get(name) for name in ("phone", "county_phone", "fraud_phone")}
    phones |= {f"senders.{name}": value for name, value in senders.items() if _last(name) in {"sms", "voice"}}
    problems = [
        f'`{name}` must be a phone number such as "+18002819799"'
        for name, value in phones.items()
        if value and not E164.fullmatch(str(value))
    ]
    checks = {
        "`code` may have small letters, digits, - and _": CODE.fullmatch(_text(found, "code", "x")),
        '`county_code` must be the two-digit Medi-Cal county code, "01" to "58"': re.fullmatch(
            r"0[1-9]|[1-4]\d|5[0-8]", _text(found, "county_code", "01")),
        '`kind` must be "county" or "plan"': _text(found, "kind", "county") in {"county", "plan"},
        '`timezone` must be a zone such as "America/Los_Angeles"': _text(
            found, "timezone", "America/Los_Angeles") in available_timezones(),
        "`portal_url` must begin with https://": _text(found, "portal_url", "https://x").startswith("https://"),
        '`closures` must be dates such as "2026-11-27"': all(_is_day(day) for day in found.get("closures", ())),
        '`skip_dates` must be dates such as "2026-12-24"': all(_is_day(day) for day in found.get("skip_dates", ())),
        "`rates` must be numbers above 0": all(_positive(rate) for rate in found.get("rates", {}).values()),
        "`prices` must be numbers, 0 or above": all(
            price == 0 or _positive(price) for price in found.get("prices", {}).values()),
        "`senders` must be texts": all(isinstance(sender, str) for sender in senders.values()),
    }  # fmt: skip
    return problems + [sentence for sentence, good in checks.items() if not good]


def _closed(found: Mapping[str, Any]) -> list[str]:
    """Check the office hours; those that could not be read would leave members before a closed door."""
    hours = read_hours(found.get("office_hours", {}))
    return [hours.problem] if isinstance(hours, BadHours) else []


def _senders(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return all senders by name, those at a provider as `provider.name`."""
    plain, by_provider = _parted(found.get("senders", {}))
    inner = {f"{provider}.{name}": one for provider, table in by_provider.items() for name, one in table.items()}
    return {**plain, **inner}


def _parted(senders: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Tell the senders that are good everywhere from those of one provider."""
    inner = {name: dict(value) for name, value in senders.items() if isinstance(value, dict)}
    return {name: value for name, value in senders.items() if name not in inner}, inner


def _sender(table: Mapping[str, str], channel: Channel, provider: str) -> str:
    if channel is Channel.SMS and provider in {"", OF_TWILIO} and table.get(MESSAGING_SERVICE):
        return table[MESSAGING_SERVICE]
    return table.get(channel, "")


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _text(found: Mapping[str, Any], name: str, default: str) -> str:
    return str(found.get(name) or default)


def _is_day(day: object) -> bool:
    try:
        date.fromisoformat(str(day))
    except ValueError:
        return False
    return True


def _positive(rate: object) -> bool:
    return isinstance(rate, int | float) and rate > 0
