"""Looking up, withdrawing, erasing: what an adapter says it can is what it does."""

from dataclasses import replace
from datetime import timedelta

from channels.conformance.trial import Trial, check, must, only_if
from channels.contract import (
    Accepted,
    Canceled,
    CannotSay,
    Handle,
    MessageChannel,
    OutgoingMessage,
    Present,
    Redacted,
    Refused,
    TryLater,
)

_NOW, _MARGIN = timedelta(), timedelta(minutes=30)


@check
async def a_message_is_found_and_a_stranger_is_not(trial: Trial) -> None:
    """A message that is there is found by its reference, with its id; one that never was is not "present"."""
    message = trial.message()
    async with trial.adapter() as adapter:
        accepted = await trial.accepted(adapter, message)
        found = await adapter.find(trial.lookup(message))
        never = await adapter.find(trial.lookup(trial.message()))
        able = adapter.capabilities.can_find
    must(not isinstance(never, Present), f"a message that never was is {never!r}")
    if able:
        same = isinstance(found, Present) and found.provider_id == accepted.provider_id
        must(same, f"the message {accepted.provider_id} is {found!r}")
    else:
        must(isinstance(found, CannotSay), f"the capabilities say that nothing can be found, and it says {found!r}")


@check
async def what_is_erased_is_gone(trial: Trial) -> None:
    """A settled message that was erased has no words at the provider any more."""
    message = trial.message()
    async with trial.adapter() as adapter:
        accepted = await trial.accepted(adapter, message)
        await trial.practice.book.told(message.reference)
        erased = await adapter.redact(Handle(accepted.provider_id))
        able = adapter.capabilities.can_redact
    if not able:
        must(not isinstance(erased, Redacted), "the capabilities say that nothing can be erased, and it was")
        return
    must(isinstance(erased, Redacted), f"erasing says {erased!r}")
    arrived = await trial.practice.book.accepted(message.reference)
    must(not any(one.words for one in arrived), "the words are still there")


@check
async def a_scheduled_message_waits_and_leaves(trial: Trial) -> None:
    """A message for later is kept until then, and leaves then."""
    async with trial.adapter() as adapter:
        message = await _scheduled(trial, adapter)
        await trial.accepted(adapter, message)
    await trial.practice.book.later(_NOW)  # whatever leaves at once has left then
    must(not await trial.practice.book.left(message.reference), "it left at once")
    await trial.practice.book.later(adapter.capabilities.soonest + 2 * _MARGIN)
    must(await trial.practice.book.left(message.reference), "it never left")


@check
async def a_withdrawn_message_never_leaves(trial: Trial) -> None:
    """A scheduled message that was withdrawn is not sent when its time has come."""
    async with trial.adapter() as adapter:
        only_if(adapter.capabilities.can_cancel, "nothing can be withdrawn")
        message = await _scheduled(trial, adapter)
        accepted = await trial.accepted(adapter, message)
        withdrawn = await adapter.cancel(Handle(accepted.provider_id, message.fence))
    must(isinstance(withdrawn, Canceled), f"withdrawing says {withdrawn!r}")
    await trial.practice.book.later(adapter.capabilities.soonest + 2 * _MARGIN)
    must(not await trial.practice.book.left(message.reference), "it left all the same")


@check
async def what_has_left_is_not_withdrawn(trial: Trial) -> None:
    """A message that has left does not count as withdrawn."""
    message = trial.message()
    async with trial.adapter() as adapter:
        accepted = await trial.accepted(adapter, message)
        await trial.practice.book.told(message.reference)
        withdrawn = await adapter.cancel(Handle(accepted.provider_id))
    must(not isinstance(withdrawn, Canceled), "a message that had left counts as withdrawn")


@check
async def what_cannot_wait_is_not_sent_at_once(trial: Trial) -> None:
    """A time that the provider does not keep (too far ahead) is refused or put off, never ignored."""
    async with trial.adapter() as adapter:
        only_if(adapter.capabilities.can_schedule, "nothing can be scheduled")
        too_far = trial.practice.now() + adapter.capabilities.latest + timedelta(days=2)
        message = replace(await _scheduled(trial, adapter), send_at=too_far)
        outcome = await trial.send_one(adapter, message)
    must(isinstance(outcome, TryLater | Refused), f"a time too far ahead became {outcome!r}")
    must(not isinstance(outcome, Accepted), "it was accepted")
    await trial.must_have(message, 0)


@check
async def what_is_due_too_soon_is_not_sent_at_once(trial: Trial) -> None:
    """A time that is nearer than the provider keeps is refused or put off, or kept after all, never ignored."""
    async with trial.adapter() as adapter:
        soonest = adapter.capabilities.soonest
        only_if(adapter.capabilities.can_schedule and soonest, "there is no time that is too near")
        message = replace(await _scheduled(trial, adapter), send_at=trial.practice.now() + soonest / 2)
        outcome = await trial.send_one(adapter, message)
    kept = isinstance(outcome, Accepted)
    must(kept or isinstance(outcome, TryLater | Refused), f"a time too near became {outcome!r}")
    await trial.must_have(message, 1 if kept else 0)
    await trial.practice.book.later(timedelta(seconds=1))
    must(not await trial.practice.book.left(message.reference), "a time too near was ignored: it left at once")


async def _scheduled(trial: Trial, adapter: MessageChannel) -> OutgoingMessage:
    able = adapter.capabilities
    only_if(able.can_schedule, "nothing can be scheduled")
    send_at = trial.practice.now() + able.soonest + _MARGIN
    sender = trial.practice.scheduling_sender or trial.practice.sender
    return trial.message(send_at=send_at, fence=await adapter.new_fence(), sender=sender)
