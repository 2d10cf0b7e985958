"""A member's timeline: what the county told us, what the person said, what was and will be sent, and why."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.pipeline.reporting import Reporting
from app.rules.reasons import sentence
from app.rules.record import Member


async def timeline(reporting: Reporting, agency: UUID, member: Member) -> list[dict[str, Any]]:
    """Return everything about a member in the order of time; each entry says what, when and why."""
    entries = [_event(row) for row in await reporting.member_events(agency, member.id)]
    entries += [_consent(row) for row in await reporting.member_consents(agency, member.id)]
    entries += [_message(row) for row in await reporting.member_messages(agency, member.id)]
    return sorted(entries, key=lambda entry: (entry["at"], entry["what"]))


def _event(row: Any) -> dict[str, Any]:  # noqa: ANN401
    kind = row.type.removeprefix("org.keepcovered.")
    summary = f"the county told us {kind}" + (" (older than what we knew)" if row.outcome == "stale" else "")
    return {"at": row.time, "what": "event", "type": row.type, "source": row.source, "outcome": row.outcome,
            "summary": summary}  # fmt: skip


def _consent(row: Any) -> dict[str, Any]:  # noqa: ANN401
    said = "yes" if row.granted else "no"
    return {"at": row.at, "what": "consent", "channel": row.channel, "purpose": row.purpose, "granted": row.granted,
            "basis": row.basis, "summary": f"{said} to {row.purpose} by {row.channel} ({row.basis})"}  # fmt: skip


def _message(row: dict[str, Any]) -> dict[str, Any]:
    at: datetime = row["due_at"] if row["status"] == "planned" else row["ended_at"] or row["handed_at"] or row["due_at"]
    shown = {name: row[name] for name in ("id", "kind", "channel", "language", "step", "template", "status", "reason",
             "due_at", "deadline_at")}  # fmt: skip
    subject = f"{row['kind']} by {row['channel']}" if row["channel"] != "none" else row["kind"]
    month = f" for {row['renewal_month']:%Y-%m}" if row["renewal_month"] else ""
    return {
        "at": at,
        "what": "message",
        **shown,
        "explanation": _why(row),
        "summary": f"{subject}{month}: {row['status']}",
    }


def _why(row: dict[str, Any]) -> str:
    """Return the reason in a sentence; for what is planned, when and why then."""
    if row["status"] == "planned":
        when = f"{row['due_at']:%Y-%m-%d %H:%M} UTC"
        return f"It is to go out on {when}, the first moment in the contact window that the step allows."
    return sentence(row["reason"])
