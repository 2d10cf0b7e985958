"""Brakes: whether an hour on a lane looks so wrong that the lane is held until a person has looked.

A breaker (`app.rules.breaker`) watches a provider that fails; a brake watches what carriers and people say of
messages that a provider took.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

HOUR = timedelta(hours=1)
CARRIER_SAYS_NO = (
    "blocked", "carrier_error", "carrier_filtered", "fraud_blocked", "litigator_blocked", "queue_full", "rate_limited",
    "route_refused",
)  # fmt: skip
"""The reasons that are a carrier's judgement of what is sent, and not the fault of one address."""
REFUSED_SHARE, REFUSED_AT_LEAST = 0.15, 100
"""This share of an hour's messages, once so many were handed over: fewer tell nothing."""
LEFT_SHARE, LEFT_AT_LEAST = 0.03, 30
"""So many people who stop us, if they are this share of those who were written to."""
UNFORESEEN_FACTOR, UNFORESEEN_FREE = 2, 1_000
"""More than twice what a day-old plan held, and a thousand besides, were not meant to go."""
FORESEEN_AFTER = timedelta(days=1)
TRUSTED_FOR = timedelta(days=1)
"""After a person said that more than planned is right, it is for so long."""


class Brake(StrEnum):
    """What looked wrong."""

    REFUSED = "refused"
    OPT_OUTS = "opt_outs"
    UNFORESEEN = "unforeseen"


@dataclass(frozen=True, slots=True)
class Hour:
    """What happened on a lane within an hour."""

    handed: int = 0
    """Taken by a provider, or refused at once."""
    refused: int = 0
    """Refused with a carrier's judgement, at once or later."""
    left: int = 0
    """People who stopped us."""
    foreseen: int = 0
    """Of those handed, the ones that were planned a day before."""


def brakes(hour: Hour, *, trusted: bool = False) -> dict[Brake, str]:
    """Return what is wrong with an hour, a plain sentence each; `trusted`: a person said that more is right."""
    tripped = {
        Brake.REFUSED: (
            hour.handed >= REFUSED_AT_LEAST and hour.refused >= REFUSED_SHARE * hour.handed,
            f"carriers refused {hour.refused} of {hour.handed} messages within an hour",
        ),
        Brake.OPT_OUTS: (
            hour.handed > 0 and hour.left >= LEFT_AT_LEAST and hour.left >= LEFT_SHARE * hour.handed,
            f"{hour.left} people asked us to stop within an hour in which {hour.handed} messages went out",
        ),
        Brake.UNFORESEEN: (
            not trusted and hour.handed > UNFORESEEN_FACTOR * hour.foreseen + UNFORESEEN_FREE,
            f"{hour.handed} messages went out within an hour; only {hour.foreseen} of them were planned a day before",
        ),
    }
    return {brake: sentence for brake, (wrong, sentence) in tripped.items() if wrong}
