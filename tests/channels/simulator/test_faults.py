from datetime import UTC, datetime, timedelta

from channels.simulator.faults import Faults
from channels.simulator.outcomes import Twist


class Clock:
    moment = datetime(2026, 11, 22, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment


def test_a_fault_ends_by_itself():
    clock = Clock()
    faults = Faults(clock, seed=1)
    faults.add("twilio", Twist.ERROR, 1, for_seconds=60)
    assert faults.choose("twilio") == {Twist.ERROR}
    clock.moment += timedelta(seconds=60)
    assert faults.choose("twilio") == frozenset()


def test_a_fault_hits_only_its_provider():
    faults = Faults(Clock(), seed=1)
    faults.add("sendgrid", Twist.SLOW, 1, for_seconds=60)
    assert (faults.choose("twilio"), faults.choose("sendgrid")) == (frozenset(), {Twist.SLOW})


def test_one_fault_is_switched_off_and_the_others_stay_on():
    faults = Faults(Clock(), seed=1)
    first = faults.add("twilio", Twist.SLOW, 1, for_seconds=60)
    second = faults.add("twilio", Twist.ERROR, 1, for_seconds=60)
    faults.remove(first.id)
    faults.remove(first.id)
    assert faults.active() == [second]


def test_a_fault_of_all_hits_everybody():
    faults = Faults(Clock(), seed=1)
    faults.add("all", Twist.LOSE, 1, for_seconds=60)
    assert faults.choose("twilio") == faults.choose("sendgrid") == {Twist.LOSE}


def test_a_share_hits_about_that_many_requests_and_the_same_ones_each_time():
    def run():
        faults = Faults(Clock(), seed=1)
        faults.add("twilio", Twist.DROP, 0.25, for_seconds=60)
        return [bool(faults.choose("twilio")) for _ in range(1000)]

    assert run() == run()
    assert 200 < sum(run()) < 300


def test_cleared_faults_are_gone():
    faults = Faults(Clock(), seed=1)
    faults.add("twilio", Twist.DROP, 1, for_seconds=60)
    faults.clear()
    assert faults.active() == []
