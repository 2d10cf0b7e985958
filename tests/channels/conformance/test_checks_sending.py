from dataclasses import replace

import pytest

from channels.conformance import checks_sending as checks
from channels.conformance.trial import soon
from channels.contract import Accepted, Refused
from tests.channels.conformance.sabotage import after_sending, before_sending, found, whole


def sends_twice(adapter):
    send = adapter.send

    async def twice(messages, *, not_after):
        await send(messages, not_after=not_after)
        return await send(messages, not_after=not_after)

    adapter.send = twice


def forgets_the_order(adapter):
    send = adapter.send

    async def backwards(messages, *, not_after):
        return list(reversed(await send(messages, not_after=not_after)))

    adapter.send = backwards


def sends_once_to_each(adapter):
    send = adapter.send

    async def once(messages, *, not_after):
        outcomes = await send(list({one.to: one for one in messages}.values()), not_after=not_after)
        return [*outcomes, *outcomes][: len(messages)]

    adapter.send = once


def knows_no_deadline(adapter):
    send = adapter.send

    async def always(messages, *, not_after):
        return await send(messages, not_after=soon())

    adapter.send = always


def invents_an_outcome(adapter):
    send = adapter.send

    async def more(messages, *, not_after):
        return [*await send(messages, not_after=not_after), Accepted("x")]

    adapter.send = more


def without_segments(outcome):
    return replace(outcome, segments=0) if isinstance(outcome, Accepted) else outcome


def with_a_reason_of_its_own(outcome):
    return replace(outcome, reason="whatever") if isinstance(outcome, Refused) else outcome


def without_tone_marks(message):
    return replace(message, body=message.body.encode("ascii", "ignore").decode())


def cut_short(message):
    return replace(message, body=message.body[:1_600])


def however_long_it_takes(message):
    return replace(message, valid_for=None)


def with_markup(message):
    html = message.mail.html.replace("[[name|html]]", message.words["name"])
    return replace(message, mail=replace(message.mail, html=html))


CARELESS = [
    (checks.a_message_is_accepted_once, "sms", sends_twice),
    (checks.a_text_says_its_segments, "sms", after_sending(without_segments)),
    (checks.nothing_sends_nothing, "sms", invents_an_outcome),
    (checks.each_failure_is_told_with_its_reason, "sms", after_sending(with_a_reason_of_its_own)),
    (checks.words_arrive_as_they_were_written, "sms", before_sending(without_tone_marks)),
    (checks.a_reader_s_data_stays_data, "email", before_sending(with_markup)),
    (checks.a_batch_keeps_its_order, "sms", forgets_the_order),
    (checks.the_same_person_may_get_two_messages, "sms", sends_once_to_each),
    (checks.what_is_too_long_is_refused, "sms", before_sending(cut_short)),
    (checks.a_message_says_how_long_it_may_wait, "sms", before_sending(however_long_it_takes)),
    (checks.a_deadline_that_has_passed_sends_nothing, "sms", knows_no_deadline),
]


@pytest.mark.parametrize(("check", "channel", "spoil"), CARELESS, ids=lambda one: getattr(one, "__name__", None))
async def test_a_careless_adapter_is_found_out_and_a_careful_one_is_not(check, channel, spoil):
    assert await found(check, channel, spoil)
    assert await found(check, channel, whole) == ""
