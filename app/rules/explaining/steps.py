"""Where a step of a ladder stands, in words, and why a step or a whole ladder is not about somebody."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from schedules.ladders.model import Anchor, Ladder, Occasion, Offset, Step

NUMBERS: Final = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
OCCASIONS: Final[Mapping[str, str]] = {
    Occasion.RENEWAL: "a renewal",
    Occasion.AGE_OUT_19: "turning 19",
    Occasion.AGE_OUT_21: "turning 21",
    Occasion.AGE_OUT_26: "turning 26",
    Occasion.ANNUAL_CARE_PLAN: "the yearly care plan",
    Occasion.CONTINUITY_END: "the end of staying with a doctor after a change of plans",
    Occasion.MOVED_COUNTY: "a move to another county",
    Occasion.WORK_NOTICE: "a notice about the work rule",
}
DAYS_OF: Final[Mapping[str, str]] = {
    Occasion.AGE_OUT_19: "the month of the 19th birthday",
    Occasion.AGE_OUT_21: "the month of the 21st birthday",
    Occasion.AGE_OUT_26: "the month of the 26th birthday",
    Occasion.ANNUAL_CARE_PLAN: "the day of the care plan",
    Occasion.CONTINUITY_END: "the day on which staying with a doctor ends",
    Occasion.MOVED_COUNTY: "the day on which the county told us of the move",
    Occasion.WORK_NOTICE: "the day of the notice",
}
ANCHORS: Final[Mapping[str, str]] = {
    Anchor.RENEWAL_MONTH: "the renewal month",
    Anchor.PACKET_MAILED_ON: "the day on which the county mailed the packet",
    Anchor.REQUESTED_ON: "the day on which the county asked for information",
    Anchor.DUE_ON: "the day on which papers are due",
    Anchor.RECEIVED_ON: "the day on which the county received the form",
    Anchor.EFFECTIVE_ON: "the day on which coverage ended",
    Anchor.STATUS_ON: "the day on which the county said how it stands",
}
STATUSES: Final[Mapping[str, str]] = {
    "unknown": "the county has not said how it stands",
    "upcoming": "it is still to come",
    "auto_renewed": "the county renewed by itself",
    "packet_mailed": "the packet was mailed and not answered",
    "information_requested": "the county waits for information",
    "form_received": "the county has the form",
    "renewed": "it is renewed",
    "discontinued_procedural": "coverage ended because papers were missing",
    "ineligible": "the county found that the person no longer qualifies",
    "restored": "coverage came back",
    "cure_expired": "the days for late papers are over",
    "canceled": "it was taken back",
}
OWNERS: Final = {"ssa": "Social Security", "county": "the county"}


def in_words(ladder: Ladder, step: Step) -> str:
    """Return a step's place: “the reminder two months before the renewal month”."""
    noun = "reminder" if step.anchor is Anchor.RENEWAL_MONTH else "message"
    return f"the {noun} {_place(step.starts, anchor_in_words(ladder, step.anchor))}"


def anchor_in_words(ladder: Ladder, anchor: str) -> str:
    """Return what a step is counted from."""
    return ANCHORS.get(anchor) or DAYS_OF.get(ladder.occasion, "the day itself")


def not_about(ladder: Ladder, step: Step, *, program: str, cycle: int, owner: str) -> str:
    """Return why a step is not about an occasion at all; empty if it is."""
    if ladder.programs and program not in ladder.programs:
        return f"It is for {_listed(ladder.programs)}; this is {_name(program)}."
    if cycle not in step.cycles:
        every = " or ".join(NUMBERS[months] for months in sorted(step.cycles))
        return f"It is for renewals that come every {every} months; this one comes every {NUMBERS[cycle]}."
    if owner not in step.owners and "county" not in step.owners:
        whose = " or ".join(OWNERS.get(one, one) for one in sorted(step.owners))
        return f"It is for people whom {whose} renews; {OWNERS.get(owner, owner)} renews this person."
    return ""


def nothing_such(ladder: Ladder) -> str:
    """Return why a ladder is not about somebody for whom no such thing falls due."""
    what = OCCASIONS.get(ladder.occasion, ladder.occasion)
    return f"It is about {what}, and we know of none for this person in the time that is shown."


def not_asked(
    ladder: Ladder, step: Step, *, statuses: Collection[str], owner: str, anchor_on: date | None, too_new: bool = False
) -> tuple[str, str]:
    """Return the reason and the sentence why nothing is planned for a step that is about an occasion."""
    if owner not in step.owners:
        return "ssa_renews", "Social Security renews this person's Medi-Cal, so the county asks for nothing."
    if not step.statuses & set(statuses):
        now = min(statuses)
        said = " or ".join(STATUSES[one] for one in STATUSES if one in step.statuses)
        return now, f"It is said only while {said}; now {STATUSES.get(now, now)}."
    if anchor_on is None:
        return "not_told", f"It is counted from {anchor_in_words(ladder, step.anchor)}, which we were not told."
    if too_new:
        return "too_new", "Its days were over before the agency put this step in its ladder."
    return "later", "It begins later than the time that is shown."


def _place(offset: Offset, anchor: str) -> str:
    if offset.weekday:
        which, weekday = offset.weekday.split()
        return f"on the {which} {weekday.title()} of {_month(offset, anchor)}{_more(offset.days)}"
    if offset.anchor is Anchor.RENEWAL_MONTH and isinstance(offset.days, int) and offset.days > 0:
        return f"from day {offset.days + 1} of {_month(offset, anchor)}"
    if offset.months:
        return f"{_months(offset.months, anchor)}{_more(offset.days)}"
    return _days(offset.days, anchor)


def _month(offset: Offset, anchor: str) -> str:
    """Return the month that an offset leads to."""
    if abs(offset.months) == 1:
        return f"the month {'before' if offset.months < 0 else 'after'} {anchor}"
    if offset.months:
        return f"the month {_months(offset.months, anchor)}"
    return anchor if offset.anchor is Anchor.RENEWAL_MONTH else f"the month of {anchor}"


def _months(months: int, anchor: str) -> str:
    return f"{_count(abs(months), 'month')} {'before' if months < 0 else 'after'} {anchor}"


def _days(days: int | str, anchor: str) -> str:
    if isinstance(days, str):
        return f"{_named(days)} after {anchor}"
    if days == 0:
        return f"{'in' if anchor.startswith('the month') or anchor == ANCHORS[Anchor.RENEWAL_MONTH] else 'on'} {anchor}"
    return f"{_count(abs(days), 'day')} {'before' if days < 0 else 'after'} {anchor}"


def _more(days: int | str) -> str:
    if not days:
        return ""
    if isinstance(days, str):
        return f" and {_named(days)}"
    return f", {_count(abs(days), 'day')} {'later' if days > 0 else 'earlier'}"


def _named(days: str) -> str:
    """Return a dated constant in words: “cure_days + 1” is “the cure days and one day”."""
    name, _, more = days.partition(" + ")
    words = f"the {name.replace('_', ' ')}"
    return f"{words} and {_count(int(more), 'day')}" if more else words


def _count(number: int, unit: str) -> str:
    word = NUMBERS[number] if number < len(NUMBERS) else str(number)
    return f"{word} {unit}{'' if number == 1 else 's'}"


def _listed(programs: Collection[str]) -> str:
    return " and ".join(_name(one) for one in sorted(programs))


def _name(program: str) -> str:
    return {"medi_cal": "Medi-Cal", "ccs": "California Children's Services"}.get(program, program)
