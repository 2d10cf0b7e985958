"""Switches over HTTP: set, listed, lifted."""

import pytest

PAUSE = {"kind": "pause", "reason": "a flood in the valley"}


@pytest.fixture
def post(api):
    """Return a setter of switches."""

    async def send(headers=None, **body):
        return await api.post("/v1/switches", json={**PAUSE, **body}, headers=headers or {})

    return send


async def test_a_switch_is_set_listed_and_lifted(api, post):
    answer = await post(channel="sms", until="2099-01-01T00:00:00Z")
    assert answer.status_code == 201
    made = answer.json()
    assert made["changed"] == {"total": 0, "withdrawn": 0, "by": []}
    assert (made["kind"], made["channel"], made["until"]) == ("pause", "sms", "2099-01-01T00:00:00Z")
    [listed] = (await api.get("/v1/switches")).json()["data"]
    assert listed["id"] == made["id"]
    lifted = await api.delete(f"/v1/switches/{made['id']}")
    assert (lifted.status_code, lifted.json()["resumed"]) == (200, 0)
    assert (await api.get("/v1/switches")).json()["data"] == []
    assert [one["lifted_at"] is None for one in (await api.get("/v1/switches?all=true")).json()["data"]] == [False]


async def test_a_hardship_says_which_reminders_it_changes_page_by_page(api, send, post, an_event, services):
    await send(an_event())
    await services.planning.waiting()
    made = (await post(kind="hardship", county_code="30")).json()
    assert made["changed"]["total"] > 0
    assert {one["channel"] for one in made["changed"]["by"]} <= {"sms", "voice"}
    page = (await api.get(f"/v1/switches/{made['id']}/messages?limit=1")).json()
    assert set(page["data"][0]) == {"id", "step", "channel", "due_at", "deadline_at", "status"}
    seen = [page["data"][0]["id"]]
    while page["next"]:
        page = (await api.get(page["next"])).json()
        seen += [one["id"] for one in page["data"]]
    assert len(set(seen)) == len(seen) == made["changed"]["total"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "brake"}, "/kind"),
        ({"reason": ""}, "/reason"),
        ({"reason": "   "}, "/reason"),
        ({"county_code": "19"}, "/county_code"),
        ({"county_code": "1"}, "/county_code"),
        ({"kind": "hardship"}, "/county_code"),
        ({"channel": "none"}, "/channel"),
        ({"ladder": "spring"}, "/ladder"),
        ({"program": "medical"}, "/program"),
        ({"until": "2020-01-01T00:00:00Z"}, "/until"),
        ({"until": "tomorrow"}, "/until"),
        ({"who": "me"}, "/who"),
    ],
)
async def test_what_cannot_be_is_pointed_at(post, pointers, body, pointer):
    answer = await post(**body)
    assert answer.status_code == 422
    assert pointers(answer) == [pointer]


async def test_who_sets_and_lifts_is_told_by_the_name_of_the_key(client, services, agency):
    for name, shown in (("alice", "alice"), ("", "key ")):
        key = (await services.tenancy.add_key(agency.id, name=name, scopes=["admin"])).text
        client.headers["Authorization"] = f"Bearer {key}"
        made = (await client.post("/v1/switches", json=PAUSE)).json()
        lifted = (await client.delete(f"/v1/switches/{made['id']}")).json()
        assert made["set_by"] == lifted["lifted_by"]
        assert made["set_by"].startswith(shown)


async def test_the_same_request_again_sets_no_second_switch(api, post):
    first = await post(headers={"Idempotency-Key": "k-1"})
    second = await post(headers={"Idempotency-Key": "k-1"})
    assert (second.status_code, second.json()) == (201, first.json())
    assert len((await api.get("/v1/switches")).json()["data"]) == 1


async def test_a_switch_that_is_not_there_is_not_found(api, agency):
    for method, path in (("DELETE", ""), ("GET", "/messages")):
        answer = await api.request(method, f"/v1/switches/{agency.id}{path}")
        assert answer.status_code == 404
        assert answer.json()["type"].endswith("/problems/unknown-switch")


async def test_only_an_admin_holds_and_lifts(client, services, agency):
    key = (await services.tenancy.add_key(agency.id, name="reader", scopes=["reports:read"])).text
    client.headers["Authorization"] = f"Bearer {key}"
    assert (await client.get("/v1/switches")).status_code == 403
    assert (await client.post("/v1/switches", json=PAUSE)).status_code == 403


async def test_a_long_list_comes_page_by_page(api, post):
    ids = [(await post(reason=f"reason {at}")).json()["id"] for at in range(3)]
    page = (await api.get("/v1/switches?limit=2")).json()
    assert [one["id"] for one in page["data"]] == ids[:0:-1]
    assert [one["id"] for one in (await api.get(page["next"])).json()["data"]] == ids[:1]
