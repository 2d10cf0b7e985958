from channels.simulator.outcomes import CALL_RANGE, CALL_STORY
from channels.simulator.twilio_machines import Machines

PLAIN, MAGIC_MACHINE, BUSY, INVALID = "+14155550123", CALL_RANGE + "13", CALL_RANGE + "10", CALL_RANGE + "01"


def answered_by(machines, number):
    return machines.outcome(number).answered_by


def test_a_magic_number_has_a_machine_until_it_is_switched_off():
    machines = Machines()
    assert (answered_by(machines, PLAIN), answered_by(machines, MAGIC_MACHINE)) == ("human", "machine")
    machines.switch(MAGIC_MACHINE, on=False)
    assert answered_by(machines, MAGIC_MACHINE) == "human"


def test_a_machine_that_is_switched_on_picks_up_whoever_lives_there():
    machines = Machines()
    for number in (PLAIN, BUSY):
        machines.switch(number, on=True)
        assert (answered_by(machines, number), machines.outcome(number).story) == ("machine", CALL_STORY)


def test_a_number_that_does_not_exist_has_no_machine():
    machines = Machines()
    machines.switch(INVALID, on=True)
    assert machines.outcome(INVALID).refused
