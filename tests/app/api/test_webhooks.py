"""Webhooks over HTTP."""

WISH = {"url": "http://127.0.0.1:9000/hooks", "events": ["consent.revoked", "member.replied"]}


async def test_a_webhook_is_added_listed_without_its_secret_and_deleted(api):
    made = await api.post("/v1/webhooks", json=WISH)
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    [listed] = (await api.get("/v1/webhooks")).json()["data"]
    assert listed == {name: value for name, value in made.json().items() if name != "secret"}
    assert (listed["url"], listed["events"], listed["waiting"], listed["disabled_at"]) == (*WISH.values(), 0, None)
    assert (await api.delete(f"/v1/webhooks/{listed['id']}")).status_code == 204
    assert (await api.delete(f"/v1/webhooks/{listed['id']}")).status_code == 404
    assert (await api.get("/v1/webhooks")).json()["data"] == []


async def test_the_same_request_again_adds_no_second_one(api):
    answers = [await api.post("/v1/webhooks", json=WISH, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len((await api.get("/v1/webhooks")).json()["data"]) == 1


async def test_what_cannot_be_called_is_refused(api, pointers):
    for wish, pointer in (
        ({**WISH, "url": "http://10.0.0.1/"}, "/url"),
        ({**WISH, "url": "http://county.example.org/"}, "/url"),
        ({**WISH, "url": ""}, "/url"),
        ({**WISH, "events": []}, "/events"),
        ({**WISH, "events": ["everything"]}, "/events/0"),
        ({"events": ["member.replied"]}, "/url"),
        ({**WISH, "secret": "mine"}, "/secret"),
    ):
        answer = await api.post("/v1/webhooks", json=wish)
        assert (answer.status_code, pointers(answer)) == (422, [pointer])


async def test_only_an_admin_sees_webhooks(services, agency, client):
    weak = await services.tenancy.add_key(agency.id, name="weak", scopes=["members:read"])
    client.headers["Authorization"] = f"Bearer {weak.text}"
    assert (await client.get("/v1/webhooks")).status_code == 403
    assert (await client.post("/v1/webhooks", json=WISH)).status_code == 403
