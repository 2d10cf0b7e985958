import pytest

from tests.channels.simulator.conftest import TELNYX_STATUS

KIND = {"filter[record_type]": "messaging"}


async def records(client, **query: str):
    return await client.telnyx("GET", "detail_records", params={**KIND, **query})


async def test_a_text_has_a_record_without_words(client):
    made = (await client.telnyx_text()).json()["data"]["id"]
    (record,) = (await records(client)).json()["data"]
    assert (record["uuid"], record["delivery_status_webhook_url"]) == (made, TELNYX_STATUS)
    assert "Hello" not in str(record)


async def test_records_are_narrowed_and_newest_first(client):
    for number in ("+14155550123", "+14155550124", "+14155550123"):
        await client.telnyx_text(to=number)
    await client.text()
    found = (await records(client, **{"filter[cld]": "+14155550123", "filter[created_at][gte]": "2026-11-22"})).json()
    assert [record["cld"] for record in found["data"]] == ["+14155550123"] * 2
    assert found["meta"] == {"page_number": 1, "page_size": 20, "total_pages": 1, "total_results": 2}
    assert (await records(client, **{"filter[created_at][lt]": "2026-11-22"})).json()["data"] == []


async def test_records_come_in_pages(client):
    for _ in range(3):
        await client.telnyx_text()
    first = (await records(client, **{"page[size]": "2"})).json()
    second = (await records(client, **{"page[size]": "2", "page[number]": "2"})).json()
    assert [len(page["data"]) for page in (first, second)] == [2, 1]
    oldest = (await records(client, sort="created_at")).json()["data"]
    assert oldest[0]["uuid"] == second["data"][0]["uuid"]


@pytest.mark.parametrize(
    "query",
    [
        {"filter[record_type]": "verify"}, {"filter[body]": "x"}, {"page[size]": "51"}, {"page[size]": "0"},
        {"page[number]": "x"}, {"filter[created_at][gte]": "soon"},
    ],
)  # fmt: skip
async def test_what_is_not_understood_is_refused(client, query):
    assert (await records(client, **query)).status_code == 400


async def test_the_balance_is_shown(client):
    assert (await client.telnyx("GET", "balance")).json()["data"]["available_credit"] == "400.00"
