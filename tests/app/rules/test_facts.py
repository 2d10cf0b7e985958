from datetime import UTC, date, datetime

from app.rules.facts import (
    UNCHANGED,
    Channel,
    Consent,
    CountyEvent,
    Email,
    MemberUpdated,
    Phone,
    RenewalStatus,
    Representative,
)


def test_what_is_not_said_is_unchanged_and_not_removed():
    facts = MemberUpdated()
    assert facts.first_name is UNCHANGED
    assert facts.first_name is not None
    assert repr(UNCHANGED) == "UNCHANGED"


def test_channels_and_statuses_are_the_words_of_the_interface():
    assert [*Channel] == ["sms", "email", "voice"]
    assert [*RenewalStatus] == [
        "unknown", "upcoming", "auto_renewed", "packet_mailed", "information_requested", "form_received", "renewed",
        "discontinued_procedural", "ineligible", "restored", "cure_expired", "canceled",
    ]  # fmt: skip


def test_nothing_personal_is_in_the_repr_of_an_event():
    facts = MemberUpdated(
        first_name="Ana", date_of_birth=date(1970, 1, 31), zip="90012", phones=(Phone("+17145550002"),),
        emails=(Email("ana@example.org"),), representative=Representative("Eva", "mother"),
        consents=(Consent(Channel.SMS, granted=True, evidence="a letter", address="+17145550003"),),
    )  # fmt: skip
    event = CountyEvent("1", "/a", "member.updated", datetime(2026, 11, 2, tzinfo=UTC), "M-1001", facts, b"Ana")
    personal = ("Ana", "1970", "90012", "+1714", "ana@", "Eva", "letter", "M-1001")
    assert not [word for word in personal if word in repr(event)]
