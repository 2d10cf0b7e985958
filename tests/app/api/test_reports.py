"""The delivery report over HTTP."""

import csv

import pytest

from app.api.reports import as_csv
from app.pipeline.reporting import COUNTS, Report

SEASON = "/v1/reports/deliveries?from=2026-01&to=2027-12"


@pytest.fixture
async def planned(services, send, an_event):
    """A planned season of one member."""
    await send(an_event())
    await services.planning.waiting()


@pytest.mark.usefixtures("planned")
async def test_counts_add_up(api):
    report = (await api.get(f"{SEASON}&group_by=channel,status")).json()
    totals = report["totals"]
    assert sum(totals[name] for name in COUNTS) == totals["total"] == sum(row["total"] for row in report["data"]) > 0
    assert {row["channel"] for row in report["data"]} >= {"sms", "voice"}


@pytest.mark.usefixtures("planned")
async def test_filters_and_no_group(api):
    report = (await api.get(f"{SEASON}&group_by=&channel=sms")).json()
    assert (report["data"], report["totals"]["planned"]) == ([], 1)


@pytest.mark.usefixtures("planned")
async def test_without_months_it_is_this_month(api):
    assert (await api.get("/v1/reports/deliveries")).json()["totals"]["total"] == 0
    assert (await api.get("/v1/reports/deliveries?from=2026-12")).json()["totals"]["total"] > 0


@pytest.mark.usefixtures("planned")
async def test_csv_has_the_same_rows(api):
    answer = await api.get(f"{SEASON}&group_by=channel", headers={"Accept": "text/csv"})
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert [(row["channel"], row["planned"]) for row in rows if row["channel"] == "sms"] == [("sms", "1")]


def test_no_cell_is_a_formula():
    row = {"reason": "=HYPERLINK(1)", "total": 1}
    assert "'=HYPERLINK(1)" in as_csv(Report([row], {}), ("reason",))


@pytest.mark.parametrize(
    ("query", "pointer"),
    [("group_by=weather", "/query/group_by"), ("group_by=day,day", "/query/group_by"), ("from=2027-1", "/query/from"),
     ("from=2027-02&to=2027-01", "/query/to"), ("channel=%00", "/query/channel"), ("language=a'b", "/query/language")],
)  # fmt: skip
async def test_each_mistake_is_pointed_at(query, pointer, api, pointers):
    answer = await api.get(f"/v1/reports/deliveries?{query}")
    assert (answer.status_code, pointers(answer)) == (422, [pointer])
