from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from app.pipeline import outcomes
from channels.contract import Accepted, Capabilities, Refused, TryLater, Unclear

NOW = datetime(2026, 12, 1, 17, tzinfo=UTC)
ID, POINT = UUID(int=1), UUID(int=2)
CAN = Capabilities("sms", "segment")
DOWN, SLOWER, WRONG = TryLater("unreachable"), TryLater("rate_limited"), TryLater("misconfigured")


@dataclass
class Row:
    id: UUID = ID
    period: date = date(2027, 2, 1)
    tries: int = 2
    contact_point_id: UUID | None = POINT


def result(outcome, **row):
    return outcomes.result(UUID(int=9), Row(**row), outcome, 0.01, NOW)


def tally(*several, can=CAN, seconds=1.0):
    return outcomes.tally(several, can, seconds, trial=False)


@pytest.mark.parametrize(
    ("outcome", "state", "status"),
    [
        (Accepted("P", 2), "accepted", "sent"),
        (DOWN, "rejected", "planned"),
        (WRONG, "rejected", "planned"),
        (Refused("misconfigured"), "rejected", "planned"),
        (Refused("bad_address"), "rejected", "failed"),
        (Unclear("500"), "unclear", "sending"),
    ],
)
def test_what_is_recorded(outcome, state, status):
    found = result(outcome)
    assert (found.state, found.status) == (state, status)


def test_each_segment_costs():
    assert (result(Accepted("P", 2)).cost, result(Accepted("P", 0)).cost) == (0.02, 0.01)


def test_waiting_grows_with_the_tries_but_not_for_a_wrong_setting_or_a_deadline_of_ours():
    assert result(DOWN).due_at - NOW == timedelta(minutes=2)
    assert result(TryLater("unreachable", after=timedelta(hours=1))).due_at - NOW == timedelta(hours=1)
    assert {result(WRONG, tries=tries).due_at - NOW for tries in (0, 9)} == {timedelta(minutes=1)}
    assert result(TryLater("deadline")).due_at == NOW


def test_a_provider_is_judged_by_its_own_faults_alone():
    told = tally(Accepted("P"), Refused("bad_address"), SLOWER, Unclear("500"), DOWN, TryLater("deadline"), WRONG)
    assert (told.ok, told.bad, told.misconfigured) == (3, 2, 1)


def test_how_long_a_request_takes_is_told_by_how_many_came_one_after_the_other():
    wide = Capabilities("sms", "segment", batch=10, at_once=5)
    assert tally(*[Accepted("P")] * 101, can=wide).rounds == 3


@pytest.mark.parametrize(
    ("outcome", "may"),
    [
        (DOWN, True),
        (SLOWER, True),
        (WRONG, True),
        (TryLater("deadline"), False),
        (TryLater("quiet_hours"), False),
        (Unclear("500"), False),
        (Refused("bad_address"), False),
        (Accepted("P"), False),
    ],
)
def test_only_what_was_surely_not_taken_by_the_providers_fault_goes_elsewhere(outcome, may):
    assert outcomes.may_go_elsewhere(outcome) is may


def test_what_refusals_say_of_addresses():
    refused = [(Row(), Refused(reason)) for reason in ("bad_address", "unknown_number", "landline")]
    assert outcomes.failed_points(refused) == [POINT, POINT]
    assert outcomes.failed_points([(Row(contact_point_id=None), Refused("bad_address"))]) == []


def test_what_refusals_say_of_stops():
    refused = [(Row(), Refused(reason)) for reason in ("opted_out", "litigator_blocked", "bad_address")]
    assert outcomes.stopped_points(refused) == [POINT, POINT]
