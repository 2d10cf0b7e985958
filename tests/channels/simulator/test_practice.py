import pytest

from channels.conformance import CHECKS
from channels.conformance.running import name_of
from channels.contract import Accepted, Refused
from channels.reasons import REASONS
from channels.simulator.outcomes import OUTCOMES, Twist
from channels.simulator.practice import samples, sendgrid, twilio

UNSTEADY = {Twist.LOSE, Twist.SLOW, Twist.REORDER}
"""Outcomes whose last word is no verdict: lost, late, or out of order."""


@pytest.mark.parametrize("channel", ["sms", "email", "voice"])
def test_every_magic_address_with_a_verdict_is_a_sample(channel):
    sampled = {one.to for one in samples(channel)}
    wanted = {
        one.address for one in OUTCOMES
        if one.channel == channel and not one.twists & UNSTEADY and not one.hangs_up
    }  # fmt: skip
    assert wanted - sampled == set()


def test_every_reason_of_a_sample_is_known():
    reasons = {one.reason for channel in ("sms", "email", "voice") for one in samples(channel)} - {""}
    assert reasons <= set(REASONS)


def test_who_is_refused_and_who_is_told_later_are_told_apart():
    texts = {one.what.partition(" ")[0]: one for one in samples("sms")}
    assert (texts["landline"].outcome, texts["landline"].status) == (Refused, None)
    assert texts["landline_later"].outcome is Accepted
    assert texts["landline_later"].status is not None


@pytest.mark.parametrize("practising", [twilio, sendgrid])
async def test_a_practice_says_where_the_provider_is_and_excuses_only_real_checks(practising):
    async with practising("email") as at:
        assert at.settings("http://there.example")["base_url"] == "http://there.example"
        assert set(at.not_applicable) <= {name_of(check) for check in CHECKS}
        assert await at.book.total() == 0
