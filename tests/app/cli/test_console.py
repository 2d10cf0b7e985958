from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from app.cli.console import fail, plain


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("0.5"), 0.5),
        (datetime(2026, 12, 1, 18, tzinfo=UTC), "2026-12-01T18:00:00Z"),
        (date(2026, 12, 1), "2026-12-01"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_values_are_shown_as_json_knows_them(value, shown):
    assert plain(value) == shown


def test_an_error_goes_to_stderr_with_exit_code_one(capsys):
    assert fail("the port is taken") == 1
    shown = capsys.readouterr()
    assert (shown.out, "the port is taken" in shown.err) == ("", True)
