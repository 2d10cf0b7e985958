"""What is known of a person that decides what they hear: no name, no address, in a few lines."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from app.rules.explaining.past import BY
from app.rules.explaining.steps import OCCASIONS, OWNERS, STATUSES
from app.rules.facts import RenewalStatus
from app.rules.languages import language_of
from app.rules.record import Member

MEMBERS: Final[Mapping[str, str]] = {
    "active": "A member of this agency.",
    "moved": "Moved to another county.",
    "deceased": "The county told us that this person has died.",
    "removed": "The county removed this person.",
    "merged": "Taken over by the county's own record.",
}
CANCELED: Final = "canceled"


def known(member: Member) -> list[str]:
    """Return what is known, a line for each kind of fact."""
    return [*_person(member), *_points(member), *_consents(member), *_due(member)]


def _person(member: Member) -> Iterator[str]:
    yield MEMBERS.get(member.status, member.status)
    reads, speaks = (tag and language_of(tag).english for tag in (member.language_written, member.language_spoken))
    yield f"Reads {reads or 'a language that we do not know'}, speaks {speaks or reads or 'one that we do not know'}."
    yield f"Time zone said by the county: {member.timezone or 'none'}."
    chosen = ", then ".join(BY[one] for one in member.channels) if member.channels is not None else "no choice made"
    yield f"Channels in this person's order: {chosen or 'none at all'}."


def _points(member: Member) -> Iterator[str]:
    listed = Counter((one.kind, one.line_kind, one.state) for one in member.points.values() if one.listed)
    for (kind, line, state), count in sorted(listed.items()):
        what = f"phone number ({line})" if kind == "phone" else "e-mail address"
        yield f"{count} {what}: {state.replace('_', ' ')}."
    if not listed:
        yield "No phone number and no e-mail address."


def _consents(member: Member) -> Iterator[str]:
    said = Counter((channel, purpose, held.granted) for (channel, purpose, _), held in member.consents.items())
    for (channel, purpose, granted), count in sorted(said.items()):
        of = f" for {count} addresses" if count > 1 else ""
        yield f"{'Yes' if granted else 'No'} to {purpose.replace('_', ' ')} messages by {BY[channel]}{of}."


def _due(member: Member) -> Iterator[str]:
    for (program, month), one in sorted(member.renewals.items()):
        if one.status is not RenewalStatus.CANCELED:
            who = OWNERS.get(one.owner, one.owner)
            yield f"Renewal of {program} in {month:%Y-%m}, every {one.cycle} months, by {who}: {STATUSES[one.status]}."
    for held in sorted(member.occasions, key=lambda one: one.on):
        if held.status != CANCELED:
            yield f"{OCCASIONS.get(held.occasion, held.occasion).capitalize()} ({held.program}), {held.on}."
