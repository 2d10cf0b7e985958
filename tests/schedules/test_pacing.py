"""Pacing: everything has its time, inside its openings, within what lane and county line can take."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from schedules.pacing import ONE, Group, fit, hour_of, start_of
from schedules.windows import Opening

MONDAY = datetime(2026, 11, 30, 17, tzinfo=UTC)
"""Nine in the morning in Los Angeles."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FRIDAY = MONDAY + 4 * DAY + 11 * HOUR
NINE_TO_EIGHT = [Opening(MONDAY + day * DAY, MONDAY + day * DAY + 11 * HOUR) for day in range(14)]
TEN_TO_SEVEN = [Opening(MONDAY + day * DAY + HOUR, MONDAY + day * DAY + 10 * HOUR) for day in range(14) if day != 6]
OPENINGS = {"texts": NINE_TO_EIGHT, "calls": TEN_TO_SEVEN}
CENTRE = "call centre"


def a_group(count=10, *, key="a", share=0.1, where="texts", earliest=MONDAY, deadline=FRIDAY, **loads):
    each = {CENTRE: int(share * ONE), **{name: load * ONE for name, load in loads.items()}}
    return Group(key, count, tuple(sorted(each.items())), where, earliest, deadline)


def paced(*groups, limits=None, booked=None, **an_hour):
    allowed = {name.replace("_", " "): (lambda _, most=most: int(most * ONE)) for name, most in an_hour.items()}
    return fit(groups, limits=limits or allowed, openings=OPENINGS, booked=booked or {})


def times(fitted, place=0):
    return [
        share.begins + timedelta(seconds=number * share.gap)
        for share in fitted.shares[place]
        for number in range(share.count)
    ]


def test_the_kth_message_of_an_hour_is_due_k_times_its_part_of_the_hour_later():
    assert times(paced(a_group(4), call_centre=0.4)) == [MONDAY + k * HOUR / 4 for k in range(4)]


def test_what_an_hour_cannot_take_goes_to_the_next_one_and_then_to_the_next_day():
    found = Counter(hour_of(at) for at in times(paced(a_group(25), call_centre=0.2)))
    assert [found[hour_of(MONDAY) + k] for k in range(11)] == [2] * 11
    assert found[hour_of(MONDAY + DAY)] == 2


def test_the_earliest_deadline_goes_first_although_it_came_last():
    patient, urgent = a_group(20, key="patient", deadline=FRIDAY), a_group(20, key="urgent", deadline=MONDAY + 2 * HOUR)
    fitted = paced(patient, urgent, call_centre=1)
    assert max(times(fitted, 1)) < MONDAY + 2 * HOUR <= min(times(fitted, 0))
    assert not fitted.late


def test_who_has_time_makes_room_for_those_who_come_later_with_an_earlier_deadline():
    long = a_group(500, key="long", deadline=MONDAY + 13 * DAY)
    short = a_group(100, key="short", earliest=MONDAY + DAY, deadline=MONDAY + 2 * DAY)
    fitted = paced(long, short, call_centre=1)
    assert not fitted.late
    assert min(times(fitted, 1)) == MONDAY + DAY


def test_without_a_limit_everything_is_due_as_soon_as_it_may_be():
    assert set(times(paced(a_group(1000)))) == {MONDAY}


def test_a_limit_that_does_not_bind_this_hour_is_none():
    assert set(times(paced(a_group(5), limits={CENTRE: lambda _: None}))) == {MONDAY}


def test_nothing_is_sent_while_nobody_answers():
    def office(hour):
        return 10 * ONE if start_of(hour).hour >= 20 else 0

    assert min(times(paced(a_group(5), limits={CENTRE: office}))) == MONDAY + 3 * HOUR


def test_what_is_booked_already_takes_its_room():
    fitted = paced(a_group(1), call_centre=0.1, booked={(CENTRE, hour_of(MONDAY)): ONE})
    assert times(fitted) == [MONDAY + HOUR]


def test_the_narrower_of_two_limits_binds():
    fitted = paced(a_group(6, lane=2), call_centre=100, lane=4)
    assert Counter(hour_of(at) - hour_of(MONDAY) for at in times(fitted)) == {0: 2, 1: 2, 2: 2}


def test_texts_and_calls_share_the_county_line():
    fitted = paced(a_group(11, key="t"), a_group(9, key="v", where="calls"), call_centre=0.1)
    assert all(taken <= 0.1 * ONE for taken in fitted.load.values())
    assert not fitted.late


def test_what_does_not_fit_is_spread_evenly_over_the_last_openings_and_reported():
    fitted = paced(a_group(33 + 44, deadline=MONDAY + 2 * DAY + 11 * HOUR), call_centre=0.1)
    (late,) = fitted.late
    assert (late.count, late.limit, late.deadline) == (44, CENTRE, MONDAY + 2 * DAY + 11 * HOUR)
    squeezed = Counter(
        hour_of(share.begins) for share in fitted.shares[0] if not share.fits for _ in range(share.count)
    )
    assert set(squeezed.values()) == {1, 2}
    assert sum(squeezed.values()) == 44


def test_the_lane_is_blamed_where_the_lane_is_the_narrow_one():
    fitted = paced(a_group(1000, lane=1), call_centre=1000, lane=1)
    assert [one.limit for one in fitted.late] == ["lane"]


def test_a_group_without_any_opening_keeps_its_time():
    shut = MONDAY + 11 * HOUR
    fitted = paced(a_group(3, earliest=shut, deadline=shut + HOUR), call_centre=10)
    assert times(fitted) == [shut] * 3
    assert fitted.late[0].count == 3


@pytest.mark.parametrize("minute", [0, 30, 59])
def test_an_hour_that_has_begun_takes_only_its_rest(minute):
    begun = MONDAY + timedelta(minutes=minute)
    found = times(paced(a_group(60, earliest=begun), call_centre=6))
    assert min(found) >= begun
    assert sum(at < MONDAY + HOUR for at in found) == 60 - minute


# --- what always holds --------------------------------------------------------------------------

groups = some.builds(
    a_group,
    some.integers(1, 60),
    key=some.sampled_from("abc"),
    share=some.sampled_from([0.0, 0.05, 0.1, 0.3]),
    where=some.sampled_from(["texts", "calls"]),
    earliest=some.integers(0, 5 * 24 * 4).map(lambda quarter: MONDAY + quarter * HOUR / 4),
    deadline=some.integers(6, 9).map(lambda day: MONDAY + day * DAY + 15 * HOUR),
    lane=some.integers(1, 3),
)
seasons = some.lists(groups, min_size=1, max_size=8, unique_by=lambda one: (one.key, one.deadline, one.earliest))
capacities = some.fixed_dictionaries({"call_centre": some.floats(0, 5), "lane": some.floats(0, 40)})


@given(seasons, capacities)
def test_nothing_is_lost_and_nothing_is_said_twice(several, an_hour):
    fitted = paced(*several, **an_hour)
    for group, shares in zip(several, fitted.shares, strict=True):
        numbers = [share.first + number for share in shares for number in range(share.count)]
        assert numbers == list(range(group.count))


@given(seasons, capacities)
def test_nothing_is_due_outside_its_openings_or_after_its_deadline(several, an_hour):
    fitted = paced(*several, **an_hour)
    for place, group in enumerate(several):
        for at in times(fitted, place):
            assert group.earliest <= at < group.deadline
            assert any(one.opens_at <= at < one.closes_at for one in OPENINGS[group.where])


@given(seasons, capacities)
def test_no_hour_takes_more_than_it_can_but_for_what_is_reported(several, an_hour):
    fitted = paced(*several, **an_hour)
    taken = Counter()
    for group, shares in zip(several, fitted.shares, strict=True):
        for share in shares:
            for name, load in group.loads:
                taken[name, hour_of(share.begins)] += load * share.count * share.fits
    assert all(load <= int(an_hour[name.replace(" ", "_")] * ONE) for (name, _), load in taken.items())
    squeezed = sum(share.count for shares in fitted.shares for share in shares if not share.fits)
    assert squeezed == sum(one.count for one in fitted.late)


@given(seasons, capacities, some.randoms(use_true_random=False))
def test_the_order_in_which_they_come_does_not_matter(several, an_hour, chance):
    mixed = chance.sample(several, len(several))
    first, second = paced(*several, **an_hour), paced(*mixed, **an_hour)
    assert dict(zip(several, first.shares, strict=True)) == dict(zip(mixed, second.shares, strict=True))


@given(seasons, capacities)
def test_whoever_has_a_later_deadline_displaces_nobody(several, an_hour):
    urgent = [one for one in several if one.deadline < MONDAY + 8 * DAY]
    alone = dict(zip(urgent, paced(*urgent, **an_hour).shares, strict=True))
    together = dict(zip(several, paced(*several, **an_hour).shares, strict=True))
    assert {one: together[one] for one in urgent} == alone


@given(seasons, capacities)
def test_what_opens_later_changes_nothing_before(several, an_hour):
    until = MONDAY + 2 * DAY
    early = [one for one in several if one.earliest < until]
    alone, together = paced(*early, **an_hour), paced(*several, **an_hour)
    with_all = dict(zip(several, together.shares, strict=True))
    for group, shares in zip(early, alone.shares, strict=True):
        before = [share for share in shares if share.begins < until and share.fits]
        assert [share for share in with_all[group] if share.begins < until and share.fits] == before
