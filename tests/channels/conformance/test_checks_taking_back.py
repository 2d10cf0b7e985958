from dataclasses import replace
from datetime import timedelta

import pytest

from channels.conformance import checks_taking_back as checks
from channels.contract import Absent, Canceled, Present, Redacted
from tests.channels.conformance.sabotage import before_sending, found, instead, whole


def at_once(message):
    return replace(message, send_at=None)


def much_later(message):
    return replace(message, send_at=message.send_at and message.send_at + timedelta(days=2))


CARELESS = [
    (checks.a_message_is_found_and_a_stranger_is_not, instead("find", Absent())),
    (checks.a_message_is_found_and_a_stranger_is_not, instead("find", Present("any"))),
    (checks.what_is_erased_is_gone, instead("redact", Redacted())),
    (checks.what_has_left_is_not_withdrawn, instead("cancel", Canceled())),
    (checks.what_cannot_wait_is_not_sent_at_once, before_sending(at_once)),
    (checks.what_is_due_too_soon_is_not_sent_at_once, before_sending(at_once)),
    (checks.a_scheduled_message_waits_and_leaves, before_sending(at_once)),
    (checks.a_scheduled_message_waits_and_leaves, before_sending(much_later)),
    (checks.a_withdrawn_message_never_leaves, instead("cancel", Canceled())),
]


@pytest.mark.parametrize(("check", "spoil"), CARELESS, ids=lambda one: getattr(one, "__name__", None))
async def test_a_careless_adapter_is_found_out_and_a_careful_one_is_not(check, spoil):
    assert await found(check, "sms", spoil)
    assert await found(check, "sms", whole) == ""
