"""How long reconciling waits before each of its steps: one table, in business time.

A test or a storm scales it (setting `WAITS`, sandbox only); the order of the steps stays.
"""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Final, Self


@dataclass(frozen=True, slots=True)
class Waits:
    """The waiting times between an intent and the last word on it."""

    first_look: timedelta = timedelta(minutes=10)
    """From the intent, or the time of leaving, to the first look-up of what is unclear."""
    fenced_look: timedelta = timedelta(minutes=1)
    """From the moment at which the provider itself refuses a late request to the first look-up."""
    second_look_sms: timedelta = timedelta(minutes=5)
    second_look_voice: timedelta = timedelta(minutes=5)
    second_look_email: timedelta = timedelta(hours=1)
    """The e-mail provider's list lags."""
    look_later: timedelta = timedelta(hours=1)
    """To the next look-up where the provider could not say."""
    give_up: timedelta = timedelta(hours=24)
    """After which what nobody can prove is unknown."""
    no_word: timedelta = timedelta(hours=72)
    """How long a provider may take for its last word (SendGrid retries deferred mail for 72 hours)."""
    erase_unknown: timedelta = timedelta(days=4)
    """After `no_word`: a provider keeps words and number for a week at most, whatever became of them."""

    def scaled(self, by: float) -> Self:
        """Return the same table with each time multiplied."""
        return type(self)(**{one.name: getattr(self, one.name) * by for one in fields(self)})

    def first_look_at(self, intended: datetime, send_at: datetime | None, soonest: timedelta) -> datetime:
        """Return when an attempt is first looked up if it is unclear by then.

        A provider that refuses a `send_at` nearer than `soonest` takes no late request after that moment,
        so the first look need not wait for the time of leaving.
        """
        if send_at is None:
            return intended + self.first_look
        return send_at - soonest + self.fenced_look if soonest else send_at + self.first_look

    def second_look(self, channel: str) -> timedelta:
        """Return how long after the first look-up, which found nothing, the second one follows."""
        wait: timedelta = getattr(self, f"second_look_{channel}")
        return wait


WAITS: Final = Waits()
"""The times that live mode keeps to."""
