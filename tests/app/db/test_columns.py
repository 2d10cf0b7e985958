from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.db.columns import columns
from app.rules.facts import Channel

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
KINDS = {
    "text": TEXTS | st.sampled_from(["NULL", "null", "", " ", "{}", '"', "\\", 'a"b\\c,{d}', "Nguyễn", "\n\t"]),
    "uuid": st.uuids(),
    "bytea": st.binary(),
    "boolean": st.booleans(),
    "bigint": st.integers(-(2**63), 2**63 - 1),
    "numeric": st.decimals(allow_nan=False, allow_infinity=False),
    "float8": st.floats(allow_nan=False),
    "date": st.dates(),
    "timestamptz": st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
}


@pytest.mark.parametrize("kind", KINDS)
def test_postgresql_reads_every_value_back_as_it_was(database_url, kind):
    read = f"SELECT * FROM unnest(cast(%(it)s AS {kind}[]))"  # noqa: S608
    with psycopg.connect(database_url) as connection:

        @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
        @given(st.lists(st.none() | KINDS[kind], max_size=8))
        def as_it_was(values):
            rows = connection.execute(read, columns(("it",), [(value,) for value in values])).fetchall()
            assert [row[0] for row in rows] == values

        as_it_was()


def test_rows_become_one_array_a_name():
    rows = [(UUID(int=1), 1, None, date(2027, 2, 1)), (UUID(int=2), 2, Decimal("0.5"), None)]
    assert columns(("id", "rank", "cost", "month"), rows) == {
        "id": f"{{{UUID(int=1).hex},{UUID(int=2).hex}}}", "rank": "{1,2}", "cost": "{NULL,0.5}",
        "month": "{2027-02-01,NULL}",
    }  # fmt: skip


def test_a_word_of_ours_is_text():
    assert columns(("channel",), [(Channel.SMS,)]) == {"channel": '{"sms"}'}


def test_without_rows_every_name_has_an_empty_array():
    assert columns(("id", "rank"), []) == {"id": "{}", "rank": "{}"}


def test_rows_of_different_lengths_are_a_mistake():
    with pytest.raises(ValueError, match="shorter"):
        columns(("id", "rank"), [("a", 1), ("b",)])
