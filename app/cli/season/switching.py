"""Switches in a season: a pause that acts at once, and a hardship that says which reminders it changes."""

from typing import Any

from app.cli.season.playing import Season


async def a_pause(season: Season) -> str:
    """One month before February everything is paused over the opening; what is still in time goes on afterwards."""
    await season.move("2027-01-14T22:00:00Z")
    held = await _set(season, {"kind": "pause", "reason": "the county checks its list"})
    before = len(await season.accepted())
    await season.move("2027-01-15T20:00:00Z")
    during = len(await season.accepted())
    await season.delete(f"/v1/switches/{held['id']}")
    await season.move("2027-01-15T21:00:00Z")
    after = len(await season.accepted())
    season.facts["paused"] = during == before
    return f"{during - before} left while it held, {after - during} right after it was lifted"


async def a_hardship(season: Season) -> str:
    """The county is hit by a fire: its reminders are held for a day, and it is said which."""
    await season.move("2027-02-04T22:00:00Z")
    held = await _set(season, {"kind": "hardship", "county_code": "30", "reason": "a fire"})
    changed = held["changed"]
    most = sorted(changed["by"], key=lambda row: -row["count"])
    by = ", ".join(f"{row['count']} {row['step']} by {row['channel']}" for row in most[:3])
    before = len(await season.accepted())
    await season.move("2027-02-05T22:00:00Z")
    during = len(await season.accepted()) - before
    await season.delete(f"/v1/switches/{held['id']}")
    await season.move("2027-02-06T22:00:00Z")
    season.facts["spared"] = during == 0
    return f"{changed['total']} reminders are changed ({by}); {during} left while it held"


async def _set(season: Season, asked: dict[str, Any]) -> dict[str, Any]:
    """Set a switch; what a demo that was killed left set is lifted first."""
    in_force = (await season.get("/v1/switches"))["data"]
    for one in in_force:
        await season.delete(f"/v1/switches/{one['id']}")
    return await season.post("/v1/switches", asked)
