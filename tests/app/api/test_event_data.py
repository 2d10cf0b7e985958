"""What events tell, as facts."""

from datetime import date

import pytest
from pydantic import ValidationError

from app.api.event_data import TYPES, MemberUpdated, address_of
from app.rules.facts import UNCHANGED, Channel, Consent, MemberLeft, RenewalChanged
from app.rules.facts import MemberUpdated as Updated
from app.rules.facts import RenewalStatus as Status

RENEWAL = {"program": "medi_cal", "renewal_month": "2027-02"}


def facts(type_, data):
    return TYPES[type_].model_validate(data).facts(f"org.keepcovered.{type_}")


def test_absent_null_and_given_are_three_things():
    told = facts("member.updated", {"first_name": None, "zip": "92701"})
    assert isinstance(told, Updated)
    assert (told.first_name, told.zip, told.phones) == (None, "92701", UNCHANGED)


def test_an_empty_list_removes_and_null_does_too():
    told = facts("member.updated", {"phones": [], "emails": None})
    assert (told.phones, told.emails, told.channels) == ((), None, UNCHANGED)


@pytest.mark.parametrize(
    ("type_", "data", "status"),
    [
        ("renewal.upcoming", RENEWAL, Status.UPCOMING),
        ("renewal.renewed", RENEWAL, Status.RENEWED),
        ("renewal.discontinued", {**RENEWAL, "reason": "procedural"}, Status.DISCONTINUED_PROCEDURAL),
        ("renewal.discontinued", {**RENEWAL, "reason": "ineligible"}, Status.INELIGIBLE),
        ("renewal.restored", RENEWAL, Status.RESTORED),
    ],
)
def test_a_type_sets_a_status(type_, data, status):
    told = facts(type_, data)
    assert isinstance(told, RenewalChanged)
    assert (told.status, told.renewal_month) == (status, date(2027, 2, 1))


def test_the_ways_to_leave():
    assert facts("member.moved_county", {"to_county_code": "19"}) == MemberLeft("moved", "19")
    assert facts("member.deceased", {}) == MemberLeft("deceased")
    assert facts("member.removed", {}) == MemberLeft("removed")


def test_a_no_for_everything_names_no_channel():
    told = facts("consent.revoked", {"channel": "all", "address": "A@Example.org"})
    assert told == Consent(None, granted=False, address="A@example.org")
    assert facts("consent.granted", {"channel": "voice"}).channel is Channel.VOICE


def test_an_address_belongs_to_its_channel():
    assert address_of("sms", "+17145552345") == "+17145552345"
    assert address_of("all", None) is None


@pytest.mark.parametrize(
    ("type_", "asked"), [("packet_mailed", "packet_mailed_on"), ("information_requested", "requested_on")]
)
def test_nothing_is_due_before_it_was_asked_for(type_, asked):
    with pytest.raises(ValidationError) as refused:
        facts(f"renewal.{type_}", {**RENEWAL, asked: "2027-02-10", "due_on": "2027-02-09"})
    (found,) = refused.value.errors()
    assert (found["loc"], found["msg"]) == (("due_on",), f"this lies before `{asked}`; check both days")
    assert facts(f"renewal.{type_}", {**RENEWAL, asked: "2027-02-10", "due_on": "2027-02-10"}).due_on


def test_nothing_personal_is_in_an_error():
    with pytest.raises(ValueError, match="zip") as error:
        MemberUpdated.model_validate({"zip": "SECRET"})
    assert "SECRET" not in str(error.value)
