"""A forecast adds up: by day, by hour, in all."""

from datetime import date

from app.rules.forecast import Forecast, LateOnes, Line, Silent, counted, no_room

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 31)
TUESDAY, WEDNESDAY = date(2026, 12, 1), date(2026, 12, 2)


def a_line(day=TUESDAY, hour=9, channel="sms", language="en", messages=10):
    segments = 2 * messages if channel == "sms" else 0
    return Line(day, hour, channel, language, messages, segments, messages * 0.01, messages * 0.1)


def a_forecast(*lines, **more):
    said = {"silent": (), "lanes": (), "capacity": {}, "unreached": {}, **more}
    return Forecast("orange", FIRST, LAST, lines or (a_line(),), **said)


def test_a_day_adds_up_its_channels_and_names_its_busiest_hour():
    found = a_forecast(
        a_line(messages=10), a_line(hour=10, channel="voice", messages=30), a_line(language="vi", messages=5)
    )
    (day,) = found.days
    assert (day["sms"], day["email"], day["voice"], day["messages"]) == (15, 0, 30, 45)
    assert (day["segments"], day["call_backs"], day["busiest_hour"], day["capacity"]) == (30, 4.5, 10, None)


def test_the_capacity_of_a_day_is_that_of_all_its_hours():
    capacity = {(TUESDAY, 9): 5.0, (TUESDAY, 10): 7.0, (WEDNESDAY, 9): 1.0}
    assert a_forecast(capacity=capacity).days[0]["capacity"] == 12


def test_the_capacity_of_a_day_is_a_readable_number():
    capacity = {(TUESDAY, hour): 0.001 for hour in range(24)}
    assert a_forecast(capacity=capacity).days[0]["capacity"] == 0.024


def test_hours_with_more_calls_than_can_be_taken_are_known_those_without_bounds_are_not_among_them():
    lines = [a_line(messages=3), a_line(hour=10, messages=3), a_line(hour=11, messages=3)]
    found = a_forecast(*lines, capacity={(TUESDAY, 9): 0.2, (TUESDAY, 10): 0.3})
    assert found.too_many_calls == {(TUESDAY, 9)}


def test_one_is_one_and_more_are_more():
    assert [counted(n, "person", "people") for n in (0, 1, 1200)] == ["0 people", "1 person", "1,200 people"]
    assert (no_room(1), no_room(2, "sms")) == ("1 message finds no room", "2 messages by sms find no room")


def test_the_busiest_hour_is_the_first_of_equals():
    found = a_forecast(a_line(day=WEDNESDAY), a_line(hour=11), a_line(hour=10))
    assert found.busiest == (TUESDAY, 10)
    assert a_forecast().calls == {(TUESDAY, 9): 1.0}


def test_nothing_to_send_has_no_busiest_hour():
    empty = Forecast("orange", FIRST, LAST, (), (), (), {}, {})
    assert (empty.busiest, empty.days, empty.shown()["busiest_hour"]) == (None, [], None)


def test_all_of_it_is_shown_as_plain_values_with_sentences_for_reasons():
    late = [LateOnes("sms", TUESDAY, 3, "call_centre")]
    found = a_forecast(
        late=late, changes=["Raise it."], unreached={"no_consent": 2, "no_contact_point": 5}, unreached_people=6,
        silent=[Silent(TUESDAY, "sms", None, "skipped", "no_consent", 4)],
    )  # fmt: skip
    shown = found.shown()
    assert (shown["fits"], shown["changes"], shown["late"][0]["messages"]) == (False, ["Raise it."], 3)
    assert [row["reason"] for row in shown["unreached"]] == ["no_contact_point", "no_consent"]
    assert all(row["sentence"].endswith(".") for row in shown["unreached"])
    assert shown["totals"] == {
        "messages": 10, "segments": 20, "cost": 0.1, "call_backs": 1.0, "not_sent": 4, "unreached_people": 6, "late": 3,
    }  # fmt: skip
