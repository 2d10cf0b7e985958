"""What a season shows of itself: what is to come, what each ladder sent, and one member's story."""

import asyncio
from pathlib import Path
from typing import Any, Final

from app.cli.generated import CAST
from app.cli.season.playing import Season
from app.rules.forecast_picture import picture

MONTHS: Final = 4
PICTURE: Final = "forecast.svg"
HEAD: Final = 3
LEFT: Final = ("sending", "sent", "delivered", "undelivered", "unknown", "failed")
OTHERS: Final = ("planned", "canceled", "skipped", "expired")


async def the_forecast(season: Season) -> str:
    """Draw the coming months before anything is sent."""
    found = await season.services.forecasting.months(await season.agency(), MONTHS)
    path = (season.services.settings.data_dir or Path()) / PICTURE
    await asyncio.to_thread(path.write_text, picture(found), encoding="utf-8")
    busiest = sorted(found.days, key=lambda row: -(row["sms"] + row["email"] + row["voice"]))[:HEAD]
    days = "; ".join(
        f"{row['day']}: {row['sms']} texts, {row['email']} e-mails, {row['voice']} calls"
        for row in sorted(busiest, key=lambda row: str(row["day"]))
    )
    return f"{found.totals['messages']:,} messages in {MONTHS} months ({days}); the picture: {path}"


async def by_ladder(season: Season) -> list[dict[str, Any]]:
    """Return a row for each shipped step: how many of its reminders left, and where the others stand."""
    rows = {row["step"]: row for row in (await season.report("step")).rows}
    return [
        {
            "ladder": ladder.name,
            "step": step.key,
            "left": sum(rows.get(step.key, {}).get(name, 0) for name in LEFT),
            **{name: rows.get(step.key, {}).get(name, 0) for name in ("delivered", *OTHERS)},
        }
        for ladder in season.services.ladders.shipped.ladders
        for step in ladder.steps
    ]


async def one_story(season: Season) -> list[str]:
    """Return what befell one member with a six-month cycle, in sentences."""
    ref = (await season.people())[CAST["six_months"].start].ref
    told = (await season.get(f"/v1/members/{ref}/timeline"))["data"]
    names = ("at", "channel", "step", "status", "explanation")
    return [" · ".join(str(entry[name]) for name in names if entry.get(name)) for entry in told]
