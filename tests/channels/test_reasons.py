from datetime import timedelta

import pytest

from channels.reasons import REASONS, UNKNOWN, Fault, Then, meaning


def test_only_what_may_be_tried_again_says_how_often_and_when():
    again = {name for name, reason in REASONS.items() if reason.then is Then.AGAIN}
    assert {name for name, reason in REASONS.items() if reason.tries} == again
    assert {name for name, reason in REASONS.items() if reason.wait} == again | {"misconfigured"}


@pytest.mark.parametrize("reason", ["busy", "no_answer"])
def test_a_call_is_tried_three_times_in_all_never_twice_a_day_and_at_another_hour(reason):
    """47 CFR 64.1200(a)(3): at most three in thirty days, one a day."""
    found = meaning(reason)
    assert 1 + found.tries == 3
    assert found.wait > timedelta(days=1)
    assert found.wait % timedelta(days=1) >= timedelta(hours=2)


def test_a_stop_is_never_tried_again():
    assert {name for name, reason in REASONS.items() if reason.then is Then.SUPPRESS} >= {"opted_out", "spam_report"}


def test_a_text_that_may_have_arrived_is_not_sent_again():
    assert meaning("carrier_timeout").then is Then.NOTHING


def test_our_own_mistakes_pause_and_do_not_blame_the_address():
    assert meaning("misconfigured") == REASONS["misconfigured"]
    assert (meaning("misconfigured").fault, meaning("misconfigured").then) == (Fault.OURS, Then.PAUSE)


def test_a_reason_we_do_not_know_repeats_nothing():
    assert meaning("brand_new") is UNKNOWN
    assert UNKNOWN.then is Then.OTHER_CHANNEL
