"""Members over HTTP."""


async def test_a_member_can_be_put_read_and_removed(api):
    put = await api.put("/v1/members/M-7", json={"first_name": "Mai", "language_written": "vi"})
    assert (put.status_code, put.json()["first_name"]) == (200, "Mai")
    assert (await api.delete("/v1/members/M-7")).status_code == 204
    assert (await api.get("/v1/members/M-7")).json()["status"] == "removed"


async def test_a_reference_may_hold_a_slash(send, api, an_event):
    await send(an_event(subject="30/M 1"))
    assert (await api.get("/v1/members/30%2FM%201")).json()["member_ref"] == "30/M 1"
    assert (await api.get("/v1/members/30%2FM%201/timeline")).status_code == 200


async def test_a_put_points_at_its_mistakes(api, pointers):
    answer = await api.put("/v1/members/M-7", json={"zip": 92701, "nickname": "M"})
    assert answer.status_code == 422
    assert set(pointers(answer)) == {"/zip", "/nickname"}


async def test_a_put_needs_json(api):
    assert (await api.put("/v1/members/M-7", content="zip=1")).status_code == 415
    broken = await api.put("/v1/members/M-7", content="{", headers={"Content-Type": "application/json"})
    assert broken.json()["type"].endswith("malformed-json")


async def test_an_unknown_member_is_404(api):
    for path in ("/v1/members/none", "/v1/members/none/timeline", "/v1/members/none/consents"):
        assert (await api.get(path)).status_code == 404
    assert (await api.delete("/v1/members/none")).status_code == 404


async def test_everything_that_is_held_is_shown(send, api, an_event):
    data = {"date_of_birth": "2015-03-04", "zip": "92701", "timezone": "America/Los_Angeles", "channels": ["email"],
            "representative": {"first_name": "Ana", "relation": "mother"}, "emails": [{"address": "a@Example.org"}],
            "consents": [{"channel": "email"}]}  # fmt: skip
    milestones = [{"kind": kind, "program": "ccs", "on": "2027-01-01"} for kind in ("continuity_end", "k")]
    await send([an_event(data=data)])
    await send([an_event("milestone.set", one, id=f"e-{one['kind']}") for one in milestones])
    member = (await api.get("/v1/members/M-1")).json()
    assert member["representative"] == {"first_name": "Ana", "relation": "mother"}
    assert member["emails"][0]["address"] == "a@example.org"
    assert member["consents"][0]["granted"] is True
    assert member["milestones"] == milestones
    assert member["occasions"] == [
        {"kind": kind, "program": "ccs", "on": on, "status": "upcoming"}
        for kind, on in (("continuity_end", "2027-01-01"), ("age_out_21", "2036-03-01"))
    ]
    assert (member["date_of_birth"], member["zip"], member["channels"]) == ("2015-03-04", "92701", ["email"])
