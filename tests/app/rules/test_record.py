from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from app.rules.facts import Channel
from app.rules.record import KIND_OF, WEAK, ConsentHeld, ConsentLine, Member, Point, index_form

NOW = datetime(2026, 11, 2, tzinfo=UTC)


def test_an_e_mail_address_is_found_without_regard_to_case_a_number_as_it_is():
    assert index_form("email", "Ana@Example.ORG") == index_form("email", "ana@example.org")
    assert index_form("phone", "+17145550002") == "+17145550002"


def test_every_channel_reaches_a_kind_of_contact_point():
    assert set(KIND_OF) == set(Channel)
    assert set(KIND_OF.values()) == {"phone", "email"}


def test_points_are_listed_best_first_and_unlisted_ones_left_out():
    member = Member(UUID(int=1), "M-1")
    for number, (kind, rank, listed) in enumerate([("phone", 2, True), ("phone", 1, True), ("phone", 1, False),
                                                   ("email", 1, True), ("phone", 1, True)]):  # fmt: skip
        member.points[bytes([number])] = Point(UUID(int=number), kind, bytes([number]), rank, listed=listed)
    assert [point.id.int for point in member.points_of("phone")] == [1, 4, 0]


def test_the_month_of_birth_is_its_first_day_and_without_a_date_there_is_none():
    assert Member(UUID(int=1), "M-1", private={"date_of_birth": "2008-02-29"}).born_in == date(2008, 2, 1)
    assert Member(UUID(int=1), "M-1").born_in is None


@pytest.mark.parametrize(
    ("heavier", "lighter"),
    [
        (ConsentHeld(granted=False, at=NOW, tie="a"), ConsentHeld(granted=True, at=NOW + timedelta(1), tie=WEAK)),
        (ConsentHeld(granted=False, at=NOW + timedelta(1), tie="a"), ConsentHeld(granted=True, at=NOW, tie="b")),
        (ConsentHeld(granted=False, at=NOW, tie="b"), ConsentHeld(granted=True, at=NOW, tie="a")),
    ],
)
def test_of_two_sayings_the_firm_one_counts_then_the_later_then_the_tie(heavier, lighter):
    assert heavier.weight() > lighter.weight()


def test_nothing_personal_is_in_a_repr():
    member = Member(UUID(int=1), "M-1001", private={"first_name": "Ana"})
    point = Point(UUID(int=1), "phone", b"+1714", 1, value="+17145550002")
    line = ConsentLine(b"+1714", Channel.SMS, "renewal", True, "county", NOW, None, "a letter", "county", "")  # noqa: FBT003
    shown = f"{member!r}{point!r}{line!r}"
    assert not [word for word in ("M-1001", "Ana", "+1714", "a letter") if word in shown]
