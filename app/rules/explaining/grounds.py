"""What kind of rule a reason is, so that a reader finds where it can be changed."""

from collections.abc import Mapping
from typing import Final

from app.rules.facts import RenewalStatus
from app.rules.switches import REASONS as SWITCHES

OF_THE_PROVIDER: Final = "provider"
"""Every reason that no rule of ours gives."""


def _all(ground: str, *reasons: str) -> dict[str, str]:
    return dict.fromkeys(reasons, ground)


GROUNDS: Final[Mapping[str, str]] = {
    **_all("status", *RenewalStatus, "ssa_renews", "month_moved", "day_moved", "not_told"),
    **_all("member", "member_moved", "member_deceased", "member_removed", "member_merged"),
    **_all("consent", "no_consent", "consent_expired", "opted_out", "channel_not_chosen", "contact_opted_out"),
    **_all("choice", "paused_by_member", "hours_of_member", "program_not_wanted"),
    **_all("contact", "landline", "no_contact_point", "contact_bounced", "contact_wrong_person", "address_replaced"),
    **_all("calendar", "deadline_passed"),
    **_all("cap", "asked_too_often", "called_often"),
    **_all("household", "household"),
    **_all("ladder", "first_channel", "reached_otherwise", "not_about", "later", "too_new"),
    **_all("agency", "no_sender", "cannot_render", "words_not_approved"),
    **_all("switch", *SWITCHES.values()),
    **_all("person", "in_flight_at_stop", "kept_silent"),
}  # fmt: skip


def ground(reason: str | None) -> str | None:
    """Return the kind of rule that a reason is; None where there is no reason."""
    return GROUNDS.get(reason, OF_THE_PROVIDER) if reason else None
