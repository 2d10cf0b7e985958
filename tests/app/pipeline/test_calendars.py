from dataclasses import replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from app.rules.agency import agency_of
from app.wiring.almanac import shipped_almanac
from schedules.places import parse_place

PROFILE = {"code": "orange", "name": "Orange", "county_code": "30", "phone": "+18002819799"}
ORANGE = agency_of(UUID(int=1), PROFILE)
PACIFIC = ZoneInfo("America/Los_Angeles")
HERE = parse_place("America/Los_Angeles;CA")


def opens(agency, channel, *at):
    opening = shipped_almanac().calendar_of(agency).next_opening(HERE, channel, datetime(*at, tzinfo=PACIFIC))
    assert opening
    return f"{opening.opens_at.astimezone(PACIFIC):%Y-%m-%d %H:%M}"


def test_an_agencys_hours_and_days_come_from_its_file():
    agency = agency_of(UUID(int=1), {
        **PROFILE, "closures": ["2026-12-07"], "skip_days": [22], "skip_dates": ["2026-12-08"],
        "contact_hours": {"sms": "11:00-18:00"},
    })  # fmt: skip
    assert opens(agency, "sms", 2026, 12, 7) == "2026-12-09 11:00"
    assert opens(agency, "email", 2026, 12, 22) == "2026-12-23 09:00"


def test_californias_holidays_are_kept():
    assert opens(ORANGE, "sms", 2027, 3, 31) == "2027-04-01 09:00"


def test_the_law_of_the_place_is_kept():
    texas = parse_place("America/Chicago;TX")
    calendar = shipped_almanac().calendar_of(ORANGE)
    closed = calendar.why_closed(texas, "sms", datetime(2026, 12, 6, 9, 30, tzinfo=PACIFIC))
    assert closed
    assert closed.law.startswith("Texas")


def test_a_calendar_is_kept_until_the_agencys_hours_change():
    almanac = shipped_almanac()
    first = almanac.calendar_of(ORANGE)
    assert almanac.calendar_of(replace(ORANGE, name="Another name")) is first
    assert almanac.calendar_of(replace(ORANGE, closures=(date(2026, 12, 1),))) is not first
    assert almanac.calendar_of(replace(ORANGE, timezone="America/Phoenix")) is not first


def test_the_almanac_knows_the_constants():
    assert shipped_almanac().constants.value("cure_days", date(2026, 11, 23)) == 90
