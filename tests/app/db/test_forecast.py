"""What a forecast counts beside the draft."""

from datetime import date

from tests.app.pipeline.world import NINE, a_member, world  # noqa: F401  (a fixture)

BROADCAST = """
    INSERT INTO message (id, period, agency_id, kind, member_id, contact_point_id, channel, template, language,
           zone, place, status, month, first_due_at, due_at, deadline_at, created_at)
    SELECT gen_random_uuid(), '2026-12-01', agency_id, 'broadcast', member_id, contact_point_id, 'sms',
           'scam_alert', 'en', zone, place, 'planned', '2026-12-01', %(at)s, %(at)s, %(at)s + interval '1 day', now()
      FROM message WHERE channel = 'sms' LIMIT 1
"""


async def test_a_broadcast_that_is_planned_is_counted(world):  # noqa: F811
    await world.planned(a_member())
    before = await world.services.forecasting.until(world.agency, date(2026, 12, 31))
    await world.rows(BROADCAST, at=NINE)
    after = await world.services.forecasting.until(world.agency, date(2026, 12, 31))
    assert after.totals["messages"] == before.totals["messages"] + 1


async def test_what_lies_beyond_the_time_is_not_counted(world):  # noqa: F811
    await world.planned(a_member())
    found = await world.services.forecasting.until(world.agency, date(2026, 11, 30))
    assert (found.lines, found.silent) == ([], [])
