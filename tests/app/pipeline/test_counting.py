"""What batches and receipts add to the metrics."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from prometheus_client import generate_latest

from app import metrics
from app.pipeline import counting
from app.wiring import machine_now
from channels.contract import Accepted, Refused, TryLater, Unclear


@pytest.fixture
def added():
    """Ask by how much the figures grew since the test began."""

    def figures():
        lines = [line for line in generate_latest(metrics.OWN).decode().splitlines() if line.startswith("keepcovered")]
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}

    before = figures()
    return lambda name: figures().get(name, 0.0) - before.get(name, 0.0)


def handed(outcome):
    return f'keepcovered_handed_total{{channel="sms",outcome="{outcome}",provider="twilio"}}'


def test_a_batch_is_counted_by_what_its_provider_said_at_once(added):
    said = [Accepted("SM1"), Accepted("SM2"), Refused("unknown_number"), TryLater("rate_limited"), Unclear("500")]
    counting.handed("sms", "twilio", said, 0.2)
    assert [added(handed(word)) for word in ("accepted", "refused", "later", "unclear")] == [2, 1, 1, 1]
    assert added('keepcovered_send_seconds_count{channel="sms",provider="twilio"}') == 1


def test_receipts_are_counted_as_they_are_stored(added):
    counting.heard([("a", "twilio", "k1", "delivered"), ("b", "twilio", "k2", "delivered")])
    assert added('keepcovered_receipts_total{provider="twilio",status="delivered"}') == 2


def test_what_receipts_moved_is_counted_with_how_late_the_word_came(added):
    now = machine_now()
    row = SimpleNamespace(channel="sms", provider="twilio", status="delivered", left_at=now - timedelta(seconds=7))
    counting.moved([row], now)
    assert added('keepcovered_moved_total{channel="sms",provider="twilio",status="delivered"}') == 1
    assert added('keepcovered_word_seconds_sum{channel="sms",provider="twilio"}') == 7
