"""What is known of a person, without a name or an address."""

from datetime import UTC, date, datetime
from uuid import UUID

from app.rules.explaining.known import known
from app.rules.facts import Channel, LineKind, RenewalStatus
from app.rules.record import ConsentHeld, Member, OccasionHeld, Point, Renewal

ID = UUID(int=7)
AT = datetime(2026, 11, 2, tzinfo=UTC)


def test_a_member_of_whom_nothing_is_known_has_lines_that_say_so():
    assert known(Member(ID, "M-1")) == [
        "A member of this agency.",
        "Reads a language that we do not know, speaks one that we do not know.",
        "Time zone said by the county: none.",
        "Channels in this person's order: no choice made.",
        "No phone number and no e-mail address.",
    ]


def test_what_decides_is_told_and_nothing_personal():
    member = Member(
        ID, "M-SECRET", private={"first_name": "Ana"}, language_written="vi", language_spoken="hmn",
        timezone="America/Denver", channels=["email", "sms"],
        points={b"x": Point(ID, "phone", b"x", 1, LineKind.MOBILE, state="opted_out", value="+17145550123")},
        renewals={("medi_cal", date(2027, 2, 1)): Renewal(ID, "medi_cal", date(2027, 2, 1), RenewalStatus.RENEWED)},
        occasions=[OccasionHeld(ID, "age_out_21", "ccs", date(2027, 3, 1)),
                   OccasionHeld(ID, "work_notice", "medi_cal", date(2027, 3, 1), status="canceled")],
        consents={(Channel.SMS, "renewal", b"x"): ConsentHeld(granted=False, at=AT, tie="")},
    )  # fmt: skip
    told = known(member)
    assert told == [
        "A member of this agency.",
        "Reads Vietnamese, speaks Hmong.",
        "Time zone said by the county: America/Denver.",
        "Channels in this person's order: e-mail, then text.",
        "1 phone number (mobile): opted out.",
        "No to renewal messages by text.",
        "Renewal of medi_cal in 2027-02, every 12 months, by the county: it is renewed.",
        "Turning 21 (ccs), 2027-03-01.",
    ]
    assert not any(secret in "\n".join(told) for secret in ("Ana", "5550123", "SECRET"))


def test_somebody_who_chose_no_channel_at_all_is_told_so():
    assert "Channels in this person's order: none at all." in known(Member(ID, "M-1", channels=[]))
