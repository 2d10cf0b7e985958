from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from app.rules.agency import Agency
from app.rules.wording_values import (
    agency_words,
    county_words,
    direction,
    first_name,
    long_date,
    month_name,
    portal_name,
    shown_phone,
    spell,
    spoken_phone,
)


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "February 2027"),
        ("es", "febrero de 2027"),
        ("vi", "tháng 2 năm 2027"),
        ("zh-Hans", "2027年2月"),
        ("zh-Hant", "2027年2月"),
        ("ko", "2027년 2월"),
        ("fa", "فوریه 2027"),
        ("ar", "فبراير 2027"),
        ("hy", "2027 թ. փետրվար"),
        ("tl", "Pebrero 2027"),
        ("ja", "2027年2月"),
        ("th", "กุมภาพันธ์ 2027"),
        ("ru", "февраль 2027\u202fгода"),
        ("uk", "лютий 2027\u202fроку"),
        ("km", "កុម្ភៈ 2027"),
        ("hmn", "February 2027"),
        ("not a tag!", "February 2027"),
    ],
)
def test_a_month_is_written_as_its_readers_write_it(language, name):
    assert month_name(date(2027, 2, 1), language) == name


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "February 28, 2027"),
        ("es", "28 de febrero de 2027"),
        ("vi", "28 tháng 2, 2027"),
        ("zh-Hans", "2027年2月28日"),
        ("zh-Hant", "2027年2月28日"),
        ("ko", "2027년 2월 28일"),
        ("fa", "28 فوریه 2027"),
        ("ar", "28 فبراير 2027"),
        ("hy", "2027 թ. փետրվարի 28"),
        ("tl", "Pebrero 28, 2027"),
        ("ja", "2027年2月28日"),
        ("th", "28 กุมภาพันธ์ ค.ศ. 2027"),
        ("ru", "28 февраля 2027\u202fгода"),
        ("uk", "28 лютого 2027\u202fроку"),
        ("km", "28 កុម្ភៈ 2027"),
        ("not a tag!", "February 28, 2027"),
    ],
)
def test_a_day_is_written_as_its_readers_write_it(language, written):
    assert long_date(date(2027, 2, 28), language) == written


def test_farsi_runs_from_right_to_left():
    assert (direction("fa"), direction("ko")) == ("rtl", "ltr")


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+18002819799", "(800) 281-9799"),
        ("711", "711"),
        ("+525555555555", "+52 55 5555 5555"),
    ],
)
def test_phones_are_shown_as_people_know_them(number, shown):
    assert shown_phone(number) == shown


@pytest.mark.parametrize(
    ("shown", "spoken"),
    [
        ("(800) 281-9799", "8 0 0, 2 8 1, 9 7 9 9"),
        ("+18002819799", "8 0 0, 2 8 1, 9 7 9 9"),
        ("711", "7 1 1"),
    ],
)
def test_phones_are_read_aloud_in_groups(shown, spoken):
    assert spoken_phone(shown) == spoken


def test_a_code_is_spelled():
    assert spell("K7QF") == "K, 7, Q, F"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://benefitscal.com", "BenefitsCal.com"),
        ("https://www.benefitscal.com/", "BenefitsCal.com"),
        ("https://my.plan.org/login", "my.plan.org/login"),
    ],
)
def test_a_portal_goes_by_its_plain_name(url, name):
    assert portal_name(url) == name


@pytest.mark.parametrize("name", ["Lan", "O'Neil", "María José", "Thị", "明", "J", "Anne-Marie"])
def test_a_first_name_is_greeted_as_it_is(name):
    assert first_name(name) == name


def test_capitals_are_softened():
    assert first_name("D'ANGELO") == "D'Angelo"


@pytest.mark.parametrize(
    "value",
    [
        None, "", " ", "NGUYEN, THI", "evil.com", "http://x", "Bob 714", "<b>", "{code}", "[[code]]",
        "UNKNOWN", "Baby Girl", "a@b",
    ],
)  # fmt: skip
def test_what_is_no_first_name_is_not_greeted(value):
    assert first_name(value) is None


ORANGE = Agency(id=UUID(int=0), code="orange", name="Orange", county_code="30", phone="+18002819799")


def test_where_scams_are_told_of_is_the_agency_itself_unless_it_has_a_line_for_it():
    assert agency_words(ORANGE)["fraud_phone"] == "(800) 281-9799"
    assert agency_words(replace(ORANGE, fraud_phone="+18885878088"))["fraud_phone"] == "(888) 587-8088"


def test_offices_of_the_whole_state_have_their_own_lines():
    words = agency_words(ORANGE)
    assert (words["ssa_phone"], words["coveredca_phone"]) == ("(800) 772-1213", "(800) 300-1506")


def test_who_moved_is_told_the_new_county_and_its_line():
    assert county_words("19", ORANGE) == {"new_county": "Los Angeles", "new_county_phone": "(866) 613-3777"}


def test_a_county_whose_line_is_not_known_is_reached_through_the_old_one():
    assert county_words("02", ORANGE) == {"new_county": "Alpine", "new_county_phone": "(800) 281-9799"}
    plan = replace(ORANGE, county_phone="+18005550100")
    assert county_words("02", plan)["new_county_phone"] == "(800) 555-0100"


@pytest.mark.parametrize("code", [None, "", "59"])
def test_nothing_is_said_of_a_county_that_is_not_known(code):
    assert county_words(code, ORANGE) == {}


def test_an_agency_gives_the_words_all_its_messages_share():
    agency = Agency(id=UUID(int=0), code="orange", name="Orange\nCounty", county_code="30", phone="+18002819799")
    words = agency_words(agency, limit=4)
    assert words["agency"] == "Orange County"
    assert words["county_phone"] == words["phone"] == "(800) 281-9799"
    assert (words["portal"], words["tty"], words["limit"]) == ("BenefitsCal.com", "711", "4")
