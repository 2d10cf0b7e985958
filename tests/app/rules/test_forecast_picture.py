"""The picture of a forecast: well formed, with words for those who hear it, a bar for each day or hour."""

from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest

from app.rules.forecast import Forecast, LateOnes
from app.rules.forecast_picture import picture
from tests.app.rules.test_forecast import FIRST, LAST, TUESDAY, WEDNESDAY, a_forecast, a_line

SVG = "{http://www.w3.org/2000/svg}"


def drawn(forecast, day=None):
    return ET.fromstring(picture(forecast, day))  # noqa: S314  (our own words)


def texts(root):
    return [one.text for one in root.iter(f"{SVG}text")]


def bars(root, channel):
    return [
        one
        for one in root.iter(f"{SVG}rect")
        if one.get("class") == f"bar {channel}" and one.find(f"{SVG}title") is not None
    ]


def test_it_is_an_image_with_a_title_and_a_description():
    root = drawn(a_forecast())
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == "What orange is to send: 2026-12-01 to 2026-12-31"
    assert root.find(f"{SVG}desc").text.startswith("10 messages, about 1 person expected to call.")


def test_each_day_has_a_bar_for_each_channel_as_high_as_its_messages():
    root = drawn(
        a_forecast(a_line(messages=10), a_line(channel="voice", messages=5), a_line(day=WEDNESDAY, messages=15))
    )
    first, second = bars(root, "sms")
    (calls,) = bars(root, "voice")
    assert float(second.get("height")) == pytest.approx(1.5 * float(first.get("height")), abs=0.1)
    assert float(calls.get("y")) + float(calls.get("height")) == pytest.approx(float(first.get("y")), abs=0.1)


def test_a_line_shows_what_the_call_centre_can_take_and_words_say_when_it_is_too_much():
    root = drawn(a_forecast(a_line(messages=100), capacity={(TUESDAY, 9): 5.0}))
    (line,) = (one for one in root.iter(f"{SVG}path") if one.get("class") == "limit")
    assert line.get("d").startswith("M72.0 ")
    assert "More calls than the call centre can take: Dec 1." in root.find(f"{SVG}desc").text


@pytest.mark.parametrize("day", [None, TUESDAY])
def test_even_a_little_too_much_is_said_to_be_too_much(day):
    busy = a_forecast(a_line(messages=3), capacity=dict.fromkeys(((TUESDAY, hour) for hour in range(24)), 0.02))
    assert "More calls than the call centre can take: never" not in drawn(busy, day).find(f"{SVG}desc").text
    calm = a_forecast(a_line(messages=3), capacity={(TUESDAY, 9): 0.3})
    assert "More calls than the call centre can take: never" in drawn(calm, day).find(f"{SVG}desc").text


def test_one_day_is_drawn_by_hours():
    root = drawn(a_forecast(a_line(hour=9), a_line(hour=15, messages=20)), TUESDAY)
    assert len(bars(root, "sms")) == 2
    assert "Busiest hour: 15:00 with 20 messages." in texts(root)


def test_a_long_time_is_drawn_by_weeks():
    found = Forecast("orange", FIRST, FIRST + timedelta(days=180), [a_line(), a_line(day=WEDNESDAY)], (), (), {}, {})
    assert len(bars(drawn(found), "sms")) == 1


def test_the_busiest_hour_is_named():
    assert "Busiest hour: Tuesday, December 1, 9:00 with 10 messages." in texts(drawn(a_forecast()))


def test_an_empty_time_is_a_picture_too():
    empty = Forecast("orange", FIRST, LAST, (), (), (), {}, {})
    assert "Nothing is due in this time." in texts(drawn(empty))
    assert drawn(empty, date(2026, 12, 5)).get("role") == "img"


def test_what_does_not_fit_is_told_with_the_change():
    late = [LateOnes("sms", TUESDAY, 1234, "call_centre")]
    said = drawn(a_forecast(late=late, changes=["Raise `rates` & more."])).find(f"{SVG}desc").text
    assert "1,234 messages find no room before their deadline." in said
    assert "Raise `rates` & more." in said


def test_it_works_in_the_dark_and_on_paper():
    text = picture(a_forecast())
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text
