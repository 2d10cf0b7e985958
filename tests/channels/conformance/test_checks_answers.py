from dataclasses import replace

import pytest

from channels.conformance import checks_answers as checks
from channels.contract import Accepted, Refused, TryLater, Unclear
from tests.channels.conformance.sabotage import after_sending, found, trial, whole


def tries_again_after_an_error(adapter):
    send = adapter.send

    async def stubborn(messages, *, not_after):
        for _ in range(3):
            outcomes = await send(messages, not_after=not_after)
            if not any(isinstance(one, Unclear) and one.detail.startswith("HTTP 5") for one in outcomes):
                break
        return outcomes

    adapter.send = stubborn


def later_after_an_error(outcome):
    return TryLater("unreachable") if isinstance(outcome, Unclear) and "HTTP 5" in outcome.detail else outcome


def accepted_by_its_status(outcome):
    return Accepted("?", 1) if outcome == Unclear("unreadable success") else outcome


def the_address_is_to_blame(outcome):
    return Refused("bad_address") if isinstance(outcome, Unclear) and "HTTP 4" in outcome.detail else outcome


def the_person_is_to_blame(outcome):
    return Refused("opted_out") if isinstance(outcome, TryLater) and not outcome.provider_code else outcome


def in_its_own_time(outcome):
    return replace(outcome, after=None) if isinstance(outcome, TryLater) else outcome


CARELESS = [
    (checks.an_error_after_acceptance_is_unclear, tries_again_after_an_error),
    (checks.an_error_after_acceptance_is_unclear, after_sending(later_after_an_error)),
    (checks.an_unreadable_success_is_unclear, after_sending(accepted_by_its_status)),
    (checks.a_page_is_no_verdict_on_a_person, after_sending(the_address_is_to_blame)),
    (checks.a_page_is_no_verdict_on_a_person, after_sending(the_person_is_to_blame)),
    (checks.a_wait_that_is_asked_for_is_told, after_sending(in_its_own_time)),
]


@pytest.mark.parametrize(("check", "spoil"), CARELESS, ids=lambda one: getattr(one, "__name__", None))
async def test_a_careless_adapter_is_found_out_and_a_careful_one_is_not(check, spoil):
    assert await found(check, "sms", spoil)
    assert await found(check, "sms", whole) == ""


async def test_a_success_that_never_has_a_body_cannot_be_unreadable():
    async with trial("email") as on_trial:
        finding = await checks.an_unreadable_success_is_unclear(on_trial)
    assert (finding.applies, finding.what) == (False, "a success of this provider has no body")
