"""Joins a person known only by a sign-up with the county's record of the same person."""

from collections.abc import Mapping
from uuid import UUID

from app.rules.choices import OWN_WORD
from app.rules.record import ConsentHeld, ConsentKey, ConsentLine, Member, Renewal

MERGED = "merged"
WRONG_PERSON = "wrong_person"
CHOSEN: Mapping[str, tuple[str, ...]] = {
    "channels": ("channels",),
    "languages": ("language_written", "language_spoken"),
}
"""The facts in each group that a person may have chosen before the county told of them."""


def absorb(member: Member, provisional: Member, new_renewal: UUID) -> None:
    """Carry over what a sign-up said: its yes and no where they are newer, its choices, its month where none is held.

    The provisional member ends as `merged`, so that nobody is reminded twice.
    """
    for key, held in provisional.consents.items():
        _take_over(member, key, held)
    for (program, month), named in provisional.renewals.items():
        if not any(known == program for known, _ in member.renewals):
            member.renewals[program, month] = Renewal(new_renewal, program, month, named.status, changed=True)
            member.changed = True
    _take_over_choices(member, provisional)
    provisional.merged_into = member.id
    provisional.status, provisional.touched, provisional.changed = MERGED, True, True


def is_of_somebody_else(member: Member, address: bytes) -> bool:
    """Say whether the holder of an address told us not to be this member: who signed up with it is another person."""
    point = member.points.get(address)
    return point is not None and point.state == WRONG_PERSON


def _take_over(member: Member, key: ConsentKey, held: ConsentHeld) -> None:
    known = member.consents.get(key)
    if known is not None and (known.at, known.tie) >= (held.at, held.tie):
        return
    channel, purpose, index = key
    member.consents[key] = held
    member.consents_set.add(key)
    evidence, source = "joined from a sign-up", "member"
    line = ConsentLine(index, channel, purpose, held.granted, "opt_in", held.at, held.until, evidence, source, held.tie)
    member.lines.append(line)
    member.changed = True


def _take_over_choices(member: Member, provisional: Member) -> None:
    """Carry over what the person chose of what a county tells, too, unless the record has a newer word of theirs."""
    for group, names in CHOSEN.items():
        said, known = provisional.stamps.get(group), member.stamps.get(group)
        if said is None or said[1] not in OWN_WORD or (known and known[1] in OWN_WORD and known >= said):
            continue
        for name in names:
            setattr(member, name, getattr(provisional, name))
        member.stamps[group] = said
        member.touched = member.changed = True
