"""Mending: each change that is named lets everything fit."""

from datetime import UTC, datetime, timedelta

from schedules.mending import mend
from schedules.pacing import ONE, Group, fit
from schedules.windows import Opening

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MONDAY = datetime(2026, 11, 30, 17, tzinfo=UTC)
OPENINGS = {"any": [Opening(MONDAY + day * DAY, MONDAY + day * DAY + 10 * HOUR) for day in range(-30, 14)]}
CENTRE = "call centre"


def texts(count, **changes):
    said = {"key": "sms", "deadline": MONDAY + DAY, "earliest": MONDAY}
    return Group(**{**said, **changes}, count=count, loads=((CENTRE, ONE),), where="any")


def mended(*groups, an_hour):
    rest = {
        "limits": {CENTRE: lambda hour: None if an_hour is None else an_hour * ONE},
        "openings": OPENINGS,
        "booked": {},
    }
    found = fit(groups, **rest)
    return mend(groups, found, **rest, channel_of=lambda one: one.key)


def test_a_line_that_is_half_as_wide_as_it_should_be_must_double():
    grow = mended(texts(200), an_hour=10).grow
    assert 2.0 <= grow[CENTRE] < 2.2


def test_a_channel_is_named_without_which_the_others_fit():
    calls = texts(150, key="voice")
    assert mended(texts(100), calls, an_hour=10).drop == ("voice",)


def test_all_channels_are_never_to_be_dropped():
    assert mended(texts(200), an_hour=10).drop == ()


def test_some_weeks_earlier_there_is_room():
    assert mended(texts(200), an_hour=10).weeks_earlier == 1
    assert mended(texts(1000), an_hour=10).weeks_earlier == 2
    assert mended(texts(10_000), an_hour=10).weeks_earlier == 0


def test_no_growth_helps_where_nobody_ever_answers():
    found = mended(texts(5), an_hour=0)
    assert (found.grow, found.weeks_earlier) == ({}, 0)


def test_a_line_that_is_far_too_narrow_is_told_how_wide_it_must_be():
    grow = mended(texts(20_000), an_hour=1).grow
    assert 2000 <= grow[CENTRE] < 2200


def test_several_limits_in_the_way_grow_together():
    group = Group("sms", 200, (("call centre", ONE), ("lane", ONE)), "any", MONDAY, MONDAY + DAY)
    rest = {
        "limits": {CENTRE: lambda _: 10 * ONE, "lane": lambda _: 9 * ONE},
        "openings": OPENINGS,
        "booked": {},
    }
    grow = mend([group], fit([group], **rest), **rest, channel_of=lambda one: one.key).grow
    assert set(grow) == {"call centre", "lane"}
