"""Many made-up seasons: what is forecast is what is planned day by day."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.pipeline.drafting import HORIZON
from tests.app.pipeline.seasons import (
    a_county,
    planned_by_hour,
    planned_day_by_day,
    silent_as_forecast,
    silent_by_reason,
)
from tests.app.pipeline.test_forecasting import MARCH, one_reminder, with_calls  # noqa: F401  (a fixture)
from tests.app.pipeline.world import world  # noqa: F401  (a fixture)

CALLS = [None, 0.5]


@pytest.mark.parametrize("seed", range(100, 150))
async def test_what_is_forecast_is_what_is_planned(world, seed):  # noqa: F811
    calls = CALLS[seed % len(CALLS)]
    if calls:
        await with_calls(world, calls)
    await world.apply(*a_county(seed, 40, losses=False))
    ends = datetime.combine(MARCH + timedelta(days=1), time(), ZoneInfo(world.agency.timezone))
    found = await world.services.forecasting.until(world.agency, MARCH)
    await planned_day_by_day(world, MARCH, HORIZON.days)
    told = {(line.day, line.hour, line.channel, line.language): line.messages for line in found.lines}
    assert told == await planned_by_hour(world, ends)
    assert silent_as_forecast(found) == await silent_by_reason(world, ends)
