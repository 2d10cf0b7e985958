"""County events over HTTP: every mode, every type, every kind of mistake."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.api.event_data import TYPES

RENEWAL = {"program": "medi_cal", "renewal_month": "2027-02"}
ORDINARY = {
    "member.moved_county": {"to_county_code": "19"},
    "member.deceased": {},
    "member.removed": {},
    "renewal.upcoming": {**RENEWAL, "cycle_months": 12, "owner": "county"},
    "renewal.auto_renewed": {**RENEWAL, "next_renewal_month": "2028-02"},
    "renewal.renewed": RENEWAL,
    "renewal.packet_mailed": {**RENEWAL, "packet_mailed_on": "2026-12-01", "due_on": "2027-02-28"},
    "renewal.information_requested": {**RENEWAL, "requested_on": "2026-12-01", "due_on": None},
    "renewal.form_received": {**RENEWAL, "received_on": "2026-12-20"},
    "renewal.discontinued": {**RENEWAL, "reason": "procedural", "effective_on": "2027-03-01"},
    "renewal.restored": RENEWAL,
    "milestone.set": {"kind": "continuity_end", "program": "medi_cal", "on": "2027-06-01"},
    "consent.granted": {"channel": "sms", "basis": "phone call"},
    "consent.revoked": {"channel": "all", "address": "+17145552345"},
}


async def test_an_event_is_applied_and_its_member_can_be_read(send, api, an_event):
    answer = await send(an_event())
    assert answer.status_code == 200
    assert answer.json() == {
        "applied": 1, "duplicate": 0, "stale": 0, "rejected": 0, "results": [{"id": "e-1", "status": "applied"}],
    }  # fmt: skip
    member = (await api.get("/v1/members/M-1")).json()
    assert member["phones"] == [{"number": "+17145552345", "kind": "mobile", "rank": 1, "state": "active"}]
    assert member["renewals"][0]["renewal_month"] == "2027-02"


def test_every_type_is_tried_here():
    assert {*ORDINARY, "member.updated"} == set(TYPES)


@pytest.mark.parametrize("type_", ORDINARY)
async def test_every_type_is_taken(type_, send, an_event):
    await send(an_event())
    later = an_event(type_, ORDINARY[type_], id="e-2", time="2026-11-02T00:00:00-08:00")
    assert (await send(later)).json()["results"] == [{"id": "e-2", "status": "applied"}]


async def test_the_same_again_is_a_duplicate_and_another_payload_a_conflict(send, an_event):
    await send(an_event())
    assert (await send(an_event())).json()["duplicate"] == 1
    conflict = await send(an_event(data={"first_name": "Eva"}))
    assert conflict.status_code == 409
    assert conflict.json()["type"].endswith("/problems/event-conflict")


async def test_an_older_event_is_stale(send, an_event):
    await send(an_event())
    older = an_event(data={"first_name": "Eva"}, id="e-2", time="2026-10-01T00:00:00Z")
    assert (await send(older)).json()["stale"] == 1


async def test_an_event_from_the_future_is_refused(send, an_event):
    answer = await send(an_event(time="2199-01-01T00:00:00Z"))
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("event-from-the-future")


async def test_a_move_to_the_agencys_own_county_is_refused(send, an_event, pointers):
    answer = await send(an_event("member.moved_county", {"to_county_code": "30"}))
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/problems/own-county")
    assert pointers(answer) == ["/data/to_county_code"]


async def test_in_a_batch_a_move_to_the_agencys_own_county_is_rejected_alone(send, an_event):
    move = an_event("member.moved_county", {"to_county_code": "30"}, id="e-2", time="2026-11-02T00:00:00Z")
    first, second = (await send([an_event(), move])).json()["results"]
    assert (first["status"], second["status"]) == ("applied", "rejected")
    assert [one["pointer"] for one in second["problem"]["errors"]] == ["/data/to_county_code"]


async def test_in_a_batch_only_what_is_wrong_is_rejected(send, an_event):
    wrong = an_event(id="e-2", data={"phones": [{"number": "123"}], "hobby": "chess"})
    answer = (await send([an_event(), wrong, "no event", an_event(id="e-3", subject="M-2")])).json()
    assert [one["status"] for one in answer["results"]] == ["applied", "rejected", "rejected", "applied"]
    assert (answer["applied"], answer["rejected"]) == (2, 2)
    found = answer["results"][1]["problem"]["errors"]
    assert {one["pointer"] for one in found} == {"/data/phones/0/number", "/data/hobby"}


async def test_binary_mode_is_the_same_event(api, send, an_event):
    event = an_event()
    headers = {f"ce-{name}": event[name] for name in ("specversion", "id", "source", "type", "time", "subject")}
    answer = await api.post("/v1/events", json=event["data"], headers=headers)
    assert answer.json()["applied"] == 1
    assert (await send(event)).json()["duplicate"] == 1


async def test_absent_is_unchanged_and_null_is_removed(send, api, an_event):
    await send(an_event())
    await send(an_event(id="e-2", time="2026-11-02T00:00:00Z", data={"first_name": None}))
    member = (await api.get("/v1/members/M-1")).json()
    assert (member["first_name"], member["language_written"]) == (None, "es")


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        pytest.param({"renewals": [{"program": "medi_cal", "renewal_month": "2027-13"}]},
                     "/data/renewals/0/renewal_month", id="impossible month"),
        pytest.param({"renewals": [{"program": "medi_cal", "renewal_month": "1999-01"}]},
                     "/data/renewals/0/renewal_month", id="month of another age"),
        pytest.param({"renewals": [{**RENEWAL, "cycle_months": 7}]}, "/data/renewals/0/cycle_months", id="cycle"),
        pytest.param({"date_of_birth": "2027-02-30"}, "/data/date_of_birth", id="impossible day"),
        pytest.param({"date_of_birth": 19700228}, "/data/date_of_birth", id="a number for a date"),
        pytest.param({"phones": [{"number": "714-555-2345"}]}, "/data/phones/0/number", id="not E.164"),
        pytest.param({"phones": [{"number": "+442071838750"}]}, "/data/phones/0/number", id="foreign phone"),
        pytest.param({"phones": [{"number": "+17145552345", "rank": True}]}, "/data/phones/0/rank", id="rank"),
        pytest.param({"emails": [{"address": "ana at example.org"}]}, "/data/emails/0/address", id="no e-mail"),
        pytest.param({"language_written": "español de mi casa"}, "/data/language_written", id="no language tag"),
        pytest.param({"timezone": "Pacific"}, "/data/timezone", id="no zone"),
        pytest.param({"zip": "9270"}, "/data/zip", id="no ZIP"),
        pytest.param({"zip": "९२७०१"}, "/data/zip", id="digits of another script"),
        pytest.param({"channels": ["sms", "sms"]}, "/data/channels", id="channel twice"),
        pytest.param({"channels": ["fax"]}, "/data/channels/0", id="unknown channel"),
        pytest.param({"consents": [{"channel": "sms", "granted_at": "2026-01-05"}]},
                     "/data/consents/0/granted_at", id="a time without its zone"),
        pytest.param({"first_name": ""}, "/data/first_name", id="empty name"),
        pytest.param({"first_name": "A\u0000a"}, "/data/first_name", id="NUL"),
        pytest.param([], "/data", id="a list for an object"),
        pytest.param("x", "/data", id="a text for an object"),
    ],
)  # fmt: skip
async def test_each_mistake_is_pointed_at(data, pointer, *, send, an_event, pointers, api):
    answer = await send(an_event(data=data))
    assert answer.status_code == 422
    assert pointer in pointers(answer)
    assert (await api.get("/v1/members/M-1")).status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"specversion": "0.3"}, "/specversion"),
        ({"id": ""}, "/id"),
        ({"id": "x" * 256}, "/id"),
        ({"source": None}, "/source"),
        ({"subject": 7}, "/subject"),
        ({"subject": "M\n1"}, "/subject"),
        ({"time": "yesterday"}, "/time"),
        ({"time": "2026-11-01T18:00:00"}, "/time"),
        ({"time": "0001-01-01T00:00:00+14:00"}, "/time"),
        ({"datacontenttype": "text/xml"}, "/datacontenttype"),
        ({"data_base64": "e30="}, "/data_base64"),
        ({"traceparent": {"a": 1}}, "/traceparent"),
        ({"Trace-Parent": "x"}, "/Trace-Parent"),
    ],
)
async def test_each_mistake_of_the_envelope_is_pointed_at(change, pointer, send, an_event, pointers):
    answer = await send(an_event(**change))
    assert answer.status_code == 422
    assert pointers(answer) == [pointer]


async def test_extension_attributes_are_welcome(send, an_event):
    event = an_event(traceparent="00-abc", partitionkey="1", sampled=True, datacontenttype="application/json")
    assert (await send(event)).json()["applied"] == 1


async def test_an_unknown_type_is_told_the_known_ones(send, an_event):
    answer = await send(an_event("member.promoted"))
    assert answer.json()["type"].endswith("unknown-event-type")
    assert "member.updated" in answer.json()["detail"]


async def test_no_error_repeats_what_was_sent(send, an_event):
    data = {"phones": [{"number": "555-SECRET"}], "emails": [{"address": "SECRET"}], "date_of_birth": "SECRET",
            "first_name": ["SECRET"], "zip": "SECRET", "language_written": "SECRET!", "channels": ["SECRET"],
            "representative": {"first_name": 7, "relation": ""}}  # fmt: skip
    assert "SECRET" not in (await send(an_event(data=data))).text


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        (b"", 400, "malformed-json"),
        (b"{", 400, "malformed-json"),
        (b'{"a": NaN}', 400, "malformed-json"),
        (b'{"id": "1", "id": "2"}', 400, "malformed-json"),
        (b"\xff\xfe", 400, "malformed-json"),
        (b"[" * 100_000, 400, "malformed-json"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, 400, "malformed-json"),
        (b"1" * 5_000, 400, "malformed-json"),
        (b"[]", 422, "invalid-request"),
        (b"null", 422, "invalid-event"),
        (b"[" + b",".join([b"{}"] * 1001) + b"]", 413, "too-many-events"),
        (b" " * (1024 * 1024 + 1), 413, "too-large"),
    ],
    ids=lambda value: str(value[:12]) if isinstance(value, bytes) else str(value),
)
async def test_a_body_that_is_no_event(body, status, slug, api):
    answer = await api.post("/v1/events", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (status, slug)


async def test_a_body_in_pieces_without_a_length_is_limited_too(api):
    async def pieces():
        for _ in range(300):
            yield b" " * 8192

    answer = await api.post("/v1/events", content=pieces(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


async def test_another_media_type_is_refused(api):
    answer = await api.post("/v1/events", content="<a/>", headers={"Content-Type": "text/xml"})
    assert answer.status_code == 415


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
ATTRIBUTES = ("specversion", "id", "source", "type", "time", "subject", "data", "datacontenttype", "dataschema")
DATA_FIELDS = sorted({name for model in TYPES.values() for name in model.model_fields})


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_no_json_at_all_brings_a_500(data, api, an_event):
    """Also broken parts inside ordinary events."""
    event = an_event(data.draw(st.sampled_from(sorted(TYPES))), id=data.draw(st.uuids().map(str)))
    fields = data.draw(st.dictionaries(st.sampled_from(DATA_FIELDS), JSON_VALUES, max_size=4))
    changes = data.draw(st.dictionaries(st.sampled_from(ATTRIBUTES), JSON_VALUES, max_size=2))
    body = data.draw(st.sampled_from([{**event, "data": fields}, {**event, **changes}])) if data.draw(
        st.booleans()) else data.draw(JSON_VALUES)  # fmt: skip
    answer = await api.post("/v1/events", content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code < 500
    assert answer.json()
