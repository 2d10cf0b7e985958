"""Findings: what a look over the installation says, with the mend."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it is wrong, what is so, and the mend."""

    subject: str
    what: str
    mend: str = ""
    wrong: bool = False

    def shown(self) -> dict[str, object]:
        """Return the finding as plain values."""
        return asdict(self)
