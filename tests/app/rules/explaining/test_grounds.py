"""Every reason is of some kind of rule."""

from app.rules.explaining.grounds import GROUNDS, ground
from app.rules.reasons import SENTENCES
from channels.reasons import REASONS


def test_no_reason_has_no_ground():
    assert ground(None) is None
    assert ground("") is None


def test_a_reason_of_ours_has_its_ground_and_every_other_is_the_providers():
    assert (ground("no_consent"), ground("paused"), ground("renewed")) == ("consent", "switch", "status")
    assert ground("busy") == ground("30034") == "provider"


def test_what_a_provider_says_of_a_person_is_no_rule_of_ours_but_consent_and_contact():
    assert set(REASONS) & set(GROUNDS) <= {"landline", "opted_out"}


def test_what_our_rules_say_has_a_sentence_too():
    assert set(GROUNDS) - set(SENTENCES) <= {"canceled", "not_told", "not_about", "later", "too_new"}
