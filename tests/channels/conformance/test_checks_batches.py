from dataclasses import replace

import pytest

from channels.conformance import checks_batches as checks
from channels.conformance.trial import boot_clock, soon
from channels.contract import TryLater
from tests.channels.conformance.sabotage import after_sending, before_sending, found, whole


def looks_at_the_clock_once(adapter):
    send = adapter.send

    async def once(messages, *, not_after):
        if boot_clock() > not_after:
            return [TryLater("deadline")] * len(messages)
        return await send(messages, not_after=soon())

    adapter.send = once


def with_another_reason(outcome):
    return TryLater("unreachable") if isinstance(outcome, TryLater) else outcome


def in_company(message):
    return replace(message, alone=False)


CARELESS = [
    (checks.a_deadline_in_mid_batch_leaves_the_rest_unsent, "sms", looks_at_the_clock_once),
    (checks.a_deadline_in_mid_batch_leaves_the_rest_unsent, "sms", after_sending(with_another_reason)),
    (checks.what_is_to_go_alone_goes_alone, "email", before_sending(in_company)),
]


@pytest.mark.parametrize(("check", "channel", "spoil"), CARELESS, ids=lambda one: getattr(one, "__name__", None))
async def test_a_careless_adapter_is_found_out_and_a_careful_one_is_not(check, channel, spoil):
    assert await found(check, channel, spoil)
    assert await found(check, channel, whole) == ""
