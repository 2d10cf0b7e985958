from datetime import timedelta

import pytest

from channels.simulator.sendgrid_batches import MOST_WITHDRAWN, Batches
from tests.channels.simulator.conftest import MOMENT

NOW = MOMENT.timestamp()


class Clock:
    """A clock that a test sets on."""

    def __init__(self) -> None:
        self.moment = MOMENT

    def __call__(self):
        return self.moment


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def batches(tmp_path, clock):
    return Batches(tmp_path / "book.sqlite", clock, "hush")


def test_only_an_id_that_was_made_here_is_known(batches, tmp_path, clock):
    made = batches.make()
    assert batches.made(made)
    assert batches.make() != made
    other = Batches(tmp_path / "book.sqlite", clock, "another").make()
    assert [batches.made(one) for one in (other, made[:-1], made + "0", "", "ñ", None, 7)] == [False] * 7


def test_a_withdrawal_stands_until_it_is_taken_back(batches):
    batches.withdraw("b1")
    assert batches.withdrawn() == ["b1"]
    batches.resume("b1")
    assert batches.withdrawn() == []
    batches.withdraw("b1")
    assert batches.withdrawn() == ["b1"]


@pytest.mark.parametrize(
    ("minutes", "possible"),
    [((), True), ((15,), True), ((10,), True), ((9,), False), ((-1,), False), ((-1, 15), True), ((9, 15), False)],
)
def test_a_batch_can_be_withdrawn_until_ten_minutes_before_its_next_mail_leaves(batches, minutes, possible):
    for ahead in minutes:
        batches.add_mail("b1", NOW + 60 * ahead)
    assert batches.in_time("b1") is possible


def test_ten_batches_are_withdrawn_at_a_time_and_no_more(batches):
    for number in range(MOST_WITHDRAWN):
        assert not batches.full()
        batches.withdraw(f"b{number}")
    assert batches.full()
    batches.resume("b0")
    assert not batches.full()


def test_a_withdrawal_counts_until_its_mails_are_discarded(batches, clock):
    for number in range(MOST_WITHDRAWN):
        batches.add_mail(f"b{number}", NOW + 900)
        batches.withdraw(f"b{number}")
    assert batches.full()
    clock.moment += timedelta(minutes=15)
    assert not batches.full()
    assert len(batches.withdrawn()) == MOST_WITHDRAWN


def test_a_withdrawal_of_nothing_counts_as_long_as_something_may_come(batches, clock):
    for number in range(MOST_WITHDRAWN):
        batches.withdraw(f"b{number}")
    clock.moment += timedelta(hours=71)
    assert batches.full()
    clock.moment += timedelta(hours=1)
    assert not batches.full()


def test_what_was_withdrawn_is_still_so_after_a_restart(batches, tmp_path, clock):
    batches.withdraw("b1")
    assert Batches(tmp_path / "book.sqlite", clock, "hush").withdrawn() == ["b1"]


def test_the_secret_is_not_shown(batches):
    assert "hush" not in repr(batches)
