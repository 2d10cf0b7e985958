"""The planner in SQL beside the planner of plain loops, over the same made-up county."""

from datetime import datetime
from typing import Any

from app.pipeline.drafting import HORIZON
from app.pipeline.laying_out import Rules
from app.rules.facts import Channel
from app.wiring.services import shipped_ladders
from tests.app.pipeline.generated import county, load
from tests.app.pipeline.oracle import Oracle, Person, Row
from tests.app.pipeline.world import World

FALLS_BACK = """
name = "falls_back"
occasion = "renewal"
programs = ["ccs"]
[[steps]]
key = "falls_back"
template = "renewal_two_months"
channels = "fallback"
fallback_days = 4
from = { anchor = "renewal_month", months = -1 }
until = { anchor = "renewal_month", months = -1, days = 20 }
statuses = ["unknown", "upcoming", "packet_mailed", "restored"]
[[steps]]
key = "comes_soon"
template = "renewal_two_months"
priority = 6
from = { anchor = "renewal_month", months = -1, days = 21 }
until = { anchor = "renewal_month", months = -1, days = 26 }
statuses = ["unknown", "upcoming", "packet_mailed", "restored"]
"""
MESSAGES = """
    SELECT m.*, led.member_id AS led_member, led.step AS led_step FROM message m
      LEFT JOIN message led ON led.id = m.bundled_into WHERE m.kind = 'reminder'
"""


OWN = """
name = "brought_late"
occasion = "renewal"
programs = ["medi_cal"]
[[steps]]
key = "brought_late"
template = "renewal_two_months"
from = { anchor = "renewal_month", months = 1 }
until = { anchor = "renewal_month", months = 1, days = 9 }
statuses = ["unknown", "upcoming", "packet_mailed", "restored"]
"""


def ladders() -> dict[str, str]:
    """Return the shipped ladders, and one whose channels fall back."""
    return {**shipped_ladders(), "falls_back.toml": FALLS_BACK}


async def rules_of(world: World) -> Rules:
    """Return what decides for the world's agency."""
    async with world.services.database.transaction(world.agency.id) as tx:
        return await world.services.planning.drafting.rules(tx.session, world.agency)


async def planned_county(
    world: World, seed: int, size: int, now: datetime, *, brings: str = ""
) -> tuple[list[Person], list[Row], list[Any]]:
    """Make a county, plan it, and return its people, what there must be, and what there is."""
    await world.at(now)
    if brings:
        await world.services.ladder_changes.add(world.agency, brings, file="own.toml")
    people, stopped = county(seed, size, now)
    load(world.url, world.agency.id, people, stopped, now)
    await world.plan()
    found = await world.rows(MESSAGES)
    rules = await rules_of(world)
    planned_at = found[0].created_at
    senders = frozenset(str(channel) for channel in Channel if world.agency.sender(channel))
    oracle = Oracle(rules, senders, stopped, planned_at, rules.day(planned_at + HORIZON))
    return people, oracle.plan(people), found


def as_said(row: Row) -> tuple[Any, ...]:
    """Return what is compared of an oracle's row."""
    return (
        row.renewal, row.ladder, row.step, row.channel, row.status, row.reason, row.template, row.due_at,
        row.deadline_at, row.language, row.point, row.place, row.zone, row.about_on, row.led_by,
    )  # fmt: skip


def as_found(row: Any) -> tuple[Any, ...]:
    """Return what is compared of a message."""
    return (
        row.renewal_id, row.ladder, row.step, row.channel, row.status, row.reason, row.template, row.due_at,
        row.deadline_at, row.language, row.contact_point_id, row.place, row.zone, row.about_on,
        (row.led_member, row.led_step) if row.led_member else None,
    )  # fmt: skip


def differences(said: list[Row], found: list[Any]) -> tuple[set[Any], set[Any]]:
    """Return what only the oracle says and what only the tables say."""
    one, other = {as_said(row) for row in said}, {as_found(row) for row in found}
    assert len(one) == len(said)
    assert len(other) == len(found)
    return one - other, other - one
