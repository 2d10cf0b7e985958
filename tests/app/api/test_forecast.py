"""The forecast over HTTP."""

import csv

import pytest

ASK = "/v1/forecast?months=12"


@pytest.fixture
async def told(services, send, an_event):
    """A member that nothing is planned for yet."""
    await send(an_event())


@pytest.mark.usefixtures("told")
async def test_the_coming_months_are_json_that_adds_up(api):
    found = (await api.get(ASK)).json()
    assert found["totals"]["messages"] == sum(line["messages"] for line in found["data"]) > 0
    assert found["fits"] is True
    assert {"from", "to", "lanes", "unreached", "changes", "days"} <= set(found)


@pytest.mark.usefixtures("told")
async def test_csv_and_the_picture_are_asked_for_by_accept_or_by_format(api):
    for answer in (await api.get(ASK, headers={"Accept": "text/csv"}), await api.get(f"{ASK}&format=csv")):
        assert answer.headers["Content-Type"].startswith("text/csv")
        assert {row["channel"] for row in csv.DictReader(answer.text.splitlines())} >= {"sms"}
    for answer in (await api.get(ASK, headers={"Accept": "image/svg+xml"}), await api.get(f"{ASK}&format=svg")):
        assert answer.headers["Content-Type"].startswith("image/svg+xml")
        assert answer.text.startswith("<svg")


@pytest.mark.usefixtures("told")
async def test_one_day_is_drawn_by_hour(api):
    assert "by hour" in (await api.get(f"{ASK}&format=svg&day=2026-12-01")).text


@pytest.mark.parametrize(
    ("query", "pointer"),
    [("months=0", "/query/months"), ("months=25", "/query/months"), ("format=pdf", "/query/format"),
     ("day=soon", "/query/day")],
)  # fmt: skip
async def test_each_mistake_is_pointed_at(query, pointer, api, pointers):
    answer = await api.get(f"/v1/forecast?{query}")
    assert (answer.status_code, pointers(answer)) == (422, [pointer])
