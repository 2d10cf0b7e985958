from datetime import date

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from app.db import partitions
from app.db.partitions import Held, Partition
from tests.app.db.said import attempt, message, receipt
from tests.app.db.standing import standing_in

YEAR = (date(2027, 1, 1), date(2028, 1, 1))
MESSAGES = Partition("message", *YEAR)
WHERE = "SELECT tableoid::regclass::text AS part, count(*) AS n FROM {} GROUP BY 1 ORDER BY 1"


@pytest.fixture
async def place(own_url):
    """A database of the test's own: it changes the tables' shape."""
    async with standing_in(own_url) as opened:
        yield opened


def where(place, table="message"):
    return {row["part"]: row["n"] for row in place.rows(WHERE.format(table))}


async def make(place, one=MESSAGES):
    async with place.session(None) as session:
        return await partitions.make(session, one)


async def there_are(place):
    async with place.session(None) as session:
        return await partitions.held(session)


async def test_a_new_database_has_only_the_partition_for_whatever_has_no_other(place):
    assert await there_are(place) == []
    message(place)
    assert where(place) == {"message_other": 1}


async def test_a_partition_takes_what_belongs_to_it_and_what_strayed_before_it_was_made(place):
    message(place)
    message(place, period=date(2026, 12, 1))
    assert await make(place)
    message(place, period=date(2027, 12, 1))
    assert where(place) == {"message_2027_01": 2, "message_other": 1}
    assert await there_are(place) == [Held("message", "message_2027_01", *YEAR)]


async def test_attempts_and_receipts_are_parted_alike(place):
    receipt(place, attempt(place, message(place)))
    for table in ("attempt", "receipt"):
        assert await make(place, Partition(table, *YEAR))
        assert where(place, table) == {f"{table}_2027_01": 1}


async def test_rows_move_without_being_counted_again(place):
    message(place)
    before = place.rows("SELECT sum(n) AS n FROM report_delta")
    await make(place)
    assert place.rows("SELECT sum(n) AS n FROM report_delta") == before == [{"n": 1}]


async def test_a_partition_has_the_indexes_keys_and_checks_of_its_table(place):
    await make(place)
    shape = "SELECT count(*) AS n FROM pg_indexes WHERE tablename = %s"
    assert place.rows(shape, "message_2027_01") == place.rows(shape, "message")
    checks = "SELECT count(*) AS n FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('c', 'p')"
    assert place.rows(checks, "message_2027_01") == place.rows(checks, "message")


async def test_where_too_much_strayed_no_partition_is_made(place, monkeypatch):
    monkeypatch.setattr(partitions, "MOVED_AT_MOST", 1)
    message(place)
    message(place)
    assert not await make(place)
    assert await there_are(place) == []


async def test_dropping_takes_the_rows_but_not_their_counts(place):
    message(place)
    await make(place)
    async with place.session(None) as session:
        await partitions.drop(session, "message_2027_01")
    assert where(place) == {}
    assert place.rows("SELECT sum(n) AS n FROM report_delta") == [{"n": 1}]


async def test_what_lies_in_no_partition_is_forgotten_by_its_period(place):
    message(place, period=date(2020, 5, 1))
    message(place, period=date(2027, 2, 1))
    async with place.session(None) as session:
        assert await partitions.forget(session, "message", date(2024, 1, 1)) == 1
    assert where(place) == {"message_other": 1}
    assert place.rows("SELECT sum(n) AS n FROM report_delta") == [{"n": 2}]


async def test_who_holds_a_table_for_long_is_not_waited_for(place):
    with psycopg.connect(place.url) as other:
        other.execute("SELECT 1 FROM message")
        with pytest.raises(OperationalError, match="lock timeout"):
            await make(place)
    assert await make(place)


async def test_one_keeper_at_a_time(place):
    async with place.session(None) as one, place.session(None) as other:
        assert await partitions.only_keeper(one)
        assert not await partitions.only_keeper(other)


def test_a_partition_is_lacking_where_none_of_its_table_overlaps_it():
    before = Held("message", "message_before", None, date(2027, 1, 1))
    one = Partition("message", date(2026, 1, 1), date(2027, 1, 1))
    other = Partition("attempt", date(2026, 1, 1), date(2027, 1, 1))
    assert partitions.lacking([before], [one, MESSAGES, other]) == [MESSAGES, other]
    narrow = Held("message", "message_2027_04", date(2027, 4, 1), date(2027, 7, 1))
    assert partitions.lacking([narrow], [MESSAGES]) == []
