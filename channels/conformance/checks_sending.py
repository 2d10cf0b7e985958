"""Sending as it should go: accepted, refused with a reason, in order, as written."""

from datetime import timedelta

from channels.conformance.trial import NAME, WORDS, Trial, check, must, only_if, soon
from channels.contract import Accepted, Mail, Outcome, Refused, TryLater
from channels.reasons import REASONS

SHORT = timedelta(minutes=10)


@check
async def a_message_is_accepted_once(trial: Trial) -> None:
    """A message is accepted with the provider's id, and the provider has it once, for the right person."""
    message = trial.message()
    async with trial.adapter() as adapter:
        outcome = await trial.accepted(adapter, message)
    must(outcome.provider_id, "an accepted message has no id of the provider")
    await trial.must_have(message, 1)
    (arrived,) = await trial.practice.book.accepted(message.reference)
    must(arrived.to == message.to, "the message went to somebody else")


@check
async def a_text_says_its_segments(trial: Trial) -> None:
    """Where segments are paid for, an accepted message says how many it took."""
    async with trial.adapter() as adapter:
        only_if(adapter.capabilities.cost_unit == "segment", "this channel is not paid by the segment")
        one = await trial.accepted(adapter, trial.message(body="Hello"))
        more = await trial.accepted(adapter, trial.message(body="Xin chào Nguyễn. " * 10))
    must(one.segments == 1, f"five letters are one segment, not {one.segments}")
    must(more.segments > one.segments, f"170 letters with tone marks are more than {more.segments} segment")


@check
async def nothing_sends_nothing(trial: Trial) -> None:
    """An empty batch sends nothing and says nothing."""
    before = await trial.practice.book.total()
    async with trial.adapter() as adapter:
        outcomes = await adapter.send([], not_after=soon())
    must(len(outcomes) == 0, "nothing was sent, and something came back")
    must(await trial.practice.book.total() == before, "the provider has more messages than before")


@check
async def each_failure_is_told_with_its_reason(trial: Trial) -> None:
    """Each address that cannot be written to gives its own outcome and a reason that the service knows."""
    samples = [sample for sample in trial.practice.samples if sample.outcome is not Accepted]
    only_if(samples, "the practice has no address that is refused at once")
    async with trial.adapter() as adapter:
        for sample in samples:
            message = trial.message(sample.to)
            outcome = await trial.send_one(adapter, message)
            right = isinstance(outcome, sample.outcome) and sample.reason in ("", _reason(outcome))
            must(right, f"{sample.what}: {outcome!r} instead of {sample.outcome.__name__} {sample.reason}")
            must(_reason(outcome) in REASONS or not _reason(outcome), f"the reason of {outcome!r} is not in REASONS")
            if isinstance(outcome, Refused | TryLater):
                await trial.must_have(message, 0)


@check
async def words_arrive_as_they_were_written(trial: Trial) -> None:
    """Tone marks, emoji and scripts from the right arrive as they were sent."""
    only_if(trial.channel != "voice", "a call's words are asked for later")
    message = trial.message()
    async with trial.adapter() as adapter:
        await trial.accepted(adapter, message)
    (arrived,) = await trial.practice.book.accepted(message.reference)
    wanted = message.body or f"{WORDS} {NAME} ({message.code})"
    must(arrived.words.strip() == wanted, f"the words arrived as {arrived.words!r}")


@check
async def a_reader_s_data_stays_data(trial: Trial) -> None:
    """In a mail, each mark is filled once; in HTML the value is escaped, and it adds no header."""
    only_if(trial.channel == "email", "only a mail has marks")
    values = {"name": NAME, "trap": "[[name]]", "line": "a\r\nBcc: eve@example.org"}
    mail = Mail("Hello [[name]]", "[[name]] [[trap]] [[line]]", "<p>[[name|html]] [[trap|html]]</p>")
    message = trial.message(mail=mail, words=values)
    async with trial.adapter() as adapter:
        await trial.accepted(adapter, message)
    (arrived,) = await trial.practice.book.accepted(message.reference)
    must(arrived.subject == f"Hello {NAME}", f"the subject arrived as {arrived.subject!r}")
    must(f"{NAME} [[name]]" in arrived.words, f"the words arrived as {arrived.words!r}")
    must("<b>" not in arrived.html and "Ngọc" in arrived.html, f"the page arrived as {arrived.html!r}")
    must("[[name]]" in arrived.html, "a mark inside a value was filled")


@check
async def a_batch_keeps_its_order(trial: Trial) -> None:
    """More messages than one request carries: each has its own outcome, in order, and a bad one harms no other."""
    bad = next((sample for sample in trial.practice.samples if sample.outcome is Refused), None)
    async with trial.adapter() as adapter:
        messages = [trial.message() for _ in range(adapter.capabilities.batch + 3)]
        if bad is not None:
            messages[1] = trial.message(bad.to)
        outcomes = await adapter.send(messages, not_after=soon())
    must(len(outcomes) == len(messages), f"{len(messages)} messages and {len(outcomes)} outcomes")
    for place, (message, outcome) in enumerate(zip(messages, outcomes, strict=True)):
        wanted = Refused if bad is not None and place == 1 else Accepted
        must(isinstance(outcome, wanted), f"message {place + 1} of {len(messages)} became {outcome!r}")
        await trial.must_have(message, 1 if wanted is Accepted else 0)


@check
async def the_same_person_may_get_two_messages(trial: Trial) -> None:
    """Two messages to one address in one batch are two messages."""
    first = trial.message()
    second = trial.message(first.to)
    async with trial.adapter() as adapter:
        outcomes = await adapter.send([first, second], not_after=soon())
    must(all(isinstance(one, Accepted) for one in outcomes), f"they became {outcomes!r}")
    await trial.must_have(first, 1)
    await trial.must_have(second, 1)


@check
async def what_is_too_long_is_refused(trial: Trial) -> None:
    """The longest text is accepted, one more letter is refused and not sent."""
    async with trial.adapter() as adapter:
        longest = adapter.capabilities.longest
        only_if(longest and trial.channel == "sms", "there is no limit in letters")
        fits, too_long = trial.message(body="x" * longest), trial.message(body="x" * (longest + 1))
        await trial.accepted(adapter, fits)
        outcome = await trial.send_one(adapter, too_long)
    refused = isinstance(outcome, Refused) and outcome.reason in ("too_long", "bad_content")
    must(refused, f"a letter too many became {outcome!r}")
    await trial.must_have(too_long, 0)


@check
async def a_deadline_that_has_passed_sends_nothing(trial: Trial) -> None:
    """What could not be written before its deadline is left unsent, to be tried later."""
    message = trial.message()
    async with trial.adapter() as adapter:
        (outcome,) = await adapter.send([message], not_after=1.0)
    late = isinstance(outcome, TryLater) and outcome.reason == "deadline"
    must(late, f"after the deadline the message became {outcome!r}")
    await trial.must_have(message, 0)


@check
async def a_message_says_how_long_it_may_wait(trial: Trial) -> None:
    """Where the provider can be told how long a message may wait, it is told, and never more than it takes."""
    async with trial.adapter() as adapter:
        longest = adapter.capabilities.longest_validity
        only_if(longest is not None, "the provider takes no word on how long a message may wait")
        only_if(trial.practice.shows_validity, "the stand-in does not show how long a message may wait")
        for asked in (SHORT, (longest or SHORT) + SHORT):
            message = trial.message(valid_for=asked)
            await trial.accepted(adapter, message)
            (arrived,) = await trial.practice.book.accepted(message.reference)
            wanted = min(asked, longest or asked)
            must(arrived.valid_for == wanted, f"it may wait {wanted}, and the provider was told {arrived.valid_for}")


def _reason(outcome: Outcome) -> str:
    return outcome.reason if isinstance(outcome, Refused | TryLater) else ""
