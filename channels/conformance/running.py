"""Runs the checks in order and gives each result as soon as it is there."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from channels.conformance import (
    checks_answers,
    checks_batches,
    checks_callbacks,
    checks_faults,
    checks_manners,
    checks_sending,
    checks_taking_back,
)
from channels.conformance.trial import Check, Finding, Trial

LONGEST = 60.0
"""Seconds after which a check has failed: an adapter must always come back."""

CHECKS: Sequence[Check] = (
    checks_manners.it_says_who_it_is,
    checks_manners.what_is_not_set_is_named,
    checks_faults.a_check_tells_and_sends_nothing,
    checks_faults.wrong_credentials_are_told,
    checks_sending.a_message_is_accepted_once,
    checks_sending.a_text_says_its_segments,
    checks_sending.nothing_sends_nothing,
    checks_sending.each_failure_is_told_with_its_reason,
    checks_sending.words_arrive_as_they_were_written,
    checks_sending.a_reader_s_data_stays_data,
    checks_sending.a_batch_keeps_its_order,
    checks_sending.the_same_person_may_get_two_messages,
    checks_sending.what_is_too_long_is_refused,
    checks_sending.a_message_says_how_long_it_may_wait,
    checks_sending.a_deadline_that_has_passed_sends_nothing,
    checks_batches.a_deadline_in_mid_batch_leaves_the_rest_unsent,
    checks_batches.what_is_to_go_alone_goes_alone,
    checks_faults.nobody_there_is_tried_later,
    checks_faults.a_slow_answer_is_waited_for,
    checks_faults.an_answer_that_does_not_come_is_unclear,
    checks_faults.a_cut_after_acceptance_is_unclear,
    checks_answers.an_error_after_acceptance_is_unclear,
    checks_faults.an_odd_answer_is_unclear,
    checks_answers.an_unreadable_success_is_unclear,
    checks_answers.a_page_is_no_verdict_on_a_person,
    checks_answers.a_wait_that_is_asked_for_is_told,
    checks_faults.a_look_up_without_an_answer_proves_nothing,
    checks_taking_back.a_message_is_found_and_a_stranger_is_not,
    checks_taking_back.what_has_left_is_not_withdrawn,
    checks_taking_back.what_is_erased_is_gone,
    checks_taking_back.what_cannot_wait_is_not_sent_at_once,
    checks_taking_back.what_is_due_too_soon_is_not_sent_at_once,
    checks_taking_back.a_scheduled_message_waits_and_leaves,
    checks_taking_back.a_withdrawn_message_never_leaves,
    checks_callbacks.what_became_of_a_message_is_told,
    checks_callbacks.each_failure_after_acceptance_is_told,
    checks_callbacks.a_repeated_callback_says_the_same,
    checks_callbacks.an_early_or_late_callback_is_read_alike,
    checks_callbacks.a_forged_callback_is_refused,
    checks_callbacks.a_callback_of_nobody_s_is_refused,
    checks_callbacks.a_truncated_or_endless_callback_is_refused,
    checks_callbacks.a_stranger_s_callback_is_refused,
    checks_callbacks.a_stale_callback_is_refused,
    checks_callbacks.a_callback_to_another_address_is_refused,
    checks_callbacks.a_reply_is_read,
    checks_callbacks.who_stops_with_the_provider_is_stopped,
    checks_callbacks.a_call_is_answered_and_keys_are_heard,
    checks_manners.a_call_speaks_its_languages,
    checks_manners.a_call_is_placed_in_every_language,
    checks_manners.secrets_are_not_shown,
    checks_manners.nobody_s_data_is_logged_or_shown,
)

INEXCUSABLE: frozenset[Check] = frozenset({
    checks_sending.a_message_is_accepted_once,
    checks_sending.a_deadline_that_has_passed_sends_nothing,
    checks_batches.a_deadline_in_mid_batch_leaves_the_rest_unsent,
    checks_faults.an_answer_that_does_not_come_is_unclear,
    checks_faults.a_cut_after_acceptance_is_unclear,
    checks_answers.an_error_after_acceptance_is_unclear,
    checks_faults.an_odd_answer_is_unclear,
    checks_faults.a_look_up_without_an_answer_proves_nothing,
    checks_callbacks.a_forged_callback_is_refused,
    checks_callbacks.a_callback_of_nobody_s_is_refused,
    checks_callbacks.a_truncated_or_endless_callback_is_refused,
    checks_callbacks.a_stranger_s_callback_is_refused,
    checks_manners.nobody_s_data_is_logged_or_shown,
})  # fmt: skip
"""What protects people: once, in time, nothing guessed, nobody believed who is not the provider, nothing shown."""


class Verdict(StrEnum):
    """How a check ended."""

    KEPT = "kept"
    BROKEN = "broken"
    SPARED = "not applicable"


@dataclass(frozen=True, slots=True)
class Result:
    """One check: its name, its sentence, how it ended, and what was found."""

    name: str
    sentence: str
    verdict: Verdict
    found: str
    seconds: float


async def run(trial: Trial, checks: Sequence[Check] = CHECKS) -> AsyncIterator[Result]:
    """Run the checks one after the other; raises `ValueError` if the practice excuses a check that there is not."""
    names = {name_of(one) for one in CHECKS}
    if unknown := sorted(set(trial.practice.not_applicable) - names):
        raise ValueError(f"the practice excuses checks that there are not: {', '.join(unknown)}")
    for one in checks:
        yield await carry_out(one, trial)


async def carry_out(one: Check, trial: Trial) -> Result:
    """Run one check, unless the practice says that it does not apply and may say so."""
    start = time.monotonic()
    excuse = "" if one in INEXCUSABLE else trial.practice.not_applicable.get(name_of(one))
    finding = Finding(excuse, applies=False) if excuse else await _in_time(one, trial)
    verdict = Verdict.KEPT if finding is None else Verdict.BROKEN if finding.applies else Verdict.SPARED
    found = finding.what if finding else ""
    return Result(name_of(one), sentence_of(one), verdict, found, time.monotonic() - start)


def name_of(one: Check) -> str:
    """Return a check's name."""
    return str(getattr(one, "__name__", ""))


def sentence_of(one: Check) -> str:
    """Return what a check checks."""
    return (one.__doc__ or "").strip().partition("\n")[0]


async def _in_time(one: Check, trial: Trial) -> Finding | None:
    try:
        async with asyncio.timeout(LONGEST):
            return await one(trial)
    except TimeoutError:
        return Finding(f"it did not come back within {LONGEST:.0f} seconds")
