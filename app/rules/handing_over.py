"""How long before their time an agency's reminders may go to a provider that holds them, as its file says it."""

from typing import Final

HAND_OVER_AHEAD: Final = "hand_over_ahead_minutes"
LEAST: Final = 20
"""The provider that wants a text earliest takes it fifteen minutes ahead; less than this leaves no time."""
BY_ITSELF: Final = 20
"""What holds for texts by a Messaging Service where the agency says nothing."""
MOST: Final = 12 * 60
"""What is handed over earlier is withdrawn more often than it is sent."""


def hand_over_ahead_problems(value: object) -> list[str]:
    """Return what is wrong with the field and how to mend it."""
    if isinstance(value, int) and not isinstance(value, bool) and (value == 0 or LEAST <= value <= MOST):
        return []
    return [f"`{HAND_OVER_AHEAD}` must be a whole number from {LEAST} to {MOST}, or 0 for never"]
