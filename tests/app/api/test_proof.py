"""Proof over HTTP: a member's export, the ledger and its head."""

import json


async def test_a_members_export_has_all_that_is_held_and_sent(services, send, api, an_event):
    await send(an_event())
    await services.planning.waiting()
    wish = {"channel": "sms", "granted": False, "basis": "letter", "evidence": "a letter of May"}
    await api.post("/v1/members/M-1/consents", json=wish)
    found = (await api.get("/v1/members/M-1/export")).json()
    assert found["member"]["member_ref"] == "M-1"
    assert [renewal["renewal_month"] for renewal in found["member"]["renewals"]] == ["2027-02"]
    assert [(line["number"], line["granted"], line["source"], line["basis"]) for line in found["consents"]] == [
        (1, True, "county", "county"),
        (2, False, "staff", "letter"),
    ]
    last = found["consents"][-1]
    assert last["evidence"] == "a letter of May"
    assert last["with_whom"] == "Orange County Social Services Agency"
    assert last["hash"] == found["ledger"]["head"]["hash"]
    assert found["messages"]
    assert all(message["attempts"] == [] for message in found["messages"])
    assert found["events"][0]["type"] == "org.keepcovered.member.updated"


async def test_the_export_of_somebody_unknown_is_a_problem(api):
    assert (await api.get("/v1/members/M-9/export")).status_code == 404


async def test_only_who_may_read_members_exports_one(services, agency, client):
    weak = await services.tenancy.add_key(agency.id, name="weak", scopes=["reports:read"])
    client.headers["Authorization"] = f"Bearer {weak.text}"
    for path in ("/v1/members/M-1/export", "/v1/ledger/export", "/v1/ledger/head"):
        assert (await client.get(path)).status_code == 403


async def test_the_ledger_is_streamed_line_by_line_to_its_signed_head(send, api, an_event):
    await send(an_event())
    await api.post("/v1/members/M-1/consents", json={"channel": "sms", "granted": False})
    answer = await api.get("/v1/ledger/export")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    before, *lines, end = [json.loads(line) for line in answer.text.splitlines()]
    assert before == {"before": {"number": 0, "hash": "00" * 32}}
    assert [line["line"]["granted"] for line in lines] == [True, False]
    head = (await api.get("/v1/ledger/head")).json()
    assert {name: end["head"][name] for name in ("number", "hash")} == {"number": 2, "hash": lines[-1]["hash"]}
    assert (head["public_key"], head["head"]["hash"]) == (end["public_key"], end["head"]["hash"])


async def test_the_ledger_of_some_days(send, api, an_event, pointers):
    await send(an_event())
    answer = await api.get("/v1/ledger/export?from=2030-01-01&to=2030-02-01")
    assert len(answer.text.splitlines()) == 2
    wrong = await api.get("/v1/ledger/export?from=yesterday")
    assert (wrong.status_code, pointers(wrong)) == (422, ["/query/from"])


async def test_a_line_that_is_linked_shows_its_place_in_the_chain(services, send, api, an_event):
    await send(an_event())
    [line] = (await api.get("/v1/members/M-1/consents")).json()["data"]
    assert (line["number"], line["hash"]) == (None, None)
    await services.proof.link_waiting()
    [line] = (await api.get("/v1/members/M-1/consents")).json()["data"]
    assert (line["number"], len(line["hash"]), line["with_whom"]) == (1, 64, "Orange County Social Services Agency")
