"""Which numbers have an answering machine on: the magic ones, and those that are switched."""

from dataclasses import dataclass, field, replace

from channels.simulator.outcomes import CALL_STORY, Outcome, outcome_for

HUMAN, MACHINE = "human", "machine"


@dataclass(frozen=True, slots=True)
class Machines:
    """The switches; they are off again after a restart."""

    switched: dict[str, bool] = field(default_factory=dict, repr=False)

    def switch(self, number: str, *, on: bool) -> None:
        """Let a machine pick up at this number, or a person."""
        self.switched[number] = on

    def outcome(self, number: str) -> Outcome:
        """Return what awaits a call to this number."""
        outcome = outcome_for("voice", number)
        if number not in self.switched or outcome.refused:
            return outcome
        if self.switched[number]:
            return replace(outcome, answered_by=MACHINE, story=CALL_STORY, keys="", hangs_up=False)
        return replace(outcome, answered_by=HUMAN)
