"""An agency that hands over an hour ahead, with providers that hold what they get."""

from dataclasses import replace
from datetime import timedelta

from tests.app.pipeline.world import EMAIL, NINE, SMS, a_member
from tests.conftest import AGENCY

QUARTER, MINUTE = timedelta(minutes=15), timedelta(minutes=1)
HALF_PAST_EIGHT = NINE - 2 * QUARTER
HOLDS = {
    SMS: {"can_schedule": True, "can_cancel": True, "soonest": QUARTER},
    EMAIL: {"can_schedule": True, "can_cancel": True, "cancel_ahead": 10 * MINUTE, "needs_fence": True},
}


async def holding(world, minutes=60):
    """Let the agency hand over ahead, to providers that can hold it."""
    for channel, able in HOLDS.items():
        world.fakes[channel].capabilities = replace(world.fakes[channel].capabilities, **able)
    world.fakes[EMAIL].fences = [f"fence-{number}" for number in range(1, 100)]
    await world.services.tenancy.add(f"hand_over_ahead_minutes = {minutes}\n{AGENCY}")


async def hand_over(world, *channels, at=HALF_PAST_EIGHT):
    """Hand over what may be at a moment before nine."""
    await world.at(at)
    return [await world.services.ahead.lane(world.agency.id, channel) for channel in channels or (SMS,)]


async def held(world, *facts):
    """Bring Ana's text to the provider that holds it until nine, and return it."""
    await holding(world)
    await world.planned(*(facts or (a_member(emails=()),)))
    assert await hand_over(world) == [1]
    return world.fakes[SMS].sent[-1]
