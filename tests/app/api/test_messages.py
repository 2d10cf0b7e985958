"""Messages over HTTP."""

import pytest


@pytest.fixture
async def planned(services, send, an_event):
    """Three reminders, one for each channel."""
    await send(an_event())
    await services.planning.waiting()


@pytest.mark.usefixtures("planned")
async def test_messages_are_listed_and_filtered(api):
    assert len((await api.get("/v1/messages")).json()["data"]) >= 2
    texts = (await api.get("/v1/messages?channel=sms&status=planned&kind=reminder&member_ref=M-1")).json()["data"]
    assert [(one["channel"], one["renewal_month"], one["member_ref"]) for one in texts] == [("sms", "2027-02", "M-1")]
    skipped = (await api.get("/v1/messages?reason=no_consent&month=2026-12")).json()["data"]
    assert {one["explanation"] for one in skipped} == {"We have no consent for this channel and address."}
    assert (await api.get("/v1/messages?member_ref=M-0")).json() == {"data": [], "has_more": False, "next": None}


@pytest.mark.usefixtures("planned")
async def test_pages_lead_through_all_and_end(api, settings):
    every = (await api.get("/v1/messages")).json()["data"]
    path, seen = "/v1/messages?limit=1", []
    while path:
        page = (await api.get(path)).json()
        seen += page["data"]
        path = (page["next"] or "").removeprefix(settings.public_url)
    assert [one["id"] for one in seen] == [one["id"] for one in every]


@pytest.mark.usefixtures("planned")
async def test_a_message_has_its_attempts_and_receipts(api):
    one = (await api.get("/v1/messages?limit=1")).json()["data"][0]
    detail = (await api.get(f"/v1/messages/{one['id']}")).json()
    assert (detail["attempts"], detail["receipts"]) == ([], [])
    assert {**detail, **one} == detail


@pytest.mark.usefixtures("planned")
async def test_only_an_unknown_message_can_be_settled(api):
    one = (await api.get("/v1/messages?channel=sms")).json()["data"][0]
    settled = {"status": "delivered", "reason": "told on the phone"}
    refused = await api.post(f"/v1/messages/{one['id']}/settle", json=settled)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "not-unknown")


async def test_what_is_not_there(api, pointers):
    unknown = "01a203db-cca7-7760-867c-3cfbf84e112d"
    assert (await api.get(f"/v1/messages/{unknown}")).status_code == 404
    settled = {"status": "delivered", "reason": "x"}
    assert (await api.post(f"/v1/messages/{unknown}/settle", json=settled)).status_code == 404
    assert pointers(await api.get("/v1/messages/x")) == ["/path/message_id"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"status": "failed", "reason": "x"}, "/status"), ({"status": "sent"}, "/reason"),
     ({"status": "sent", "reason": "a\nb"}, "/reason"), ({"status": "sent", "reason": "x", "by": "me"}, "/by")],
)  # fmt: skip
async def test_a_settlement_says_what_and_why(body, pointer, api, pointers):
    answer = await api.post("/v1/messages/01a203db-cca7-7760-867c-3cfbf84e112d/settle", json=body)
    assert (answer.status_code, pointers(answer)) == (422, [pointer])
