"""Broadcasts over HTTP: written with one key, approved with another, watched, canceled."""

import re

import pytest

ALERT = {"template": "scam_alert", "channels": ["sms"]}


@pytest.fixture
async def other(services, agency, client):
    """The headers of another person's key."""
    made = await services.tenancy.add_key(agency.id, name="Tom", scopes=["admin"])
    return {"Authorization": f"Bearer {made.text}"}


@pytest.fixture
def post(api):
    """Return a writer of broadcasts."""

    async def send(headers=None, **body):
        return await api.post("/v1/broadcasts", json={**ALERT, **body}, headers=headers or {})

    return send


@pytest.fixture
def person(send, an_event):
    """Return a teller of people who want warnings by text."""

    async def tell(subject, number, language, *purposes):
        consents = [{"channel": "sms", "purpose": one, "granted_at": "2026-01-05T00:00:00Z"} for one in purposes]
        data = {
            "first_name": "Ana", "language_written": language, "consents": consents,
            "phones": [{"number": number, "kind": "mobile", "rank": 1}],
        }  # fmt: skip
        answer = await send(an_event(data=data, id=f"e-{subject}", subject=subject))
        assert answer.json()["applied"] == 1

    return tell


async def test_a_draft_counts_people_and_needs_another_person(api, post, person, other, services):
    await person("M-1", "+17145552341", "vi", "scam_alert", "renewal")
    await person("M-2", "+17145552342", "es", "renewal")
    await person("M-3", "+17145552341", "vi", "scam_alert")
    written = await post(audience={"languages": ["vi", "es"]})
    assert written.status_code == 201
    made = written.json()
    assert made["status"] == "draft"
    assert made["counts"]["reached"] == [{"channel": "sms", "language": "vi", "people": 2, "messages": 1}]
    assert [(one["reason"], one["people"]) for one in made["counts"]["not_reached"]] == [("no_consent", 1)]
    [words] = made["words"]
    assert words["language"] == "vi"
    assert words["text"].startswith("Orange County")
    assert re.findall(r"{\w+}", words["text"]) == ["{code}"]
    path = f"/v1/broadcasts/{made['id']}"
    own = await api.post(f"{path}/approve")
    assert (own.status_code, own.json()["type"].rpartition("/")[2]) == (403, "same-person")
    approved = await api.post(f"{path}/approve", headers=other)
    assert (approved.status_code, approved.json()["approved_by"]) == (200, "Tom")
    assert await services.planning.waiting() == 3
    assert (await api.get(path)).json()["status"] == "planned"


async def test_a_canceled_broadcast_reaches_nobody(api, post, person, other, services):
    await person("M-1", "+17145552341", "vi", "scam_alert")
    path = f"/v1/broadcasts/{(await post()).json()['id']}"
    await api.post(f"{path}/approve", headers=other)
    await services.planning.waiting()
    gone = await api.delete(path)
    assert (gone.status_code, gone.json()["status"]) == (200, "canceled")
    assert [one["reason"] for one in gone.json()["progress"]] == ["broadcast_canceled"]
    late = await api.post(f"{path}/approve", headers=other)
    assert (late.status_code, late.json()["type"].rpartition("/")[2]) == (409, "not-a-draft")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"template": "renewal_two_months"}, "/template"),
        ({"template": 5}, "/template"),
        ({"channels": []}, "/channels"),
        ({"channels": ["fax"]}, "/channels/0"),
        ({"audience": {"zip_prefixes": ["926"]}}, "/audience/zip_prefixes"),
        ({"audience": {"statuses": ["lost"]}}, "/audience/statuses/0"),
        ({"audience": {"languages": ["?"]}}, "/audience/languages/0"),
        ({"audience": {"states": ["XX"]}}, "/audience/states"),
        ({"audience": {"zones": ["Mars/Base"]}}, "/audience/zones/0"),
        ({"audience": {"age": 5}}, "/audience/age"),
        ({"starts_at": "2020-01-01T00:00:00Z"}, "/starts_at"),
        ({"deadline_at": "2020-01-01T00:00:00Z"}, "/deadline_at"),
    ],
)
async def test_what_cannot_be_is_pointed_at(post, pointers, body, pointer):
    answer = await post(**body)
    assert answer.status_code == 422
    assert pointers(answer) == [pointer]


async def test_the_same_request_again_writes_and_approves_once(api, post, other):
    first = await post(headers={"Idempotency-Key": "k-1"})
    again = await post(headers={"Idempotency-Key": "k-1"})
    assert (again.status_code, again.json()) == (201, first.json())
    assert len((await api.get("/v1/broadcasts")).json()["data"]) == 1
    path = f"/v1/broadcasts/{first.json()['id']}/approve"
    approved = [await api.post(path, headers={**other, "Idempotency-Key": "k-2"}) for _ in range(2)]
    assert [answer.status_code for answer in approved] == [200, 200]


async def test_two_keys_under_one_name_are_one_person(api, post, services, agency):
    made = (await post()).json()
    same = await services.tenancy.add_key(agency.id, name=made["written_by"], scopes=["admin"])
    headers = {"Authorization": f"Bearer {same.text}"}
    assert (await api.post(f"/v1/broadcasts/{made['id']}/approve", headers=headers)).status_code == 403


async def test_a_broadcast_that_is_not_there_is_not_found(api, agency):
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/approve")):
        answer = await api.request(method, f"/v1/broadcasts/{agency.id}{path}")
        assert answer.status_code == 404
        assert answer.json()["type"].endswith("/problems/unknown-broadcast")


async def test_only_an_admin_writes_and_approves(client, services, agency):
    made = await services.tenancy.add_key(agency.id, name="reader", scopes=["reports:read"])
    client.headers["Authorization"] = f"Bearer {made.text}"
    assert (await client.get("/v1/broadcasts")).status_code == 403
    assert (await client.post("/v1/broadcasts", json=ALERT)).status_code == 403
    assert (await client.post(f"/v1/broadcasts/{agency.id}/approve")).status_code == 403


async def test_a_long_list_comes_page_by_page(api, post):
    ids = [(await post()).json()["id"] for _ in range(3)]
    page = (await api.get("/v1/broadcasts?limit=2")).json()
    assert [one["id"] for one in page["data"]] == ids[:0:-1]
    assert [one["id"] for one in (await api.get(page["next"])).json()["data"]] == ids[:1]
