"""Joins a person known only by a sign-up with the county's record of the same person."""

from uuid import UUID

from app.rules.record import ConsentHeld, ConsentKey, ConsentLine, Member, Renewal

MERGED = "merged"


def absorb(member: Member, provisional: Member, new_renewal: UUID) -> None:
    """Carry over what a sign-up said: its yes and no where they are newer, its month where none is held.

    The provisional member ends as `merged`, so that nobody is reminded twice.
    """
    for key, held in provisional.consents.items():
        _take_over(member, key, held)
    for (program, month), named in provisional.renewals.items():
        if not any(known == program for known, _ in member.renewals):
            member.renewals[program, month] = Renewal(new_renewal, program, month, named.status, changed=True)
            member.changed = True
    provisional.status, provisional.touched, provisional.changed = MERGED, True, True


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
