"""The judge of the storm is itself judged: a history without fault passes, and each kind of fault is named."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.storm.evidence import Accepted, Attempt, Evidence, Message, Move, Stop, Wanted
from tests.storm.invariants import judge

NOON = datetime(2026, 12, 1, 20, tzinfo=UTC)
"""Twelve o'clock in Los Angeles, a Tuesday."""
SUNDAY = datetime(2026, 12, 6, 20, tzinfo=UTC)
LATER = NOON + timedelta(seconds=1)
SENT = Message("m", "M-1", "two_months", "sms", "delivered")
FIRST = Attempt("a", "m", 1, "sms", "accepted", NOON, NOON, "SM1", point="p")
AGAIN = replace(FIRST, id="b", number=2, provider_id="SM2")
COPY = Accepted("SM1", "a", "sms", LATER)
WHOLE = (
    Move(1, "m", "m", "", "planned"), Move(2, "m", "m", "planned", "sending"), Move(4, "m", "m", "sending", "sent"),
    Move(6, "m", "m", "sent", "delivered"),
)  # fmt: skip
TRIED = (Move(3, "a", "m", "", "intended"), Move(5, "a", "m", "intended", "accepted"))
GOOD = Evidence(
    wanted=[Wanted("M-1", "two_months", "sms")], messages=[SENT], attempts=[FIRST], accepted=[COPY],
    message_moves=WHOLE, attempt_moves=TRIED, events_answered=frozenset({"e"}), events_kept=frozenset({"e"}),
)  # fmt: skip
TWICE = replace(GOOD, attempts=[FIRST, AGAIN], accepted=[COPY, Accepted("SM2", "b", "sms", LATER)])
"""Two attempts, both accepted: what a blind retry does."""


def broken(seen):
    return {name for name, findings in judge(seen).items() if findings}


def test_a_history_without_fault_breaks_nothing():
    assert broken(GOOD) == set()


@pytest.mark.parametrize("state", ["rejected", "absent"])
def test_a_second_attempt_after_proof_is_no_fault(state):
    moves = (
        Move(3, "a", "m", "", "intended"), Move(4, "a", "m", "intended", state), Move(5, "b", "m", "", "intended"),
        Move(6, "b", "m", "intended", "accepted"),
    )  # fmt: skip
    attempts = [replace(FIRST, state=state, provider_id=""), AGAIN]
    seen = replace(GOOD, attempts=attempts, attempt_moves=moves, accepted=[Accepted("SM2", "b", "sms", LATER)])
    assert broken(seen) == set()


def test_a_second_attempt_after_a_carrier_said_undelivered_is_no_fault():
    messages = (
        *WHOLE[:3], Move(6, "m", "m", "sent", "undelivered"), Move(7, "m", "m", "undelivered", "planned"),
        Move(8, "m", "m", "planned", "sending"), Move(10, "m", "m", "sending", "sent"),
        Move(12, "m", "m", "sent", "delivered"),
    )  # fmt: skip
    moves = (*TRIED, Move(9, "b", "m", "", "intended"), Move(11, "b", "m", "intended", "accepted"))
    copies = [replace(COPY, outcome="undelivered"), Accepted("SM2", "b", "sms", LATER)]
    assert broken(replace(TWICE, message_moves=messages, attempt_moves=moves, accepted=copies)) == set()


def test_a_stop_may_keep_a_reminder_from_leaving():
    seen = replace(
        GOOD, wanted=[Wanted("M-1", "two_months", "sms", settled_otherwise=True)], attempts=[], accepted=[],
        messages=[replace(SENT, status="canceled", reason="opted_out")], message_moves=(), attempt_moves=(),
    )  # fmt: skip
    assert broken(seen) == set()


def test_a_call_that_was_hung_up_in_silence_is_nothing_that_anybody_heard():
    silent = Accepted("SM2", "b", "sms", LATER, heard=False)
    absent = replace(AGAIN, state="absent", provider_id="")
    moves = (
        Move(3, "b", "m", "", "intended"), Move(4, "b", "m", "intended", "absent"), Move(5, "a", "m", "", "intended"),
        Move(6, "a", "m", "intended", "accepted"),
    )  # fmt: skip
    assert broken(replace(TWICE, attempts=[FIRST, absent], accepted=[COPY, silent], attempt_moves=moves)) == set()


# --- faults -----------------------------------------------------------------------------------


def test_a_message_that_was_heard_twice_is_found():
    assert "doubled" in broken(TWICE)


def test_a_copy_of_one_attempt_is_found_too():
    assert "doubled" in broken(replace(GOOD, accepted=[COPY, replace(COPY, id="SM9")]))


def test_a_copy_that_a_database_forgot_is_found_by_its_address():
    copies = [replace(COPY, to="+17145550123"), Accepted("SM0", "old", "sms", NOON, to="+17145550123")]
    seen = replace(GOOD, accepted=copies, forgotten=frozenset({"old"}))
    assert broken(seen) == {"doubled"}
    assert broken(replace(seen, accepted=[copies[0], replace(copies[1], outcome="undelivered")])) == set()


def test_what_was_found_in_a_providers_list_left_before_it_was_known_and_is_no_fault():
    after = NOON + timedelta(hours=12)
    found = replace(FIRST, intended_at=after, intended_on_machine=after)
    assert broken(replace(GOOD, attempts=[found])) == {"I1", "I8"}
    assert broken(replace(GOOD, attempts=[replace(found, by_list=True)])) == set()
    ended = replace(GOOD, message_moves=(WHOLE[0], Move(2, "m", "m", "planned", "delivered")), attempt_moves=TRIED)
    assert broken(replace(ended, attempts=[replace(found, by_list=True)])) == set()
    assert broken(ended) == {"I5"}


def test_two_storms_are_judged_beside_each_other():
    move = {"id": "x", "message": "n"}
    other = Evidence(
        wanted=[Wanted("M-2", "two_months", "sms")], messages=[replace(SENT, id="n", member="M-2")],
        attempts=[replace(FIRST, id="x", message="n", provider_id="SM5")],
        accepted=[Accepted("SM5", "x", "sms", LATER)],
        message_moves=[replace(one, id="n", message="n") for one in WHOLE],
        attempt_moves=[replace(one, **move) for one in TRIED],
    )  # fmt: skip
    assert broken(GOOD.beside(other)) == set()
    assert broken(GOOD.beside(replace(other, accepted=[]))) >= {"lost"}


def test_two_reminders_for_one_step_are_found():
    twin, try_of_it = replace(SENT, id="n"), replace(AGAIN, message="n")
    seen = replace(TWICE, messages=[SENT, twin], attempts=[FIRST, try_of_it])
    assert broken(seen) == {"doubled"}


def test_a_second_attempt_without_evidence_is_found():
    moves = (*TRIED[:1], Move(4, "a", "m", "intended", "unclear"), Move(5, "b", "m", "", "intended"))
    assert {"I2", "I3"} <= broken(replace(TWICE, attempt_moves=moves))


def test_a_second_attempt_beside_an_accepted_one_is_found():
    assert {"I2", "I3"} <= broken(replace(TWICE, attempt_moves=(*TRIED, Move(7, "b", "m", "", "intended"))))


def test_what_was_sent_without_an_intent_is_found():
    assert "I1" in broken(replace(GOOD, accepted=[COPY, Accepted("SM7", "?", "sms", LATER)]))


def test_what_was_sent_before_its_intent_is_found():
    early = replace(COPY, accepted_at=NOON - timedelta(seconds=1))
    assert broken(replace(GOOD, accepted=[early])) == {"I1"}


def test_a_provider_id_at_two_attempts_is_found():
    assert "I4" in broken(replace(TWICE, attempts=[FIRST, replace(AGAIN, provider_id="SM1")]))


def test_a_provider_id_at_a_foreign_attempt_is_found():
    assert "I4" in broken(replace(TWICE, attempts=[replace(FIRST, provider_id="SM2"), replace(AGAIN, provider_id="")]))


@pytest.mark.parametrize(
    ("old", "new"), [("delivered", "sent"), ("sent", "planned"), ("delivered", "undelivered"), ("canceled", "sending")]
)
def test_a_status_that_falls_is_found(old, new):
    assert broken(replace(GOOD, message_moves=(*WHOLE, Move(9, "m", "m", old, new)))) == {"I5"}


@pytest.mark.parametrize("status", ["planned", "sending", "sent"])
def test_what_is_left_open_is_found(status):
    assert "I6" in broken(replace(GOOD, messages=[replace(SENT, status=status)]))


def test_an_attempt_that_is_left_unclear_is_found_unless_it_is_listed_for_a_person():
    unclear = replace(GOOD, attempts=[replace(FIRST, state="unclear")])
    assert "I6" in broken(unclear)
    assert broken(replace(unclear, messages=[replace(SENT, status="unknown")])) == set()


def test_what_we_hold_for_accepted_and_the_provider_never_had_is_found():
    assert broken(replace(GOOD, accepted=[])) >= {"I7", "lost"}


def test_what_the_provider_has_and_we_hold_for_absent_is_found():
    assert "I7" in broken(replace(GOOD, attempts=[replace(FIRST, state="absent")]))


@pytest.mark.parametrize(("ours", "theirs"), [("delivered", "undelivered"), ("undelivered", "delivered")])
def test_an_outcome_that_was_recorded_wrongly_is_found(ours, theirs):
    seen = replace(GOOD, messages=[replace(SENT, status=ours)], accepted=[replace(COPY, outcome=theirs)])
    assert broken(seen) == {"I7 outcomes"}


def test_what_arrived_and_is_called_failed_is_found():
    assert broken(replace(GOOD, messages=[replace(SENT, status="failed")])) == {"I7 outcomes", "lost"}


def test_what_left_at_night_is_found():
    assert broken(replace(GOOD, attempts=[replace(FIRST, intended_at=NOON + timedelta(hours=9))])) == {"I8"}


def test_what_leaves_too_early_or_late_in_any_zone_in_which_somebody_may_be_is_found():
    of_both = replace(GOOD, zones={("M-1", "sms"): ("America/Los_Angeles", "America/New_York")})
    evening = replace(FIRST, intended_at=NOON + timedelta(hours=5, minutes=30))
    assert broken(of_both) == set()
    assert broken(replace(of_both, attempts=[evening])) == {"I8"}
    assert broken(replace(GOOD, attempts=[evening])) == set()


@pytest.mark.parametrize(
    ("night", "day"),
    [(datetime(2027, 3, 14, 15, 59, tzinfo=UTC), datetime(2027, 3, 14, 16, 0, tzinfo=UTC)),
     (datetime(2027, 11, 7, 16, 59, tzinfo=UTC), datetime(2027, 11, 7, 17, 0, tzinfo=UTC))],
)  # fmt: skip
def test_hours_are_those_of_the_day_on_which_clocks_are_changed(night, day):
    assert broken(replace(GOOD, attempts=[replace(FIRST, intended_at=night)])) == {"I8"}
    assert broken(replace(GOOD, attempts=[replace(FIRST, intended_at=day)])) == set()


def test_a_call_on_a_sunday_is_found_and_a_text_is_none():
    on_sunday = replace(FIRST, intended_at=SUNDAY)
    assert broken(replace(GOOD, attempts=[on_sunday])) == set()
    assert "I8" in broken(replace(GOOD, attempts=[replace(on_sunday, channel="voice")]))


def test_what_was_handed_over_in_the_night_for_the_day_is_no_fault():
    night = NOON - timedelta(hours=9)
    seen = replace(GOOD, attempts=[replace(FIRST, intended_at=night, leaves_at=NOON)])
    assert broken(seen) == set()


def test_what_was_sent_after_a_stop_is_found():
    before, after = NOON - timedelta(minutes=1), NOON + timedelta(minutes=1)
    assert broken(replace(GOOD, stops=[Stop("p", "sms", before)])) == {"I8"}
    assert broken(replace(GOOD, stops=[Stop("p", "sms", after)])) == set()
    assert broken(replace(GOOD, stops=[Stop("p", "email", before)])) == set()


@pytest.mark.parametrize("status", ["canceled", "expired", "skipped"])
def test_a_reminder_that_nobody_got_is_found(status):
    seen = replace(
        GOOD, messages=[replace(SENT, status=status)], attempts=[], accepted=[], message_moves=(), attempt_moves=()
    )
    assert broken(seen) == {"lost"}


def test_a_reminder_that_was_never_planned_is_found():
    assert broken(Evidence(wanted=[Wanted("M-1", "two_months", "sms")])) == {"lost"}


def test_an_event_that_was_answered_and_is_gone_is_found():
    assert broken(replace(GOOD, events_kept=frozenset())) == {"lost"}
