"""Counting: what a batch and a provider's words add to the metrics."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from app import metrics
from app.db.transaction import Row
from channels.contract import Accepted, Outcome, Refused, TryLater, Unclear

WORDS: Final[Mapping[type, str]] = {
    Accepted: "accepted", Refused: "refused", TryLater: "later", Unclear: "unclear",
}  # fmt: skip


def handed(channel: str, provider: str, said: Sequence[Outcome], took: float) -> None:
    """Count a batch by what its provider said at once, and how long that took."""
    metrics.SEND_SECONDS.labels(channel, provider).observe(took)
    for kind, count in Counter(map(type, said)).items():
        metrics.HANDED.labels(channel, provider, WORDS[kind]).inc(count)


def heard(rows: Sequence[tuple[Any, ...]]) -> None:
    """Count the receipts that were stored: (attempt, provider, key, status, …) each."""
    for (provider, status), count in Counter((row[1], row[3]) for row in rows).items():
        metrics.RECEIPTS.labels(provider, status).inc(count)


def moved(rows: Sequence[Row[Any]], machine_now: datetime) -> None:
    """Count the messages that receipts moved, and how long after the intent each word came."""
    for (channel, provider, status), count in Counter((row.channel, row.provider, row.status) for row in rows).items():
        metrics.MOVED.labels(channel, provider, status).inc(count)
    late = {way: metrics.WORD_SECONDS.labels(*way) for way in {(row.channel, row.provider) for row in rows}}
    for row in rows:
        late[row.channel, row.provider].observe((machine_now - row.left_at).total_seconds())
