"""What the provider tells us: read exactly, believed only if it is the provider's."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

from channels.conformance.practice import Sample
from channels.conformance.trial import Trial, check, must, only_if
from channels.contract import Accepted, MessageChannel, OutgoingMessage
from channels.reasons import Then, meaning
from channels.signals import BadSignature, CallAnswered, Callback, KeyPressed, OptOut, Receipt, Reply, Signal, Status

MUTATIONS = 300
_A_MEBIBYTE = 1_048_576


@check
async def what_became_of_a_message_is_told(trial: Trial) -> None:
    """Receipts carry our reference and the provider's id, and the last one says that it arrived."""
    message = trial.message()
    async with trial.adapter() as adapter:
        accepted = await trial.accepted(adapter, message)
        receipts = await _receipts(trial, adapter, message)
    must(receipts, "nothing was told of a message that arrived")
    must({one.reference for one in receipts} == {message.reference}, "a receipt has another reference than ours")
    told = {one.provider_id for one in receipts} - {""}
    must(told <= {accepted.provider_id}, f"`send` said the id {accepted.provider_id}, receipts say {sorted(told)}")
    must(receipts[-1].status is Status.DELIVERED, f"the last receipt says {receipts[-1].status}")


@check
async def each_failure_after_acceptance_is_told(trial: Trial) -> None:
    """Of each address that fails later, the last receipt says so, with a reason that the service knows."""
    samples = [sample for sample in trial.practice.samples if sample.status is not None]
    only_if(samples, "the practice has no address that fails later")
    async with trial.adapter() as adapter:
        for sample in samples:
            receipts = await _receipts(trial, adapter, await _sent(trial, adapter, sample))
            must(receipts, f"{sample.what}: nothing was told")
            said = receipts[-1].status, receipts[-1].reason
            must(said == (sample.status, sample.reason), f"{sample.what}: the last receipt says {said}")


@check
async def a_repeated_callback_says_the_same(trial: Trial) -> None:
    """The same callback again gives the same keys; another thing has another key."""
    message = trial.message()
    async with trial.adapter() as adapter:
        await trial.accepted(adapter, message)
        told = await trial.practice.book.told(message.reference)
        for callback in told:
            must(adapter.read_callback(callback) == adapter.read_callback(callback), "read twice, it says two things")
        receipts = await _receipts(trial, adapter, message)
    keys = {(one.status, one.reason): one.key for one in receipts}
    must(len(set(keys.values())) == len(keys), "two different receipts have the same key")
    must(all(keys.values()), "a receipt has no key")


@check
async def an_early_or_late_callback_is_read_alike(trial: Trial) -> None:
    """A callback that overtakes another, or our own record of the send, says what it says in its turn."""
    message = trial.message()
    async with trial.adapter() as adapter:
        await trial.accepted(adapter, message)
        told = list(await trial.practice.book.told(message.reference))
        in_order = [list(adapter.read_callback(callback)) for callback in told]
    async with trial.adapter() as fresh:
        backwards = [list(fresh.read_callback(callback)) for callback in reversed(told)]
    must(in_order == backwards[::-1], "out of turn, a callback says something else")


@check
async def a_forged_callback_is_refused(trial: Trial) -> None:
    """A callback that was changed anywhere, or that has no signature, is refused or says what it said before."""
    async with trial.adapter() as adapter:
        genuine = await _genuine(trial, adapter)
        said = list(adapter.read_callback(genuine))
        for mutant in _mutants(genuine):
            heard = _read(adapter, mutant)
            must(heard is None or heard == said, f"a forged callback was believed: {heard!r}")
        must(_read(adapter, replace(genuine, headers={})) is None, "a callback without signature was believed")


@check
async def a_callback_of_nobody_s_is_refused(trial: Trial) -> None:
    """A callback that the provider never made is refused, whatever address it comes to and whatever it says."""
    made_up = Callback(f"{trial.practice.callback_base}/callbacks", {}, b"", trial.practice.now())
    async with trial.adapter() as adapter:
        for kind in ("messages", "inbound", "events", "calls", "voice"):
            for body in (b"", b"{}", b"[]", b"From=%2B14155550123&Body=STOP"):
                heard = _read(adapter, replace(made_up, kind=kind, body=body, reference="r" * 48))
                must(heard is None, f"a made-up callback ({kind}) was believed: {heard!r}")


@check
async def a_truncated_or_endless_callback_is_refused(trial: Trial) -> None:
    """Half a callback, an empty one, a mebibyte of noise: refused, and never another exception."""
    noise = random.Random(11).randbytes(_A_MEBIBYTE)  # noqa: S311  (a repeatable run, not a secret)
    async with trial.adapter() as adapter:
        genuine = await _genuine(trial, adapter)
        bodies = [genuine.body[: len(genuine.body) // 2], genuine.body[:-1], b"", noise, genuine.body + noise]
        for body in bodies:
            must(_read(adapter, replace(genuine, body=body)) is None, f"a body of {len(body)} bytes was believed")


@check
async def a_stranger_s_callback_is_refused(trial: Trial) -> None:
    """A callback that somebody else has signed is refused."""
    only_if(trial.practice.unsigned, "the practice has no other secret")
    async with trial.adapter() as adapter:
        genuine = await _genuine(trial, adapter)
    async with trial.adapter(changed=trial.practice.unsigned) as stranger:
        must(_read(stranger, genuine) is None, "a callback was believed that another secret had signed")


@check
async def a_stale_callback_is_refused(trial: Trial) -> None:
    """Where the provider signs the time, a callback that comes long after is refused."""
    age = trial.practice.stale_after
    only_if(age is not None, "the provider signs no time")
    async with trial.adapter() as adapter:
        genuine = await _genuine(trial, adapter)
        old = replace(genuine, received_at=genuine.received_at + (age or timedelta()))
        must(_read(adapter, old) is None, f"a callback was believed that is {age} old")
        ahead = replace(genuine, received_at=genuine.received_at - timedelta(days=1))
        must(_read(adapter, ahead) is None, "a callback was believed that comes from tomorrow")


@check
async def a_callback_to_another_address_is_refused(trial: Trial) -> None:
    """Where the provider signs the address, a callback to another host or message is refused."""
    only_if(trial.practice.signs_address, "the provider does not sign the address")
    async with trial.adapter() as adapter:
        genuine = await _genuine(trial, adapter)
        host = urlsplit(genuine.url)._replace(netloc="elsewhere.example").geturl()
        for url in (host, genuine.url + "0"):
            must(_read(adapter, replace(genuine, url=url)) is None, "a callback to another address was believed")


@check
async def a_reply_is_read(trial: Trial) -> None:
    """What a person texts to us is read as it was written, with a key of its own."""
    only_if(trial.channel == "sms", "people cannot answer on this channel")
    message, body = trial.message(), "Dừng lại! 🙂 توقف"
    sender = message.to
    async with trial.adapter() as adapter:
        await trial.accepted(adapter, message)
        callback = await trial.practice.book.reply(sender, body)
        only_if(callback is not None, "people cannot answer this provider")
        said = list(adapter.read_callback(callback)) if callback else []
    replies = [one for one in said if isinstance(one, Reply)]
    must(len(replies) == 1, f"one text came, and {len(replies)} were read")
    must((replies[0].sender, replies[0].body) == (sender, body), "the text was not read as it was written")
    must(replies[0].key, "the text has no key")


@check
async def who_stops_with_the_provider_is_stopped(trial: Trial) -> None:
    """A reader who stops with the provider is told to us, with a reason that means stop."""
    samples = [sample for sample in trial.practice.samples if sample.opt_out]
    only_if(samples, "nobody stops with this provider, or the practice has no such address")
    async with trial.adapter() as adapter:
        for sample in samples:
            message = await _sent(trial, adapter, sample)
            stops = [one for one in await _signals(trial, adapter, message) if isinstance(one, OptOut)]
            must(stops, f"{sample.what}: the stop was not told")
            must(stops[0].reference == message.reference, f"{sample.what}: the stop has another reference")
            must(meaning(stops[0].reason).then is Then.SUPPRESS, f"{stops[0].reason!r} does not mean stop")


@check
async def a_call_is_answered_and_keys_are_heard(trial: Trial) -> None:
    """When a call is answered we are asked what to say, by person or machine, and a pressed key is heard."""
    only_if(trial.channel == "voice", "only a call is answered")
    message = trial.message()
    async with trial.adapter() as adapter:
        await trial.accepted(adapter, message)
        answered = [one for one in await _signals(trial, adapter, message) if isinstance(one, CallAnswered)]
        must(answered and not answered[0].machine, "a person answered, and we were not asked what to say")
        for sample in trial.practice.samples:
            if sample.digits or sample.machine:
                said = await _signals(trial, adapter, await _sent(trial, adapter, sample))
                must(_matches(sample, said), f"{sample.what}: it was told as {said!r}")


# --- hearing ---------------------------------------------------------------------------------


async def _sent(trial: Trial, adapter: MessageChannel, sample: Sample) -> OutgoingMessage:
    message = trial.message(sample.to)
    outcome = await trial.send_one(adapter, message)
    must(isinstance(outcome, Accepted), f"{sample.what}: it became {outcome!r}")
    return message


async def _signals(trial: Trial, adapter: MessageChannel, message: OutgoingMessage) -> list[Signal]:
    told = await trial.practice.book.told(message.reference)
    return [signal for callback in told for signal in adapter.read_callback(callback) if _about(signal, message)]


async def _receipts(trial: Trial, adapter: MessageChannel, message: OutgoingMessage) -> list[Receipt]:
    return [one for one in await _signals(trial, adapter, message) if isinstance(one, Receipt)]


def _about(signal: Signal, message: OutgoingMessage) -> bool:
    return getattr(signal, "reference", "") == message.reference


def _matches(sample: Sample, said: Sequence[Signal]) -> bool:
    if sample.machine:
        return any(isinstance(one, CallAnswered) and one.machine for one in said)
    return any(isinstance(one, KeyPressed) and one.digits == sample.digits for one in said)


async def _genuine(trial: Trial, adapter: MessageChannel) -> Callback:
    """Return a callback that says something."""
    message = trial.message()
    await trial.accepted(adapter, message)
    told = await trial.practice.book.told(message.reference)
    heard = [callback for callback in told if adapter.read_callback(callback)]
    silent = "what_became_of_a_message_is_told" in trial.practice.not_applicable
    only_if(heard or not silent, "the provider tells nothing of a message")
    must(heard, "nothing was told of a message that arrived")
    return heard[-1]


# --- forging ---------------------------------------------------------------------------------


def _read(adapter: MessageChannel, callback: Callback) -> list[Signal] | None:
    """Return what an adapter reads, nothing if it refuses."""
    try:
        return list(adapter.read_callback(callback))
    except BadSignature:
        return None


def _mutants(genuine: Callback) -> Iterator[Callback]:
    """Change a byte of the body or of a header, the same ones in each run."""
    chance = random.Random(7)  # noqa: S311
    for _ in range(MUTATIONS):
        yield replace(genuine, body=_bent(chance, genuine.body))
    for name, value in genuine.headers.items():
        for bent in ("", value + "0", value[::-1], _bent(chance, value.encode()).decode("latin-1"), "\ud800", "é"):
            yield replace(genuine, headers=_with(genuine.headers, name, bent))


def _bent(chance: random.Random, data: bytes) -> bytes:
    """Change, take out or put in one byte."""
    place, byte = chance.randrange(len(data) or 1), bytes([chance.randrange(256)])
    how = chance.randrange(3)
    return data[:place] + (b"" if how == 1 else byte) + data[place + (how != 2) :]  # noqa: PLR2004


def _with(headers: Mapping[str, str], name: str, value: str) -> Mapping[str, str]:
    return {**headers, name: value}
