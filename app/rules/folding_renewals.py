"""Applies what a county event says of renewals: which month, where it stands, how often and by whom.

The month, each month's status, the cycle and the owner are facts of their own. So the outcome is the same in
whichever order events arrive, as long as a month that moved away does not come back. After a renewal the next
month follows by the cycle, unless the county named a later one: it is worked out anew from what is held.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final

from app.rules.facts import RenewalChanged, RenewalDue, RenewalStatus
from app.rules.folding_state import Fold
from app.rules.record import Renewal
from schedules.months import add_months

OPEN_STATUSES = frozenset({
    RenewalStatus.UNKNOWN, RenewalStatus.UPCOMING, RenewalStatus.PACKET_MAILED,
    RenewalStatus.INFORMATION_REQUESTED, RenewalStatus.RESTORED,
})  # fmt: skip
"""A renewal in one of these is still ahead; a moved month cancels it."""
RENEWED: Final = frozenset({RenewalStatus.RENEWED, RenewalStatus.AUTO_RENEWED})

DATES = ("packet_mailed_on", "requested_on", "due_on", "received_on", "effective_on")
DATE_OF: Final[Mapping[RenewalStatus, str]] = {
    RenewalStatus.PACKET_MAILED: "packet_mailed_on",
    RenewalStatus.INFORMATION_REQUESTED: "requested_on",
    RenewalStatus.FORM_RECEIVED: "received_on",
    RenewalStatus.DISCONTINUED_PROCEDURAL: "effective_on",
    RenewalStatus.INELIGIBLE: "effective_on",
}
"""The date without which a status cannot be counted from; the event's own day stands in for it."""


def renewal_due(fold: Fold, due: RenewalDue | RenewalChanged) -> None:
    """Set or move the month of a program's renewal."""
    if fold.newer(f"renewal:{due.program}/month"):
        fold.member.stamps[f"renewal:{due.program}/{due.renewal_month}/due"] = fold.stamp
        _open_month(fold, due.program, due.renewal_month)
    _terms(fold, due)
    _follow(fold, due.program)


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
    _follow(fold, facts.program)


def is_guess(stamps: Iterable[str], renewal: Renewal) -> bool:
    """Say whether a month only follows from the cycle, and nobody named it."""
    return renewal.status is RenewalStatus.UNKNOWN and _mark(renewal.program, renewal.month) in stamps


def _open_month(fold: Fold, program: str, month: date) -> None:
    stamps = fold.member.stamps
    for other in fold.member.renewals.values():
        if other.program == program and other.month != month and other.status in OPEN_STATUSES:
            said = stamps.get(f"renewal:{program}/{other.month}")
            if (said is None or said < fold.stamp) and not is_guess(stamps, other):
                _becomes(fold, other, RenewalStatus.CANCELED)  # else the county spoke of that month later
    renewal = _renewal(fold, program, month, RenewalStatus.UPCOMING)
    if renewal.status in {RenewalStatus.CANCELED, RenewalStatus.UNKNOWN}:
        _becomes(fold, renewal, RenewalStatus.UPCOMING)


def _status(fold: Fold, facts: RenewalChanged) -> None:
    """Set what the county says of one month; once the renewal moved to another, only an end still counts."""
    group, stamps = f"renewal:{facts.program}", fold.member.stamps
    moved, due = stamps.get(f"{group}/month"), stamps.get(f"{group}/{facts.renewal_month}/due")
    held = fold.member.renewals.get((facts.program, facts.renewal_month))
    if moved is not None and moved > fold.stamp and moved != due and facts.status in OPEN_STATUSES:
        if held is not None:
            _becomes(fold, held, RenewalStatus.CANCELED)
        return
    if held is not None and _is_over(held, facts):
        return
    anew = held is None or held.status is not facts.status
    renewal = _renewal(fold, facts.program, facts.renewal_month, facts.status)
    _becomes(fold, renewal, facts.status)
    _dates(fold, renewal, facts, anew=anew)


def _is_over(held: Renewal, facts: RenewalChanged) -> bool:
    """Say whether a loss is told again whose time for late papers has run out: it opens no second one."""
    again = (held.status, facts.status) == (RenewalStatus.CURE_EXPIRED, RenewalStatus.DISCONTINUED_PROCEDURAL)
    return again and facts.effective_on in {None, held.effective_on}


def _dates(fold: Fold, renewal: Renewal, facts: RenewalChanged, *, anew: bool) -> None:
    """Set the dates that were said; what a new status is counted from, and no earlier letter's due date."""
    if anew and facts.status in OPEN_STATUSES:
        fold.put(renewal, "due_on", facts.due_on)
    own = DATE_OF.get(facts.status)
    for name in DATES:
        said = getattr(facts, name)
        if said is None and name == own and (anew or getattr(renewal, name) is None):
            said = _day_of_it(fold, facts)
        if said is not None:
            fold.put(renewal, name, said)


def _day_of_it(fold: Fold, facts: RenewalChanged) -> date:
    """Return the event's day; coverage does not end before its month does."""
    ends = add_months(facts.renewal_month, 1) - timedelta(days=1)
    return max(ends, fold.day) if DATE_OF[facts.status] == "effective_on" else fold.day


def _terms(fold: Fold, said: RenewalDue | RenewalChanged) -> None:
    """Set how often and by whom a program is renewed, for all its months."""
    for name in ("cycle_months", "owner"):
        value = getattr(said, name)
        if value is not None and fold.newer(f"{name}:{said.program}"):
            for renewal in _of(fold, said.program):
                fold.put(renewal, name, value)
                fold.put(renewal, "cycle", fold.tools.cycle(renewal.cycle_months, renewal.month))


def _follow(fold: Fold, program: str) -> None:
    """Open the month that follows a renewal by its cycle, and cancel one that no longer does."""
    member, wanted = fold.member, _following(fold, program)
    for other in _of(fold, program):
        if is_guess(member.stamps, other) and other.month != wanted:
            _becomes(fold, other, RenewalStatus.CANCELED)
    if wanted is not None:
        member.stamps[_mark(program, wanted)] = fold.stamp
        member.touched = True
        followed = _renewal(fold, program, wanted, RenewalStatus.UNKNOWN)
        if followed.status is RenewalStatus.CANCELED:
            _becomes(fold, followed, RenewalStatus.UNKNOWN)


def _following(fold: Fold, program: str) -> date | None:
    """Return the month that follows the last one the county spoke of, if that is renewed and nobody named a later."""
    ours = [one for one in _of(fold, program) if one.status is not RenewalStatus.CANCELED]
    said = [one for one in ours if one.status is not RenewalStatus.UNKNOWN]
    last = max(said, key=lambda one: one.month, default=None)
    if last is None or last.status not in RENEWED:
        return None
    if any(one.month > last.month and not is_guess(fold.member.stamps, one) for one in ours):
        return None
    return add_months(last.month, last.cycle)


def _mark(program: str, month: date) -> str:
    """Return the name under which it is kept that a month only follows from the cycle."""
    return f"follows:{program}/{month}"


def _of(fold: Fold, program: str) -> list[Renewal]:
    return [renewal for renewal in fold.member.renewals.values() if renewal.program == program]


def _becomes(fold: Fold, renewal: Renewal, status: RenewalStatus) -> None:
    if renewal.status is not status:
        fold.put(renewal, "status", status)
        fold.put(renewal, "status_on", fold.day)


def _renewal(fold: Fold, program: str, month: date, status: RenewalStatus) -> Renewal:
    """Return the renewal of a month, opened if it is not held, with the program's cycle and owner."""
    renewals = fold.member.renewals
    if (program, month) not in renewals:
        opened = Renewal(fold.tools.new_id(), program, month, status, status_on=fold.day, changed=True)
        known = next(iter(_of(fold, program)), opened)
        opened.cycle_months, opened.owner = known.cycle_months, known.owner
        opened.cycle = fold.tools.cycle(opened.cycle_months, month)
        renewals[program, month] = opened
        fold.changed = True
    return renewals[program, month]
