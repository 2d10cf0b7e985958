"""The report's cells against a recount: whatever happens to messages, in whatever order, the counts are theirs."""

import random
from datetime import timedelta

import psycopg
import pytest

from app.db import cells, reports
from app.rules.histogram import bucket
from app.rules.statuses import Status
from tests.app.db.said import DECEMBER, DUE, message
from tests.app.db.standing import standing_in

HISTORY = 25
CHANGES = (
    "UPDATE message SET status = 'sending', tries = tries + 1, provider = 'twilio' WHERE {some}",
    "UPDATE message SET status = 'sent', handed_at = %(at)s, segments = 2, cost = 0.0166 WHERE {some}",
    "UPDATE message SET status = 'delivered', ended_at = %(at)s, seconds = %(seconds)s WHERE {some}",
    "UPDATE message SET status = 'canceled', reason = 'renewed' WHERE {some}",
    "UPDATE message SET due_at = due_at + interval '1 day' WHERE {some}",
    "UPDATE message SET month = date '2027-01-01', language = NULL WHERE {some}",
    "UPDATE message SET again_at = %(at)s WHERE {some}",
    "DELETE FROM message WHERE {some}",
)


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as opened:
        yield opened


async def rolled(place):
    async with place.session(None) as session:
        return await cells.roll_up(session)


async def differing(place, month=DECEMBER):
    async with place.session(place.orange) as session:
        return await cells.differing(session, place.orange, month)


async def totals(place):
    wanted = {"first": DECEMBER, "last": DECEMBER.replace(year=2027), "channel": None, "language": None,
              "step": None, "template": None}  # fmt: skip
    async with place.session(place.orange) as session:
        return tuple((await reports.deliveries(session, place.orange, (), wanted))[1])


async def test_lines_become_cells_and_the_report_stays_what_it_was(place):
    for status in Status:
        message(place, status=status, seconds=3 if status == "delivered" else None)
    before = await totals(place)
    assert await rolled(place) == len(Status)
    assert await totals(place) == before
    assert place.rows("SELECT 1 FROM report_delta") == []
    assert len(place.rows("SELECT 1 FROM report_month")) == len(Status)
    assert await rolled(place) == 0


async def test_what_moved_on_leaves_no_cell_behind(place):
    message(place)
    await rolled(place)
    place.run("UPDATE message SET status = 'canceled', reason = 'renewed'")
    await rolled(place)
    assert [row["status"] for row in place.rows("SELECT status FROM report_day")] == ["canceled"]
    assert [row["status"] for row in place.rows("SELECT status FROM report_month")] == ["canceled"]


async def test_a_change_that_counts_for_nothing_leaves_no_line(place):
    message(place)
    await rolled(place)
    place.run("UPDATE message SET again_at = now(), tries = 3")
    assert place.rows("SELECT 1 FROM report_delta") == []


async def test_codes_and_replies_are_not_counted(place):
    message(place, kind="code")
    assert place.rows("SELECT 1 FROM report_delta") == []


async def test_two_that_roll_up_at_once_count_nothing_twice(place):
    message(place)
    async with place.session(None) as one, place.session(None) as other:
        assert (await cells.roll_up(one), await cells.roll_up(other)) == (1, 0)
    assert (await totals(place))[1] == 1  # behind the level of the grouping


async def test_a_wrong_cell_is_found_by_the_recount(place):
    message(place)
    await rolled(place)
    assert await differing(place) == 0
    place.run("UPDATE report_month SET n = 2")
    assert await differing(place) == 2


async def test_counts_are_forgotten_by_their_month(place):
    message(place)
    await rolled(place)
    async with place.session(None) as session:
        assert await cells.forget(session, DECEMBER) == 0
        assert await cells.forget(session, DECEMBER.replace(year=2027)) == 2


async def test_the_database_counts_seconds_in_the_buckets_of_the_rule(place):
    taken = [0, 0.004, 0.01, 1, 1.5, 3, 59.9, 3600, 250_000]
    for seconds in taken:
        message(place, seconds=seconds)
    found = place.rows("SELECT bucket FROM report_delta ORDER BY bucket")
    assert [row["bucket"] for row in found] == sorted(bucket(seconds) for seconds in taken)


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_happens_the_counts_are_those_of_a_recount(place, seed):
    chance = random.Random(seed)  # noqa: S311
    for _ in range(HISTORY):
        if chance.random() < 0.4:
            for _ in range(chance.randint(1, 5)):
                message(
                    place, channel=chance.choice(["sms", "email", "voice"]), language=chance.choice(["en", "es", None]),
                    due_at=DUE + timedelta(days=chance.randint(0, 40)),
                    kind=chance.choice(["reminder", "broadcast", "code"]),
                )  # fmt: skip
        elif chance.random() < 0.2:
            await rolled(place)
        else:
            some = f"get_byte(uuid_send(id), 15) %% {chance.randint(2, 4)} = 0"
            values = {"at": DUE, "seconds": chance.choice([0.004, 0.5, 3, 3000])}
            with psycopg.connect(place.url) as connection:
                connection.execute(chance.choice(CHANGES).format(some=some), values)
    for month in (DECEMBER, DECEMBER.replace(year=2027, month=1)):
        assert await differing(place, month) == 0
    await rolled(place)
    assert await differing(place) == 0
