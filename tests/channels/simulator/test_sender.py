import asyncio
from datetime import UTC, datetime

import pytest

from channels.simulator import sender as module
from channels.simulator.ledger import Ledger
from channels.simulator.sender import Sender
from channels.simulator.story import Step
from tests.channels.simulator.test_ledger import a_text

MOMENT = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


class Listener:
    """Hears steps, and fails as often as it is told to."""

    def __init__(self, failures=0) -> None:
        self.failures = failures
        self.batches = []

    async def __call__(self, callbacks) -> bool:
        self.batches.append([callback.step.status for callback in callbacks])
        await asyncio.sleep(0)
        self.failures -= 1
        return self.failures < 0

    @property
    def heard(self):
        return [status for batch in self.batches for status in batch]


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(module, "WAITS", (0.001, 0.001))


@pytest.fixture
def ledger(tmp_path):
    made = Ledger(tmp_path / "book.sqlite", lambda: MOMENT)
    yield made
    made.close()


def steps(*names: object, delay=0.0):
    return [Step("texts", delay, name) for name in names]


def a_sender(ledger, listener, **lane: object):
    sender = Sender(ledger, lambda: MOMENT)
    sender.add_lane("texts", listener, **{"width": 4, **lane})
    return sender


async def play(sender, ledger, *stories: object):
    accepted = [(a_text(f"SM{place}"), story) for place, story in enumerate(stories)]
    messages, callbacks = ledger.accept(accepted)
    sender.put(callbacks)
    await sender.start()
    assert await sender.quiet(5)
    await sender.stop()
    return messages


async def test_the_steps_of_a_message_keep_their_order(ledger):
    listener = Listener()
    await play(a_sender(ledger, listener), ledger, steps("sent", "delivered"))
    assert listener.heard == ["sent", "delivered"]
    assert ledger.get("SM0").status == "delivered"
    assert ledger.pending() == []


async def test_a_step_that_fails_is_tried_again_before_the_next(ledger):
    listener = Listener(failures=2)
    await play(a_sender(ledger, listener), ledger, steps("sent", "delivered"))
    assert listener.heard == ["sent", "sent", "sent", "delivered"]


async def test_a_step_that_keeps_failing_is_given_up(ledger):
    listener = Listener(failures=3)
    await play(a_sender(ledger, listener), ledger, steps("sent", "delivered"))
    assert listener.heard == ["sent", "sent", "sent", "delivered"]
    assert ledger.pending() == []


async def test_a_handler_that_breaks_stops_nobody_and_names_nobody(ledger, caplog):
    async def breaks(_):
        raise RuntimeError("+14155550123")

    await play(a_sender(ledger, breaks), ledger, steps("sent"))
    assert "RuntimeError" in caplog.text
    assert "+1415" not in caplog.text


async def test_a_batch_takes_one_step_of_each_message(ledger):
    listener = Listener()
    await play(a_sender(ledger, listener, width=1, batch=2), ledger, *[steps("sent", "delivered")] * 3)
    assert max(len(batch) for batch in listener.batches) == 2
    assert len(listener.heard) == 6


async def test_what_an_earlier_run_left_is_played(ledger):
    ledger.accept([(a_text(), steps("sent", "delivered"))])
    listener = Listener()
    sender = a_sender(ledger, listener)
    await sender.start()
    assert await sender.quiet(5)
    await sender.stop()
    assert listener.heard == ["sent", "delivered"]


async def test_a_forgotten_message_is_left_alone(ledger):
    (kept,), callbacks = ledger.accept([(a_text(), steps("sent"))])
    listener = Listener()
    sender = a_sender(ledger, listener)
    sender.put(callbacks)
    sender.forget(kept.seq)
    await sender.start()
    assert await sender.quiet(5)
    await sender.stop()
    assert listener.heard == []


async def test_what_is_due_much_later_disturbs_no_quiet(ledger):
    sender = a_sender(ledger, Listener())
    _, callbacks = ledger.accept([(a_text(), steps("sent", delay=3600))])
    sender.put(callbacks)
    assert await sender.quiet(0.01)


async def test_what_is_due_and_not_sent_is_not_quiet(ledger):
    sender = a_sender(ledger, Listener())
    _, callbacks = ledger.accept([(a_text(), steps("sent"))])
    sender.put(callbacks)
    assert not await sender.quiet(0.02)


async def test_one_can_wait_for_a_first_step(ledger):
    listener = Listener()
    sender = a_sender(ledger, listener)
    await sender.start()
    (kept,), callbacks = ledger.accept([(a_text(), steps("sent") + steps("delivered", delay=60))])
    sender.put(callbacks)
    await sender.first_done(kept.seq, 5)
    assert listener.heard == ["sent"]
    await sender.first_done(99, 5)
    await sender.stop()
