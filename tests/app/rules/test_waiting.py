from dataclasses import astuple
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.waiting import Waits

NOW = datetime(2026, 12, 1, 17, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SHARES = st.floats(0.001, 1)


def test_what_left_at_once_is_looked_up_ten_minutes_after_its_intent():
    assert Waits().first_look_at(NOW, None, 15 * MINUTE) == NOW + 10 * MINUTE


def test_what_is_held_is_looked_up_ten_minutes_after_it_leaves():
    assert Waits().first_look_at(NOW, NOW + 60 * MINUTE, timedelta()) == NOW + 70 * MINUTE


def test_a_provider_that_refuses_late_requests_is_asked_as_soon_as_it_refuses_them():
    assert Waits().first_look_at(NOW, NOW + 60 * MINUTE, 15 * MINUTE) == NOW + 46 * MINUTE


@pytest.mark.parametrize(("channel", "minutes"), [("sms", 5), ("voice", 5), ("email", 60)])
def test_the_second_look_waits_as_long_as_the_channels_list_may_lag(channel, minutes):
    assert Waits().second_look(channel) == minutes * MINUTE


@given(SHARES)
def test_a_scaled_table_keeps_its_order(share):
    usual, scaled = astuple(Waits()), astuple(Waits().scaled(share))
    for one in range(len(usual)):
        for other in range(len(usual)):
            assert (usual[one] < usual[other]) >= (scaled[one] < scaled[other])


@given(SHARES, st.integers(16, 720))
def test_both_looks_at_a_held_text_are_over_before_it_leaves(share, minutes):
    waits, leaves = Waits().scaled(share), NOW + minutes * MINUTE
    first = waits.first_look_at(NOW, leaves, 15 * MINUTE)
    assert leaves - 15 * MINUTE < first < first + waits.second_look("sms") < leaves
