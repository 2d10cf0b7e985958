from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.statuses import FOLLOWS, REPORTED, Status, reported_moves

MOVES = [(Status(old), Status(new)) for old, new in reported_moves()]
ENDS = [status for status in Status if not FOLLOWS[status]]


def moved(status, reports):
    """The statuses that a message goes through as receipts say these words."""
    seen = [status]
    for said in reports:
        if (seen[-1], said) in MOVES:
            seen.append(said)
    return seen


def reachable(status):
    """What a message can become without being tried once more: a further try begins anew."""
    found, waiting = {status}, [status]
    while waiting:
        old = waiting.pop()
        fresh = FOLLOWS[old] - found - ({Status.PLANNED} if old is Status.UNDELIVERED else set())
        found |= fresh
        waiting += fresh
    return found


def test_every_status_has_its_followers_and_none_follows_itself():
    assert set(FOLLOWS) == set(Status)
    assert not [status for status in Status if status in FOLLOWS[status]]


def test_the_ends_are_ends():
    assert set(ENDS) == {"delivered", "failed", "canceled", "skipped", "expired"}


@given(st.sampled_from(Status), st.lists(st.sampled_from(sorted(REPORTED)), max_size=8))
def test_receipts_only_move_forward(status, reports):
    seen = moved(status, reports)
    assert len(set(seen)) == len(seen)
    assert all(new in reachable(old) and old not in reachable(new) for old, new in pairwise(seen) if old != "unknown")


@given(st.lists(st.sampled_from(sorted(REPORTED)), max_size=8))
def test_after_delivered_no_receipt_changes_anything(reports):
    assert moved(Status.DELIVERED, reports) == [Status.DELIVERED]


@given(st.permutations(["sent", "undelivered", "delivered"]))
def test_a_message_that_was_ever_reported_delivered_ends_as_delivered(reports):
    assert moved(Status.SENDING, map(Status, reports))[-1] is Status.DELIVERED


@pytest.mark.parametrize("status", ["planned", "delivered", "failed", "canceled", "skipped", "expired"])
def test_a_receipt_moves_nothing_that_is_not_under_way(status):
    assert moved(Status(status), REPORTED) == [status]


def test_a_receipt_that_overtakes_the_answer_of_the_provider_counts():
    assert {(Status.SENDING, said) for said in REPORTED} <= set(MOVES)


def test_receipts_name_only_what_a_provider_can_say():
    assert {new for _, new in MOVES} == REPORTED
