"""Values as they go out."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest

from app.api.answers import cursor_id, cursor_moment, cursor_uuid, moment, month, open_cursor, plain, seal_cursor
from app.api.problems import Problem


def test_times_go_out_in_utc():
    assert moment(datetime(2026, 12, 1, 9, tzinfo=timezone(timedelta(hours=-8)))) == "2026-12-01T17:00:00Z"
    assert (moment(None), month(None), month(date(2027, 2, 1))) == (None, None, "2027-02")


def test_a_stages_values_become_json():
    id_ = UUID(int=1)
    assert [plain(value) for value in (Decimal("0.5"), id_, date(2027, 2, 1), "x")] == [
        0.5, str(id_), "2027-02-01", "x",
    ]  # fmt: skip


def test_a_cursor_goes_out_and_comes_back():
    at, id_ = datetime(2026, 12, 1, tzinfo=UTC), UUID(int=7)
    found = open_cursor(seal_cursor([at, id_]), 2)
    assert found is not None
    assert (cursor_moment(found[0]), cursor_uuid(found[1])) == (at, id_)
    assert open_cursor(None, 1) is None


def test_a_list_goes_on_after_an_id_or_begins():
    assert cursor_id(seal_cursor([UUID(int=7)])) == UUID(int=7)
    assert cursor_id(None) is None


@pytest.mark.parametrize("cursor", ["x", "WyJhIl0", "e30", "é", "[[[["])
def test_a_strange_cursor_is_a_problem(cursor):
    with pytest.raises(Problem):
        open_cursor(cursor, 2)


def test_strange_parts_of_a_cursor_are_problems():
    for read in (cursor_moment, cursor_uuid):
        for text in ("", "x", "0001-01-01T00:00:00+23:59"):
            with pytest.raises(Problem):
                read(text)
