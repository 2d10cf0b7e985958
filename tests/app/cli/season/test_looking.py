"""What a season shows, over the real services without anything sent yet."""

import pytest

from app.cli.season.looking import PICTURE, by_ladder, the_forecast
from app.cli.season.playing import Season


@pytest.fixture
def one_reminder():
    """All ladders, as they are shipped."""


async def test_every_shipped_step_has_its_row_before_anything_is_sent(services, agency):
    rows = await by_ladder(Season(services, None, {}))
    assert {row["step"] for row in rows} == set(services.ladders.shipped.steps)
    assert sum(row["left"] for row in rows) == 0


async def test_the_forecast_is_drawn_into_the_folder_of_the_demo(services, agency):
    assert "0 messages in 4 months" in await the_forecast(Season(services, None, {}))
    assert (services.settings.data_dir / PICTURE).read_text().startswith("<svg")
