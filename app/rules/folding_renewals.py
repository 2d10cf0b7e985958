"""Applies what a county event says of renewals: which month, where it stands, how often and by whom.

The month, each month's status, the cycle and the owner are facts of their own. So the outcome is the same in
whichever order events arrive, as long as a month that moved away does not come back.
"""

from datetime import date

from app.rules.facts import RenewalChanged, RenewalDue, RenewalStatus
from app.rules.folding_state import Fold
from app.rules.record import Renewal

OPEN_STATUSES = frozenset({
    RenewalStatus.UNKNOWN, RenewalStatus.UPCOMING, RenewalStatus.PACKET_MAILED,
    RenewalStatus.INFORMATION_REQUESTED, RenewalStatus.RESTORED,
})  # fmt: skip
"""A renewal in one of these is still ahead; a moved month cancels it."""

DATES = ("packet_mailed_on", "requested_on", "due_on", "received_on", "effective_on")


def renewal_due(fold: Fold, due: RenewalDue | RenewalChanged) -> None:
    """Set or move the month of a program's renewal."""
    if fold.newer(f"renewal:{due.program}/month"):
        fold.member.stamps[f"renewal:{due.program}/{due.renewal_month}/due"] = fold.stamp
        _open_month(fold, due.program, due.renewal_month)
    _terms(fold, due)


def renewal_changed(fold: Fold, facts: RenewalChanged) -> None:
    """Set where a month's renewal stands, and the next month where the county names it."""
    if facts.status is RenewalStatus.UPCOMING:
        renewal_due(fold, facts)
        return
    if fold.newer(f"renewal:{facts.program}/{facts.renewal_month}"):
        _status(fold, facts)
    _terms(fold, facts)
    if facts.next_renewal_month is not None and facts.next_renewal_month != facts.renewal_month:
        renewal_due(fold, RenewalDue(facts.program, facts.next_renewal_month))


def _open_month(fold: Fold, program: str, month: date) -> None:
    for other in fold.member.renewals.values():
        if other.program == program and other.month != month and other.status in OPEN_STATUSES:
            said = fold.member.stamps.get(f"renewal:{program}/{other.month}")
            if said is None or said < fold.stamp:  # else the county spoke of that month later
                fold.put(other, "status", RenewalStatus.CANCELED)
    renewal = _renewal(fold, program, month, RenewalStatus.UPCOMING)
    if renewal.status in {RenewalStatus.CANCELED, RenewalStatus.UNKNOWN}:
        fold.put(renewal, "status", RenewalStatus.UPCOMING)


def _status(fold: Fold, facts: RenewalChanged) -> None:
    """Set what the county says of one month; once the renewal moved to another, only an end still counts."""
    group, stamps = f"renewal:{facts.program}", fold.member.stamps
    moved, due = stamps.get(f"{group}/month"), stamps.get(f"{group}/{facts.renewal_month}/due")
    if moved is not None and moved > fold.stamp and moved != due and facts.status in OPEN_STATUSES:
        held = fold.member.renewals.get((facts.program, facts.renewal_month))
        if held is not None:
            fold.put(held, "status", RenewalStatus.CANCELED)
        return
    renewal = _renewal(fold, facts.program, facts.renewal_month, facts.status)
    fold.put(renewal, "status", facts.status)
    for name in DATES:
        if getattr(facts, name) is not None:
            fold.put(renewal, name, getattr(facts, name))


def _terms(fold: Fold, said: RenewalDue | RenewalChanged) -> None:
    """Set how often and by whom a program is renewed, for all its months."""
    for name in ("cycle_months", "owner"):
        value = getattr(said, name)
        if value is not None and fold.newer(f"{name}:{said.program}"):
            for renewal in fold.member.renewals.values():
                if renewal.program == said.program:
                    fold.put(renewal, name, value)


def _renewal(fold: Fold, program: str, month: date, status: RenewalStatus) -> Renewal:
    """Return the renewal of a month, opened if it is not held, with the program's cycle and owner."""
    renewals = fold.member.renewals
    if (program, month) not in renewals:
        opened = Renewal(fold.tools.new_id(), program, month, status, changed=True)
        known = next((held for held in renewals.values() if held.program == program), opened)
        opened.cycle_months, opened.owner = known.cycle_months, known.owner
        renewals[program, month] = opened
        fold.changed = True
    return renewals[program, month]
