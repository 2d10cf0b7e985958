import asyncio
from dataclasses import replace

import pytest

from channels.conformance import checks_faults as checks
from channels.contract import Absent, Accepted, CannotSay, Health, Redacted, TryLater, Unclear
from tests.channels.conformance.sabotage import after_sending, found, instead, trial, whole


def is_in_a_hurry(adapter):
    send = adapter.send

    async def hasty(messages, *, not_after):
        try:
            async with asyncio.timeout(0.1):
                return await send(messages, not_after=not_after)
        except TimeoutError:
            return [Unclear("too slow")] * len(messages)

    adapter.send = hasty


def tries_again(adapter):
    send = adapter.send

    async def stubborn(messages, *, not_after):
        outcomes = await send(messages, not_after=not_after)
        return await send(messages, not_after=not_after) if Unclear in map(type, outcomes) else outcomes

    adapter.send = stubborn


def says_absent_after(detail):
    def spoil(adapter):
        find = adapter.find

        async def careless(lookup):
            said = await find(lookup)
            return Absent() if said == CannotSay(detail) else said

        adapter.find = careless

    return spoil


def takes_any_object_for_a_list(adapter):
    transport, find = adapter._account._transport, adapter.find  # noqa: SLF001
    ask, bodies = transport.get, []

    async def noting(*args, **options):
        answer = await ask(*args, **options)
        bodies.append(getattr(answer, "body", b""))
        return answer

    async def careless(lookup):
        said = await find(lookup)
        return Absent() if isinstance(said, CannotSay) and bodies[-1:] == [b"{}"] else said

    transport.get, adapter.find = noting, careless


def later_when_unclear(outcome):
    return TryLater("unreachable") if isinstance(outcome, Unclear) else outcome


def unclear_when_later(outcome):
    return Unclear("?") if isinstance(outcome, TryLater) else outcome


def accepted_when_unclear(outcome):
    return Accepted("?") if isinstance(outcome, Unclear) else outcome


CARELESS = [
    (checks.a_slow_answer_is_waited_for, is_in_a_hurry),
    (checks.an_answer_that_does_not_come_is_unclear, after_sending(later_when_unclear)),
    (checks.a_cut_after_acceptance_is_unclear, tries_again),
    (checks.a_cut_after_acceptance_is_unclear, instead("find", Absent())),
    (checks.nobody_there_is_tried_later, after_sending(unclear_when_later)),
    (checks.an_odd_answer_is_unclear, after_sending(accepted_when_unclear)),
    (checks.an_odd_answer_is_unclear, after_sending(later_when_unclear)),
    (checks.a_look_up_without_an_answer_proves_nothing, instead("find", Absent())),
    (checks.a_look_up_without_an_answer_proves_nothing, says_absent_after("HTTP 401")),
    (checks.a_look_up_without_an_answer_proves_nothing, says_absent_after("HTTP 403")),
    (checks.a_look_up_without_an_answer_proves_nothing, says_absent_after("HTTP 404")),
    (checks.a_look_up_without_an_answer_proves_nothing, says_absent_after("HTTP 500")),
    (checks.a_look_up_without_an_answer_proves_nothing, takes_any_object_for_a_list),
    (checks.a_look_up_without_an_answer_proves_nothing, instead("redact", Redacted())),
    (checks.a_check_tells_and_sends_nothing, instead("check", Health(ok=True, detail="fine"))),
    (checks.wrong_credentials_are_told, instead("check", Health(ok=True, detail="fine"))),
    (checks.wrong_credentials_are_told, after_sending(unclear_when_later)),
]


@pytest.mark.parametrize(("check", "spoil"), CARELESS, ids=lambda one: getattr(one, "__name__", None))
async def test_a_careless_adapter_is_found_out_and_a_careful_one_is_not(check, spoil):
    assert await found(check, "sms", spoil)
    assert await found(check, "sms", whole) == ""


async def test_a_practice_cannot_leave_out_the_kit_s_odd_answers():
    async with trial("sms", after_sending(accepted_when_unclear)) as on_trial:
        lenient = replace(on_trial, practice=replace(on_trial.practice, odd_answers={}))
        assert (await checks.an_odd_answer_is_unclear(lenient)).applies
