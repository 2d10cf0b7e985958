"""The conformance kit: what every adapter must keep, shown against a stand-in for its provider.

`practice` is what an adapter's author hands in, `trial` builds the adapter for it, `checks_*` are the
checks (plain functions; name and first line say what is checked), `flaky` and `serving` are the network
they need, `running` runs them in order.
"""

from channels.conformance.practice import Arrived, Book, Practice, Sample, as_it_arrives
from channels.conformance.running import CHECKS, Result, run
from channels.conformance.serving import serving
from channels.conformance.trial import Check, Finding, Trial

__all__ = [
    "CHECKS", "Arrived", "Book", "Check", "Finding", "Practice", "Result", "Sample", "Trial", "as_it_arrives", "run",
    "serving",
]  # fmt: skip
