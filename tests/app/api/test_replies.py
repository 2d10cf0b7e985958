import pytest

from channels.signals import Reply

OURS, NUMBER = "+17145550100", "+17145552345"


@pytest.fixture
def texted(services):
    """Return a phone that texts the agency."""
    count = iter(range(100))

    async def text(body):
        await services.receipts._replies.hear(Reply(f"SM{next(count)}", NUMBER, OURS, body), "twilio")  # noqa: SLF001

    return text


async def test_what_waits_is_read_and_seen_to(api, send, an_event, texted):
    await send(an_event())
    await texted("My son was born")
    [row] = (await api.get("/v1/replies")).json()["data"]
    assert (row["from"], row["body"], row["meaning"]) == ("*** *** 2345", "My son was born", "other")
    assert row["member_refs"] == ["M-1"]
    done = await api.post(f"/v1/replies/{row['id']}/done", json={"note": "added to the case"})
    assert (done.status_code, done.json()["note"], done.json()["done_by"]) == (200, "added to the case", "test")
    assert (await api.get("/v1/replies?status=waiting")).json()["data"] == []
    assert [one["id"] for one in (await api.get("/v1/replies?status=done")).json()["data"]] == [row["id"]]


async def test_a_long_list_comes_page_by_page(api, texted):
    for number in range(5):
        await texted(f"question {number}")
    found, url = [], "/v1/replies?limit=2"
    while url:
        page = (await api.get(url)).json()
        found += [row["body"] for row in page["data"]]
        url = page["next"]
    assert found == [f"question {number}" for number in range(5)]


async def test_a_reply_that_is_not_there_is_not_found(api, agency):
    answer = await api.post(f"/v1/replies/{agency.id}/done", json={})
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (404, "unknown-reply")


@pytest.mark.parametrize("body", [{"note": "x" * 1001}, {"note": "\x00"}, {"status": "done"}])
async def test_a_note_that_cannot_be_kept_is_refused(api, agency, body):
    assert (await api.post(f"/v1/replies/{agency.id}/done", json=body)).status_code == 422


async def test_who_only_reads_settles_nothing(client, services, agency):
    key = (await services.tenancy.add_key(agency.id, name="reader", scopes=["members:read"])).text
    client.headers["Authorization"] = f"Bearer {key}"
    assert (await client.get("/v1/replies")).status_code == 200
    assert (await client.post(f"/v1/replies/{agency.id}/done", json={})).status_code == 403
    assert (await client.get("/v1/replies?status=lost")).status_code == 422
