from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.facts import (
    Channel,
    Consent,
    Email,
    LineKind,
    MemberLeft,
    MemberUpdated,
    MilestoneSet,
    Phone,
    Representative,
)
from app.rules.folding import Applied, apply
from app.rules.record import BY_STAFF, Member
from tests.app.rules.folding_world import (
    ADDRESSES,
    HOURS,
    NUMBERS,
    TOOLS,
    apply_one,
    at,
    batched,
    days,
    event,
    in_batches,
    month,
    statement,
    told,
    view,
)

MOBILE, OTHER, _ = NUMBERS
LISTED = MemberUpdated(phones=(Phone(MOBILE),), emails=(Email(ADDRESSES[0]),))


def says(member, channel=Channel.SMS, value=MOBILE, purpose="renewal"):
    """What the ledger says of an address: yes, no or nothing."""
    kind = "email" if channel is Channel.EMAIL else "phone"
    held = member.consents.get((channel, purpose, TOOLS.index(kind, value)))
    return None if held is None else held.granted


# --- the order in which events arrive ---------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(batched())
def test_the_order_and_the_batches_in_which_events_arrive_do_not_matter(some):
    in_order, batches = some
    assert view(in_batches(batches)) == view(told(*in_order))


@settings(max_examples=200, deadline=None)
@given(batched(statement))
def test_the_days_that_steps_are_counted_from_do_not_depend_on_the_order_either(some):
    in_order, batches = some
    assert days(in_batches(batches)) == days(told(*in_order))


@settings(max_examples=100, deadline=None)
@given(batched())
def test_an_event_that_comes_again_changes_nothing(some):
    in_order, _ = some
    member = told(*in_order)
    before = view(member)
    assert {apply_one(one, member) for one in in_order} <= {Applied.STALE, Applied.UNCHANGED}
    assert view(member) == before


@settings(max_examples=100, deadline=None)
@given(batched(), st.integers(0, HOURS))
def test_whoever_died_stays_dead_whatever_a_file_says_and_when(some, hour):
    in_order, _ = some
    died = event(hour, MemberLeft("deceased"))
    assert told(*in_order, died).status == told(died, *in_order).status == "deceased"


def test_events_of_one_time_are_ordered_by_source_and_id():
    ana, ben = (event(1, MemberUpdated(first_name=name), id_=name) for name in ("ana", "ben"))
    assert told(ana, ben).private == told(ben, ana).private == {"first_name": "ben"}


# --- what an event did ------------------------------------------------------------------------


def test_the_first_word_of_a_member_is_a_change():
    assert apply(event(1, MemberUpdated()), Member(uuid4(), "M-1", new=True), TOOLS) is Applied.CHANGED


def test_saying_the_same_again_later_is_unchanged():
    member = told(event(1, MemberUpdated(first_name="Ana")))
    assert apply_one(event(2, MemberUpdated(first_name="Ana")), member) is Applied.UNCHANGED


FULL = replace(LISTED, first_name="Ana", consents=(Consent(None, granted=True),))


@pytest.mark.parametrize(
    ("first", "late"),
    [
        (MemberUpdated(first_name="Ana"), MemberUpdated(first_name="Ben")),
        (MemberUpdated(language_written="es"), MemberUpdated(language_spoken="ko")),
        (FULL, replace(FULL, first_name="Ben")),
        (FULL, MemberUpdated(phones=(Phone(OTHER),))),
        (MemberLeft("removed"), MemberLeft("moved", "19")),
        (MilestoneSet("work_notice", "medi_cal", month(1)), MilestoneSet("work_notice", "medi_cal", None)),
        (Consent(None, granted=False, address=MOBILE), Consent(Channel.SMS, granted=True, address=MOBILE)),
        (LISTED, Consent(Channel.SMS, granted=True)),
    ],
)
def test_an_event_whose_every_group_is_older_is_stale_and_changes_nothing(first, late):
    member = told(event(5, first))
    before = view(member)
    assert apply_one(event(3, late), member) is Applied.STALE
    assert view(member) == before


def test_an_older_event_still_sets_the_groups_that_nothing_newer_set():
    member = told(event(5, MemberUpdated(first_name="Ana")))
    assert apply_one(event(3, MemberUpdated(first_name="Ben", timezone="America/Denver")), member) is Applied.CHANGED
    assert (member.private, member.timezone) == ({"first_name": "Ana"}, "America/Denver")


def test_what_is_absent_stays_and_what_is_null_goes():
    full = MemberUpdated(
        first_name="Ana", date_of_birth=month(0), zip="90001", language_written="es",
        representative=Representative("Eva", "mother"), channels=(Channel.SMS,),
    )  # fmt: skip
    member = told(event(1, full), event(2, MemberUpdated()))
    assert member.private == {
        "first_name": "Ana", "date_of_birth": "2027-01-01", "zip": "90001",
        "representative_first_name": "Eva", "representative_relation": "mother",
    }  # fmt: skip
    gone = MemberUpdated(
        first_name=None, date_of_birth=None, zip=None, language_written=None, representative=None, channels=None
    )
    member = told(event(3, gone), member=member)
    assert (member.private, member.language_written, member.channels) == ({}, None, None)


# --- staying and leaving ----------------------------------------------------------------------


def test_a_member_who_moved_and_is_heard_of_again_is_back():
    member = told(event(1, LISTED), event(2, MemberLeft("moved", "19")))
    assert (member.status, member.to_county_code) == ("moved", "19")
    assert told(event(3, MemberUpdated()), member=member).status == "active"
    assert member.to_county_code is None


def test_a_file_from_before_the_move_does_not_bring_a_member_back():
    assert told(event(2, MemberLeft("moved", "19")), event(1, LISTED)).status == "moved"


def test_a_death_that_is_heard_of_late_still_counts():
    assert told(event(5, MemberUpdated(first_name="Ana")), event(2, MemberLeft("deceased"))).status == "deceased"
    assert told(event(5, MemberLeft("removed")), event(2, MemberLeft("deceased"))).status == "deceased"


# --- contact points ---------------------------------------------------------------------------


def test_a_number_that_is_no_longer_listed_is_kept_but_not_used():
    member = told(event(1, LISTED), event(2, MemberUpdated(phones=(Phone(OTHER, LineKind.LANDLINE, 2),))))
    assert [(p.index, p.line_kind, p.rank) for p in member.points_of("phone")] == [
        (TOOLS.index("phone", OTHER), LineKind.LANDLINE, 2)
    ]
    assert len(member.points) == 3
    assert [p.index for p in told(event(3, LISTED), member=member).points_of("phone")] == [TOOLS.index("phone", MOBILE)]


@pytest.mark.parametrize(
    ("facts", "moved"),
    [
        (LISTED, True),
        (MemberUpdated(zip="10001"), True),
        (MemberUpdated(timezone="America/Denver"), True),
        (MemberUpdated(zip="90001"), False),
        (MemberUpdated(first_name="Eva"), False),
    ],
)
def test_what_tells_where_a_person_is_asks_for_the_places_anew(facts, moved):
    member = told(event(1, MemberUpdated(zip="90001")))
    member.relocated = False
    assert told(event(2, facts), member=member).relocated is moved


def test_points_come_best_first():
    phones = (Phone(OTHER, rank=2), Phone(MOBILE, rank=1))
    indexes = [p.index for p in told(event(1, MemberUpdated(phones=phones))).points_of("phone")]
    assert indexes == [TOOLS.index("phone", MOBILE), TOOLS.index("phone", OTHER)]


# --- consents ---------------------------------------------------------------------------------


def listed(granted, hour, dated=None):
    consent = Consent(Channel.SMS, granted, at=None if dated is None else at(dated))
    return event(hour, replace(LISTED, consents=(consent,)))


def said(granted, hour, **more: Any):
    return event(hour, Consent(Channel.SMS, granted, **{"address": MOBILE, **more}))


def test_a_yes_without_a_date_in_a_list_never_undoes_a_no_in_whichever_order_they_come():
    no = said(granted=False, hour=1)
    for yes in (listed(granted=True, hour=5), listed(granted=True, hour=0)):
        assert says(told(no, yes)) is says(told(yes, no)) is False


def test_a_dated_yes_undoes_an_earlier_no_but_not_a_later_one():
    no = said(granted=False, hour=3)
    assert says(told(no, listed(granted=True, hour=5, dated=4))) is True
    assert says(told(no, listed(granted=True, hour=5, dated=2))) is False


def test_a_no_in_a_list_counts_even_without_a_date():
    assert says(told(listed(granted=True, hour=1), listed(granted=False, hour=2))) is False


def test_of_two_sayings_of_one_date_the_later_event_counts():
    member = told(
        event(1, replace(LISTED, consents=(Consent(Channel.SMS, granted=True, at=at(0)),)), id_="z"),
        event(2, replace(LISTED, consents=(Consent(Channel.SMS, granted=True, at=at(0), until=at(9)),)), id_="a"),
    )
    (held,) = member.consents.values()
    assert held.until == at(9)


def test_a_saying_that_is_not_new_leaves_no_second_line_in_the_ledger():
    member = told(said(granted=True, hour=1))
    assert apply(said(granted=True, hour=2, address=None), member, TOOLS) is Applied.UNCHANGED
    assert member.lines == []
    assert apply(said(granted=False, hour=3, evidence="a letter"), member, TOOLS) is Applied.CHANGED
    (line,) = member.lines
    assert (line.granted, line.basis, line.source, line.evidence, line.at) == (
        False, "county", "county", "a letter", at(3),
    )  # fmt: skip


def test_a_yes_for_one_address_is_kept_in_case_that_it_lifts_a_stop():
    member = told(said(granted=True, hour=1))
    assert apply(said(granted=True, hour=2), member, TOOLS) is Applied.UNCHANGED
    (line,) = member.lines
    assert (line.again, line.address_stopped) == (True, False)


def test_a_yes_that_is_dated_ahead_is_written_though_one_holds():
    member = told(said(granted=True, hour=1))
    assert apply(said(granted=True, hour=2, at=at(9)), member, TOOLS) is Applied.UNCHANGED
    assert [line.again for line in member.lines] == [False]


def test_a_word_of_the_staff_is_a_line_of_theirs():
    member = told(event(1, LISTED))
    told_by_staff = replace(said(granted=False, hour=2), source=BY_STAFF)
    assert apply(told_by_staff, member, TOOLS) is Applied.CHANGED
    assert [(line.basis, line.source) for line in member.lines] == [("staff", "staff")]


def test_without_an_address_a_consent_is_about_the_points_held_then_never_later_ones():
    member = told(event(1, LISTED), said(granted=True, hour=2, address=None))
    member = told(event(3, MemberUpdated(phones=(Phone(MOBILE), Phone(OTHER)))), member=member)
    assert (says(member), says(member, value=OTHER)) == (True, None)


def test_a_late_list_gives_its_consent_to_its_own_numbers():
    yes = Consent(Channel.SMS, granted=True)
    member = told(
        event(5, MemberUpdated(phones=(Phone(OTHER),))),
        event(3, replace(LISTED, consents=(yes,))),
    )
    assert (says(member), says(member, value=OTHER)) == (True, None)


def test_a_late_yes_without_an_address_is_for_nobody_and_a_late_no_for_all_held():
    held = event(5, LISTED)
    assert says(told(held, said(granted=True, hour=3, address=None))) is None
    assert says(told(held, said(granted=False, hour=3, address=None))) is False


def test_all_channels_means_those_that_the_address_can_be_reached_by():
    member = told(event(1, Consent(None, granted=True, address=MOBILE)))
    assert {key[0] for key in member.consents} == {Channel.SMS, Channel.VOICE}
    member = told(event(1, LISTED), event(2, Consent(None, granted=True)))
    assert {key[0] for key in member.consents} == set(Channel)


def test_an_address_of_the_wrong_kind_says_nothing():
    assert told(event(1, Consent(Channel.EMAIL, granted=True, address=MOBILE))).consents == {}


def test_purposes_are_apart():
    member = told(said(granted=True, hour=1, purpose="survey"))
    assert (says(member), says(member, purpose="survey")) == (None, True)


# --- milestones -------------------------------------------------------------------------------


def test_a_milestone_is_set_moved_and_removed():
    member = told(event(1, MilestoneSet("work_notice", "medi_cal", month(1))))
    assert member.milestones == {"work_notice:medi_cal": "2027-02-01"}
    assert told(event(2, MilestoneSet("work_notice", "medi_cal", None)), member=member).milestones == {}
