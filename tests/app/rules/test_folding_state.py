from datetime import date
from uuid import uuid4

import pytest

from app.rules.folding_state import Fold
from app.rules.record import Member
from tests.app.rules.folding_world import TOOLS, at


def fold(hour, member, source="/a", id_="1"):
    return Fold(member, (at(hour), source, id_), TOOLS)


@pytest.fixture
def member():
    held = Member(uuid4(), "M-1")
    assert fold(5, held).newer("name")
    return held


@pytest.mark.parametrize(("hour", "may"), [(4, False), (5, False), (6, True)])
def test_only_a_newer_event_may_set_a_group(member, hour, may):
    one = fold(hour, member)
    assert (one.newer("name"), one.fresh) == (may, int(may))
    assert member.stamps["name"][0] == at(max(hour, 5))


@pytest.mark.parametrize(("source", "id_", "may"), [("/a", "0", False), ("/a", "2", True), ("/b", "0", True)])
def test_ties_go_by_source_and_id(member, source, id_, may):
    assert fold(5, member, source, id_).newer("name") is may


def test_a_part_counts_as_fresh_only_if_no_other_part_of_its_group_is_newer(member):
    assert fold(5, member).newer("renewal:a/one")
    late, other = fold(4, member), fold(4, member)
    assert (late.newer("renewal:a/two"), late.fresh) == (True, 0)
    assert (other.newer("renewal:b/one"), other.fresh) == (True, 1)


def test_a_fact_that_was_so_before_is_no_change(member):
    one = fold(6, member)
    one.put(member, "timezone", None)
    one.private("zip", None)
    assert not one.changed
    one.put(member, "timezone", "America/Denver")
    assert one.changed


def test_an_event_has_its_day_by_the_agencys_clock(member):
    assert (at(16).date(), fold(16, member).day) == (date(2026, 11, 2), date(2026, 11, 1))
