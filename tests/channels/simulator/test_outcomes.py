import phonenumbers
import pytest
from email_validator import validate_email

from channels.simulator.outcomes import OUTCOMES, Twist, outcome_for

TEXTS = [outcome for outcome in OUTCOMES if outcome.channel == "sms"]
CODED = {"30001", "30003", "30004", "30005", "30006", "30007", "30008"}


@pytest.mark.parametrize("outcome", [outcome for outcome in OUTCOMES if outcome.channel != "email"])
def test_a_magic_number_is_one_a_validator_accepts(outcome):
    assert phonenumbers.is_valid_number(phonenumbers.parse(outcome.address))


@pytest.mark.parametrize("outcome", [outcome for outcome in OUTCOMES if outcome.channel == "email"])
def test_a_magic_address_is_one_a_validator_accepts(outcome):
    assert validate_email(outcome.address, check_deliverability=False).normalized == outcome.address


def test_no_two_outcomes_share_an_address():
    assert len({(outcome.channel, outcome.address) for outcome in OUTCOMES}) == len(OUTCOMES)


@pytest.mark.parametrize("channel", ["sms", "email", "voice"])
def test_every_twist_can_be_met_on_every_channel(channel):
    met = {twist for outcome in OUTCOMES if outcome.channel == channel for twist in outcome.twists}
    assert met == set(Twist)


def test_every_carrier_code_of_the_plan_has_a_number():
    assert {outcome.code for outcome in TEXTS if outcome.story} >= CODED


def test_an_unlisted_address_is_delivered():
    assert outcome_for("sms", "+14155550123").story[-1] == "delivered"


def test_a_tag_lets_many_people_share_a_magic_address():
    assert outcome_for("email", "Bounce+17@Sandbox.keepcovered.example").outcome == "bounce"
