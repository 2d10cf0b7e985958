from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from app.rules.facts import Channel
from app.rules.record import KIND_OF, WEAK, ConsentHeld, ConsentLine, Member, Point, Stamps, index_form

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


def test_stamps_that_were_held_are_read_when_they_are_asked_for_and_only_what_is_said_is_to_be_written():
    stamps = Stamps({"name": ("2026-11-01T18:00:00+00:00", "/county", "e-1"), "zip": ("no time", "/county", "e-2")})
    assert stamps["name"] == (datetime(2026, 11, 1, 18, tzinfo=UTC), "/county", "e-1")
    assert stamps.get("phones") is None
    assert "zip" in stamps
    stamps["phones"] = (NOW, "/county", "e-3")
    assert list(stamps) == ["name", "zip", "phones"]
    assert len(stamps) == 3
    assert {name: stamps.written(name) for name in stamps.said} == {
        "phones": ("2026-11-02T00:00:00+00:00", "/county", "e-3")
    }


def test_a_stamp_is_never_taken_back():
    stamps = Stamps({"name": ("2026-11-01T18:00:00+00:00", "/county", "e-1")})
    with pytest.raises(TypeError):
        del stamps["name"]


def test_the_parts_of_a_group_are_told_from_groups_that_only_begin_alike():
    stamps = Stamps()
    for name in ("renewal:ccs/month", "renewal:ccs/2027-02-01", "renewal:ccs", "renewal:ccs_more/month"):
        stamps[name] = (NOW, "/county", name)
    assert {id_ for _, _, id_ in stamps.parts_of("renewal:ccs")} == {"renewal:ccs/month", "renewal:ccs/2027-02-01"}


def test_who_is_held_without_private_facts_still_has_a_month_of_birth():
    assert Member(UUID(int=1), "M-1", born_held=date(2008, 2, 1)).born_in == date(2008, 2, 1)
