from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.breaker import (
    ENOUGH,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    PROBE_LEASE,
    SILENCE,
    SLOW,
    Breaker,
    Passing,
    Tally,
    arrived,
    choice,
    counted,
    opened,
    passing,
    reported,
)

NOW = datetime(2026, 12, 1, 17, tzinfo=UTC)
FRESH = Breaker(NOW)
OPEN = opened(FRESH, "errors", NOW)
LATER = NOW + FIRST_PAUSE
"""When `OPEN` is half open."""
PROBED = replace(OPEN, probe_until=LATER + PROBE_LEASE)
ALL, PROBE, NOTHING = Passing.ALL, Passing.A_PROBE, Passing.NOTHING
COUNTS = st.integers(0, 2000)
TALLIES = st.builds(
    Tally, COUNTS, COUNTS, st.integers(0, 3), COUNTS, st.floats(0, 10_000), st.booleans()
)  # fmt: skip


def after(*tallies, start=FRESH, at=NOW, another=True):
    for told in tallies:
        start = counted(start, told, at, another=another)
    return start


def test_one_that_was_never_counted_lets_everything_pass():
    assert passing(None, NOW) is ALL
    assert passing(counted(None, Tally(ok=10), NOW, another=False), NOW) is ALL


def test_it_opens_when_half_of_the_last_messages_went_wrong():
    assert after(Tally(ok=5, bad=5)).why == "errors"
    assert after(Tally(ok=6, bad=5)).open_until is None


def test_a_few_that_went_wrong_are_no_error_rate():
    assert after(*[Tally(bad=1)] * (ENOUGH - 1)).open_until is None
    assert after(*[Tally(bad=1)] * ENOUGH).why == "errors"


def test_what_went_wrong_long_ago_is_forgotten():
    before = after(Tally(bad=ENOUGH - 1))
    assert after(Tally(bad=1), start=before, at=NOW + timedelta(minutes=5)).open_until is None


def test_a_wrong_setting_opens_it_at_once():
    assert after(Tally(ok=1, misconfigured=1)).why == "misconfigured"


def test_one_refusal_among_many_acceptances_opens_nothing():
    assert after(Tally(ok=1000, misconfigured=1)).why == ""


def test_slowness_opens_it_only_where_there_is_another_provider():
    slow = Tally(ok=1000, rounds=10, seconds=10 * SLOW + 1)
    assert after(slow).why == "slow"
    assert after(slow, another=False).open_until is None
    assert after(Tally(ok=10, rounds=1, seconds=9.0)).open_until is None  # a single request is no evidence


def test_open_lets_nothing_pass_and_half_open_one_probe():
    assert passing(OPEN, NOW) is NOTHING
    assert passing(OPEN, LATER) is PROBE
    assert passing(PROBED, LATER) is NOTHING
    assert passing(PROBED, LATER + PROBE_LEASE) is PROBE  # whoever tried it is dead


def test_a_good_probe_closes_it():
    closed = counted(PROBED, Tally(ok=3, trial=True), LATER, another=True)
    assert passing(closed, LATER) is ALL


@pytest.mark.parametrize(
    "told",
    [
        Tally(bad=1, trial=True),
        Tally(ok=1, misconfigured=1, trial=True),
        Tally(ok=1, rounds=1, seconds=SLOW + 1, trial=True),
    ],
)
def test_a_bad_probe_opens_it_for_longer(told):
    again = counted(PROBED, told, LATER, another=True)
    assert again.open_until == LATER + 2 * FIRST_PAUSE
    assert again.probe_until is None


def test_a_probe_that_says_nothing_leaves_it_to_the_next():
    assert passing(counted(PROBED, Tally(trial=True), LATER, another=True), LATER) is PROBE


def test_what_left_before_it_opened_neither_closes_nor_prolongs_it():
    for told in (Tally(ok=1000), Tally(bad=1000), Tally(misconfigured=5)):
        assert after(told, start=OPEN, at=NOW).open_until == OPEN.open_until


def test_pauses_double_up_to_the_longest():
    one, moment, pauses = FRESH, NOW, []
    for _ in range(6):
        one = opened(one, "errors", moment)
        pauses.append((one.open_until - moment).total_seconds())
        moment = one.open_until
    assert pauses == [60, 120, 240, 480, 600, 600]


def test_one_that_closes_and_soon_opens_again_is_not_forgiven():
    closed = counted(PROBED, Tally(ok=3, trial=True), LATER, another=True)
    soon = opened(closed, "errors", LATER + timedelta(minutes=1))
    assert soon.open_until - LATER - timedelta(minutes=1) == 2 * FIRST_PAUSE
    long_after = LATER + LONGEST_PAUSE
    assert opened(closed, "errors", long_after).open_until == long_after + FIRST_PAUSE


def test_the_preferred_one_is_chosen_while_it_may():
    assert choice([[None], [None]], NOW, wait=True) == (0, ALL)
    assert choice([[OPEN], [None]], NOW, wait=True) == (1, ALL)
    assert choice([[OPEN], [None]], LATER, wait=True) == (0, PROBE)
    assert choice([[PROBED], [None]], LATER, wait=True) == (1, ALL)


def test_all_of_a_providers_breakers_must_let_it_pass():
    assert choice([[None, OPEN], [None, None]], NOW, wait=True) == (1, ALL)


def test_where_nobody_may_one_waits_or_takes_what_opens_soonest():
    longer = opened(OPEN, "errors", NOW)
    assert choice([[longer], [OPEN]], NOW, wait=True) is None
    assert choice([[longer], [OPEN]], NOW, wait=False) == (1, NOTHING)
    assert choice([], NOW, wait=False) is None


# --- what only receipts tell ------------------------------------------------------------------

REPORTED = reported(FRESH, left=NOW, now=NOW)
"""Opened, because a receipt said that a setting is wrong, while every request is answered well."""


def test_a_wrong_setting_that_a_receipt_tells_of_opens_it():
    assert (REPORTED.why, REPORTED.open_until) == ("misconfigured", NOW + FIRST_PAUSE)


def test_what_is_merely_accepted_does_not_close_one_that_receipts_opened():
    probed = counted(REPORTED, Tally(ok=10, trial=True), LATER, another=True)
    assert passing(probed, LATER) is NOTHING  # it waits for the probe's receipts
    assert passing(probed, LATER + LONGEST_PAUSE) is PROBE


def test_a_receipt_that_something_arrived_closes_it():
    probed = counted(REPORTED, Tally(ok=10, trial=True), LATER, another=True)
    assert passing(arrived(probed, left=LATER), LATER) is ALL


def test_what_left_before_it_opened_says_nothing_of_it():
    before = NOW - timedelta(seconds=1)
    assert arrived(REPORTED, left=before) == REPORTED
    assert reported(REPORTED, left=before, now=LATER) == REPORTED


def test_a_probe_that_does_not_arrive_opens_it_for_longer():
    probed = counted(REPORTED, Tally(ok=10, trial=True), LATER, another=True)
    told = LATER + timedelta(seconds=5)
    assert reported(probed, left=LATER, now=told).open_until == told + 2 * FIRST_PAUSE


def test_a_probe_that_goes_wrong_otherwise_leaves_it_to_the_receipts():
    failed = counted(REPORTED, Tally(bad=9, trial=True), LATER, another=True)
    assert failed.why == "errors"
    again = failed.open_until
    assert passing(counted(failed, Tally(ok=9, trial=True), again, another=True), again) is NOTHING


def test_where_no_receipt_ever_comes_answers_close_it_in_the_end():
    later = NOW + SILENCE
    assert passing(counted(REPORTED, Tally(ok=10, trial=True), later, another=True), later) is ALL


def test_a_receipt_does_not_close_one_that_errors_opened():
    assert arrived(OPEN, left=LATER) == OPEN


@given(st.lists(st.tuples(TALLIES, st.integers(0, 900)), max_size=20), st.booleans())
def test_whatever_happens_it_is_never_open_for_longer_than_the_longest_pause(steps, another):
    one, moment = FRESH, NOW
    for told, seconds in steps:
        moment += timedelta(seconds=seconds)
        one = counted(one, told, moment, another=another)
        assert one.open_until is None or one.open_until - moment <= LONGEST_PAUSE
        assert min(one.ok, one.bad, one.rounds, one.seconds) >= 0
        assert (one.why != "") == (one.open_until is not None)


@given(st.lists(st.builds(Tally, ok=COUNTS), max_size=20))
def test_answers_alone_never_open_it(tallies):
    assert after(*tallies).open_until is None
