"""What reading a roster gives: rows, rejects, and files that are none."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.rules.facts import MemberLeft, MemberUpdated, RenewalChanged


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell and how to mend it; never the value itself."""

    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """One member of a roster; `line` is the line of the file where the record starts.

    `repairs` say in words what was mended. `left` is set if the row says that the member is gone.
    """

    line: int
    member_ref: str = field(repr=False)
    facts: MemberUpdated
    status: tuple[RenewalChanged, ...] = ()
    repairs: tuple[str, ...] = ()
    left: MemberLeft | None = None


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that is not taken, with all that is wrong with it; `raw` are its own cells."""

    line: int
    problems: tuple[Problem, ...]
    raw: tuple[str, ...] = field(repr=False)

    @property
    def column(self) -> str:
        """Return the columns that are wrong, empty if it is the whole record."""
        return "; ".join(dict.fromkeys(problem.column for problem in self.problems if problem.column))

    @property
    def reason(self) -> str:
        """Return the reason; of several each with its column."""
        if len(self.problems) == 1:
            return self.problems[0].reason
        return "; ".join(f"{problem.column or 'row'}: {problem.reason}" for problem in self.problems)


@dataclass(frozen=True, slots=True)
class BadFile:
    """A file that cannot be read as a roster at all."""

    reason: str


@dataclass(frozen=True, slots=True)
class Roster:
    """A roster being read: its header and its records, one at a time.

    `warnings` grow while `rows` are read; they are complete at the end.
    """

    header: tuple[str, ...]
    rows: Iterator[Row | Reject] = field(repr=False)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one record, or why its cells cannot be told apart (`broken`)."""

    line: int
    cells: tuple[str, ...] = field(repr=False)
    broken: str = ""
