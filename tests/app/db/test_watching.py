"""What the database knows of how the whole service does."""

import pytest

from app.db import heartbeats, watching
from app.metrics import FIGURES
from tests.app.db.standing import standing_in

MESSAGE = """
    INSERT INTO message (agency_id, id, period, month, kind, template, channel, status, due_at, first_due_at,
           deadline_at, created_at, zone)
    SELECT %s, gen_random_uuid(), '2027-02-01', '2026-12-01', 'test', 'test', 'sms', %s, now() - %s::interval,
           now(), now() + interval '1 day', now(), 'America/Los_Angeles'
      FROM generate_series(1, %s)
"""


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as opened:
        yield opened


async def told(place):
    async with place.session(None) as session:
        return {(name, *labels): value for name, labels, value in await watching.figures(session)}


async def test_every_figure_has_the_labels_that_it_is_told_with(place):
    async with place.session(None) as session:
        rows = await watching.figures(session)
    assert {name for name, _, _ in rows} <= set(FIGURES)
    assert [(name, labels) for name, labels, _ in rows if len(labels) != len(FIGURES[name][1])] == []


async def test_each_lane_with_a_sender_says_what_is_due_and_since_when(place):
    place.run(MESSAGE, place.orange, "planned", "90 s", 3)
    place.run(MESSAGE, place.orange, "planned", "-1 hour", 2)
    found = await told(place)
    assert found["lane_due", "orange", "sms"] == 3
    assert 89 < found["lane_lag_seconds", "orange", "sms"] < 120
    assert found["lane_due", "fresno", "email"] == 0
    assert ("lane_due", "fresno", "voice") not in found


async def test_counting_ends_where_it_says_nothing_new(place, monkeypatch):
    monkeypatch.setattr(watching, "MOST", 2)
    place.run(MESSAGE, place.orange, "planned", "90 s", 3)
    assert (await told(place))["lane_due", "orange", "sms"] == 2


async def test_what_only_a_person_can_settle_is_counted(place):
    place.run(MESSAGE, place.orange, "unknown", "90 s", 4)
    assert (await told(place))["unknown", "orange", "sms"] == 4


async def test_a_breaker_and_a_switch_are_told_by_whose_they_are(place):
    place.run(
        """INSERT INTO switch (agency_id, id, kind, channel, reason, set_by, set_at)
                 VALUES (%s, gen_random_uuid(), 'brake', 'sms', 'x', 'y', now())""",
        place.orange,
    )
    place.run(
        """INSERT INTO breaker (channel, provider, account, open_until, at, why)
                 VALUES ('sms', 'twilio', %s, now(), now(), 'slow')""",
        place.orange.hex,
    )
    found = await told(place)
    assert found["switches", "orange", "brake", "sms"] == 1
    assert found["breaker_open", "sms", "twilio", "orange", "slow"] == 1


async def test_alarms_that_nobody_has_seen_to_are_counted(place):
    place.run(
        "INSERT INTO alarm (agency_id, id, kind, at, n) VALUES (%s, gen_random_uuid(), 'scam_reports', now(), 3)",
        place.orange,
    )
    assert (await told(place))["alarms", "orange", "scam_reports"] == 3


async def test_a_stage_says_how_long_it_has_been_silent(place):
    async with place.session(None) as session:
        await heartbeats.beat(session, "upkeep")
    place.run("UPDATE heartbeat SET at_on_machine = at_on_machine - interval '5 min'")
    assert 299 < (await told(place))["stage_silence_seconds", "upkeep"] < 330


async def test_the_connections_are_counted_against_how_many_there_may_be(place):
    found = await told(place)
    assert 1 <= found["database_connections",] < found["database_connections_limit",]
