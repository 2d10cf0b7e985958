import secrets
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest

from channels.conformance import checks_callbacks as checks
from channels.signals import CallAnswered, KeyPressed, OptOut, Receipt, Reply
from tests.channels.conformance.sabotage import after_reading, before_reading, found, trial, whole

STAMP = "X-Twilio-Email-Event-Webhook-Timestamp"


def believes_everybody(adapter):
    class Gullible:
        def form(self, callback):
            return dict(parse_qsl(callback.body.decode("latin-1"), keep_blank_values=True))

    adapter._signatures = Gullible()  # noqa: SLF001


def falls_over(adapter):
    def fall(callback):
        raise KeyError(callback.kind)

    adapter.read_callback = fall


def believes_only_whom_it_knows(adapter):
    send, read, known = adapter.send, adapter.read_callback, set()

    async def remember(messages, *, not_after):
        known.update(one.reference for one in messages)
        return await send(messages, not_after=not_after)

    adapter.send = remember
    adapter.read_callback = lambda callback: [one for one in read(callback) if one.reference in known]


def with_its_own_time(callback):
    return replace(callback, received_at=datetime.fromtimestamp(int(callback.headers[STAMP]), UTC))


def changed(kind, **changes):
    def change(signal):
        new = {name: value() if callable(value) else value for name, value in changes.items()}
        return replace(signal, **new) if isinstance(signal, kind) else signal

    return change


def left_out(kind):
    return lambda signal: None if isinstance(signal, kind) else signal


CARELESS = [
    (checks.what_became_of_a_message_is_told, "sms", after_reading(left_out(Receipt))),
    (checks.what_became_of_a_message_is_told, "sms", after_reading(changed(Receipt, provider_id="another"))),
    (checks.each_failure_after_acceptance_is_told, "sms", after_reading(changed(Receipt, reason="whatever"))),
    (checks.a_repeated_callback_says_the_same, "sms", after_reading(changed(Receipt, key=secrets.token_hex))),
    (checks.a_repeated_callback_says_the_same, "sms", after_reading(changed(Receipt, key="always"))),
    (checks.an_early_or_late_callback_is_read_alike, "sms", believes_only_whom_it_knows),
    (checks.a_forged_callback_is_refused, "sms", believes_everybody),
    (checks.a_callback_of_nobody_s_is_refused, "sms", believes_everybody),
    (checks.a_truncated_or_endless_callback_is_refused, "sms", believes_everybody),
    (checks.a_truncated_or_endless_callback_is_refused, "sms", falls_over),
    (checks.a_stranger_s_callback_is_refused, "sms", believes_everybody),
    (checks.a_stale_callback_is_refused, "email", before_reading(with_its_own_time)),
    (checks.a_callback_to_another_address_is_refused, "sms", believes_everybody),
    (checks.a_reply_is_read, "sms", after_reading(changed(Reply, body="STOP"))),
    (checks.who_stops_with_the_provider_is_stopped, "email", after_reading(left_out(OptOut))),
    (checks.who_stops_with_the_provider_is_stopped, "email", after_reading(changed(OptOut, reason="bounced"))),
    (checks.a_call_is_answered_and_keys_are_heard, "voice", after_reading(left_out(KeyPressed))),
    (checks.a_call_is_answered_and_keys_are_heard, "voice", after_reading(changed(CallAnswered, machine=False))),
]


@pytest.mark.parametrize(("check", "channel", "spoil"), CARELESS, ids=lambda one: getattr(one, "__name__", None))
async def test_a_careless_adapter_is_found_out_and_a_careful_one_is_not(check, channel, spoil):
    assert await found(check, channel, spoil)
    assert await found(check, channel, whole) == ""


async def test_a_provider_that_tells_nothing_has_nothing_to_forge_but_what_nobody_made():
    async with trial("sms", after_reading(lambda _: None)) as on_trial:
        assert (await checks.a_forged_callback_is_refused(on_trial)).applies
        excuse = {"what_became_of_a_message_is_told": "it calls nobody"}
        silent = replace(on_trial, practice=replace(on_trial.practice, not_applicable=excuse))
        assert not (await checks.a_forged_callback_is_refused(silent)).applies
        assert await checks.a_callback_of_nobody_s_is_refused(silent) is None
