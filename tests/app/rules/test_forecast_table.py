"""A forecast as rows: for spreadsheets by hour, for the plan by day."""

import csv

from app.rules.forecast import Silent
from app.rules.forecast_table import COLUMNS, as_csv, plan_rows, plan_totals
from tests.app.rules.test_forecast import TUESDAY, a_forecast, a_line

REFUSED = Silent(TUESDAY, "sms", "es", "skipped", "no_consent", 4)


def test_csv_has_a_row_for_each_hour_and_for_what_is_not_sent():
    rows = list(csv.DictReader(as_csv(a_forecast(a_line(hour=9), a_line(hour=10), silent=[REFUSED])).splitlines()))
    assert list(rows[0]) == list(COLUMNS)
    assert [(row["hour"], row["status"], row["messages"]) for row in rows] == [
        ("9", "planned", "10"), ("10", "planned", "10"), ("", "skipped", "4"),
    ]  # fmt: skip


def test_no_cell_is_a_formula():
    assert "'=HYPERLINK(1)" in as_csv(a_forecast(a_line(language="=HYPERLINK(1)")))


def test_the_plan_adds_up_the_hours_of_a_day():
    rows = plan_rows(a_forecast(a_line(hour=9), a_line(hour=10), a_line(language="vi"), silent=[REFUSED]))
    assert [(row["language"], row["status"], row["messages"]) for row in rows] == [
        ("en", "planned", 20), ("es", "skipped", 4), ("vi", "planned", 10),
    ]  # fmt: skip
    assert plan_totals(rows) == {"messages": 30, "segments": 60, "cost": 0.3, "skipped": 4}
