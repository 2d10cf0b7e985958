from datetime import UTC, date, datetime
from uuid import uuid4

from app.rules.facts import Channel, RenewalStatus
from app.rules.merging import absorb
from app.rules.record import ConsentHeld, Member, Renewal

EARLY, LATE = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)
KEY = (Channel.SMS, "renewal", b"index")


def a_provisional(**changes) -> Member:
    return Member(uuid4(), "", consents={KEY: ConsentHeld(granted=True, at=LATE, tie="a")}, **changes)


def test_a_newer_yes_is_carried_over_with_a_line_of_its_own():
    member, provisional = Member(uuid4(), "M-1"), a_provisional()
    absorb(member, provisional, uuid4())
    assert member.consents[KEY].granted
    assert [(line.granted, line.basis) for line in member.lines] == [(True, "opt_in")]
    assert provisional.status == "merged"


def test_a_newer_no_of_the_county_stays():
    member = Member(uuid4(), "M-1", consents={KEY: ConsentHeld(granted=False, at=LATE, tie="b")})
    provisional = a_provisional()
    provisional.consents[KEY] = ConsentHeld(granted=True, at=EARLY, tie="a")
    absorb(member, provisional, uuid4())
    assert not member.consents[KEY].granted
    assert member.lines == []


def test_a_month_is_carried_over_only_where_none_is_held():
    month = ("medi_cal", date(2027, 2, 1))
    named = {month: Renewal(uuid4(), *month, RenewalStatus.UNKNOWN)}
    member = Member(uuid4(), "M-1")
    absorb(member, a_provisional(renewals=named), uuid4())
    assert set(member.renewals) == {month}
    other = ("medi_cal", date(2027, 5, 1))
    member = Member(uuid4(), "M-2", renewals={other: Renewal(uuid4(), *other, RenewalStatus.UPCOMING)})
    absorb(member, a_provisional(renewals=named), uuid4())
    assert set(member.renewals) == {other}
