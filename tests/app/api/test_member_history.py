"""A member's timeline and consent ledger over HTTP."""


async def test_the_timeline_has_what_was_and_what_will_be_with_reasons(services, send, api, an_event):
    await send(an_event())
    await services.planning.waiting()
    entries = (await api.get("/v1/members/M-1/timeline")).json()["data"]
    assert [entry["at"] for entry in entries] == sorted(entry["at"] for entry in entries)
    messages = {entry["channel"]: entry for entry in entries if entry["what"] == "message" and entry["row"]}
    assert messages["sms"]["status"] == "planned"
    assert "2026-12-01" in messages["sms"]["explanation"]
    assert messages["voice"]["explanation"] == "We have no consent for this channel and address."
    assert {"event", "consent"} <= {entry["what"] for entry in entries}
    assert all({"explanation", "rule", "law", "ahead"} <= entry.keys() for entry in entries)


async def test_a_yes_and_a_no_are_lines_of_the_ledger(send, api, an_event):
    await send(an_event())
    said = await api.post("/v1/members/M-1/consents", json={"channel": "sms", "granted": False, "basis": "letter"})
    assert said.status_code == 200
    assert [one["granted"] for one in said.json()["consents"]] == [False]
    lines = (await api.get("/v1/members/M-1/consents")).json()["data"]
    assert [(line["granted"], line["address"]) for line in lines] == [(True, "+17145552345"), (False, "+17145552345")]


async def test_the_ledger_is_read_page_by_page(send, api, an_event):
    await send(an_event())
    await api.post("/v1/members/M-1/consents", json={"channel": "sms", "granted": False})
    first = (await api.get("/v1/members/M-1/consents?limit=1")).json()
    second = (await api.get(first["next"])).json()
    assert (first["has_more"], second["has_more"], second["next"]) == (True, False, None)
    assert first["data"][0]["id"] != second["data"][0]["id"]


async def test_a_wish_without_its_parts_is_refused(send, api, an_event, pointers):
    await send(an_event())
    wishes = [
        ({"granted": True}, "/channel"),
        ({"channel": "sms"}, "/granted"),
        ({"channel": "sms", "granted": "yes"}, "/granted"),
        ({"channel": "email", "granted": True, "address": "+17145552345"}, "/address"),
        ({"channel": "sms", "granted": True, "address": "a@example.org"}, "/address"),
    ]
    for wish, pointer in wishes:
        answer = await api.post("/v1/members/M-1/consents", json=wish)
        assert (answer.status_code, pointers(answer)) == (422, [pointer])


async def test_a_cursor_of_ones_own_making_is_refused(send, api, an_event):
    await send(an_event())
    for cursor in ("x", "WyJhIl0", "é", "bnVsbA"):
        assert (await api.get("/v1/members/M-1/consents", params={"cursor": cursor})).status_code == 422
