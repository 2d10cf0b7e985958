"""What the county, the person and the provider said, in sentences."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from app.rules.explaining.moments import local
from app.rules.reasons import SENTENCES, sentence
from app.rules.switches import SwitchKind

PREFIX: Final = "org.keepcovered."
EVENTS: Final[Mapping[str, str]] = {
    "member.updated": "The county told us what it holds of this person.",
    "member.moved_county": "The county told us that this person moved to another county.",
    "member.deceased": "The county told us that this person has died.",
    "member.removed": "The county removed this person.",
    "renewal.upcoming": "The county told us when the renewal is due.",
    "renewal.auto_renewed": "The county renewed this person by itself; there is nothing to do.",
    "renewal.renewed": "The county renewed this person.",
    "renewal.packet_mailed": "The county mailed the renewal packet.",
    "renewal.information_requested": "The county asked this person for information.",
    "renewal.form_received": "The county received this person's form.",
    "renewal.discontinued": "The county ended the coverage.",
    "renewal.restored": "The county gave the coverage back.",
    "milestone.set": "The county set or took back a day that concerns this person.",
    "consent.granted": "The county told us of a yes of this person.",
    "consent.revoked": "The county told us of a no of this person.",
}
BY: Final = {"sms": "text", "email": "e-mail", "voice": "call", "none": "any channel", "all": "any channel"}
"""How a channel is named after “by”."""
BASES: Final = {"county": "The county told us so.", "": "Nobody told us on what ground."}
STATES: Final = {
    "intended": "it was being handed over",
    "accepted": "the provider took it",
    "rejected": "the provider refused it",
    "unclear": "the provider gave no clear answer",
    "absent": "the provider never got it",
}
ENDS: Final = {
    "sending": "It is being handed to the provider.",
    "sent": "The provider took it and has not said yet what became of it.",
    "delivered": "It was delivered.",
}
SWITCHED: Final = {
    SwitchKind.PAUSE: "a pause", SwitchKind.STOP: "a stop", SwitchKind.HARDSHIP: "a hardship switch",
    SwitchKind.BRAKE: "a brake",
}  # fmt: skip


def of_event(type_: str, *, stale: bool) -> str:
    """Return what the county said; that it was older than what we knew, if so."""
    kind = type_.removeprefix(PREFIX)
    said = EVENTS.get(kind, f"The county told us something of the kind {kind}.")
    return f"{said} It was older than what we knew, so it changed nothing." if stale else said


def of_consent(*, granted: bool, purpose: str, channel: str, basis: str) -> str:
    """Return what a person agreed to or refused, and on what ground we believe it."""
    said = "agreed to" if granted else "said no to"
    ground = BASES.get(basis) or SENTENCES.get(basis) or f"The ground is “{basis}”."
    return f"This person {said} {purpose.replace('_', ' ')} messages by {BY.get(channel, channel)}. {ground}"


def of_attempt(
    state: str, provider: str, at: datetime, zone: str, *,
    reason: str | None = None, send_at: datetime | None = None, withdrawn: str | None = None,
) -> str:  # fmt: skip
    """Return what became of one try to send."""
    said = f"{local(at, zone)}: by {provider}, {STATES[state]}"
    if send_at is not None and send_at > at:
        said += f", to leave at {local(send_at, zone)}"
    parts = [f"{said}.", sentence(reason)]
    if withdrawn:
        parts.append(f"It was to be withdrawn there: {sentence(withdrawn)}")
    return " ".join(filter(None, parts))


def of_receipt(status: str, reason: str, at: datetime, zone: str) -> str:
    """Return what the provider said of a try."""
    said = f"{local(at, zone)}: the provider said that it was {status}."
    return f"{said} {sentence(reason)}".strip()


def of_end(status: str, reason: str | None, *, settled: bool) -> str:
    """Return how a message ended; what a person settled is told as theirs."""
    if settled:
        return f"Nothing proved what became of it; a person settled it as {status}: “{reason}”."
    if status == "unknown" and not reason:
        return "Nobody knows whether it arrived."
    return sentence(reason) or ENDS.get(status, "")


def of_switch(kind: str, why: str, *, by: str, since: datetime, until: datetime | None, zone: str) -> str:
    """Return which switch concerns a message: whose, since when, until when, and why."""
    ends = f" until {local(until, zone)}" if until else ""
    return f"{SWITCHED[SwitchKind(kind)]} that {by} set on {local(since, zone)}{ends}: “{why}”".strip()


def by_a_person(status: str, reason: str | None, reports: set[str], reasons: set[str]) -> bool:
    """Say whether a person settled a message: its reason is none that a rule or the provider gave."""
    return (
        status in {"delivered", "undelivered", "sent"}
        and bool(reason)
        and reason not in SENTENCES
        and reason not in reasons
        and status not in reports
    )
