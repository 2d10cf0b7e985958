"""The demo's season, from outside: what a county, its members and its providers do from November to June."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from app.cli.season import looking, losses, people, switching, winter
from app.cli.season.playing import Season

__all__ = ["STEPS", "Season", "Step"]
Step = tuple[str, str, Callable[[Season], Awaitable[str]]]
STEPS: Final[Sequence[Step]] = (
    ("begin", "A county", winter.begin),
    ("members", "Its members come in", winter.members_come_in),
    ("forecast", "What is to come", looking.the_forecast),
    ("ahead", "The county's events", winter.county_is_ahead),
    ("first wave", "Two months before February", winter.first_wave),
    ("answers", "People answer", people.people_answer),
    ("sign-up", "Someone signs up", people.someone_signs_up),
    ("packets", "Packets are mailed", winter.packets_are_mailed),
    ("pause", "A pause", switching.a_pause),
    ("late", "Someone is learned of late", people.late_arrivals),
    ("hardship", "A hardship", switching.a_hardship),
    ("wednesday", "Renewed on Tuesday", losses.renewed_on_tuesday),
    ("losses", "The end of February", losses.coverage_ends),
    ("back", "Some come back", losses.some_come_back),
    ("summer", "Until summer", losses.until_summer),
)
