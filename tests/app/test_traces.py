"""Traces: a whole story is traced, and nothing personal is in any of it."""

import json

import httpx
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app import traces
from app.jobs import handlers
from app.main import build_app
from app.queue import Job
from app.traces import OURS, allowed, span, tracing
from app.wiring import open_services
from tests.conftest import AGENCY

PERSONAL = ("+17145552345", "7145552345", "Anamaria", "ana@secret.example", "M-SECRET", "kc_")
EVENT = {
    "specversion": "1.0", "id": "e-1", "source": "/counties/orange/calsaws", "time": "2026-11-01T18:00:00Z",
    "type": "org.keepcovered.member.updated", "subject": "M-SECRET",
    "data": {
        "first_name": "Anamaria",
        "phones": [{"number": "+17145552345", "kind": "mobile", "rank": 1}],
        "emails": [{"address": "ana@secret.example", "rank": 1}],
        "consents": [{"channel": "sms", "granted_at": "2026-01-05T00:00:00Z"}],
        "renewals": [{"program": "medi_cal", "renewal_month": "2027-02"}],
    },
}  # fmt: skip


@pytest.fixture
def told():
    """What left, and a tracer for as long as the test lasts."""
    exporter = InMemorySpanExporter()
    with tracing("", process="test", version="0", exporter=exporter):
        yield lambda: _flushed(exporter)


def _flushed(exporter):
    traces._Held.provider.force_flush()  # noqa: SLF001  (a test cannot wait for the batch's clock)
    return [json.loads(one.to_json()) for one in exporter.get_finished_spans()]


async def test_without_an_address_nothing_is_traced():
    with tracing("", process="test", version="0"), span("send") as one:
        assert one is None


async def test_a_span_says_only_what_is_on_the_list(told):
    with span("send", lane="orange/sms", phone="+17145552345"):
        pass
    [one] = told()
    assert (one["name"], one["attributes"]) == ("send", {"keepcovered.lane": "orange/sms"})


async def test_an_errors_text_never_leaves(told):
    def fail():
        with span("send"):
            raise ValueError("+17145552345")

    with pytest.raises(ValueError, match="1714"):
        fail()
    [one] = told()
    assert one["status"] == {"status_code": "ERROR"}
    assert one["events"] == []


def test_the_list_has_no_name_for_what_is_personal():
    assert not OURS & {"member", "member_ref", "phone", "to", "address", "name", "path", "query", "url", "token"}
    assert allowed({"url.path": "/v1/members/M-SECRET", "db.statement.parameters": "x", "db.system": "p"}) == {
        "db.system": "p"
    }


@pytest.mark.usefixtures("_read_once", "one_reminder")
async def test_a_whole_story_is_traced_with_stages_routes_and_statements_and_nobody_in_it(told, settings, clean_url):
    async with open_services(settings, clean_url) as services:
        agency = await services.tenancy.add(AGENCY)
        key = (await services.tenancy.add_key(agency.id, name="test", scopes=["admin"])).text
        head = {"Authorization": f"Bearer {key}", "Content-Type": "application/cloudevents+json"}
        transport = httpx.ASGITransport(app=build_app(services))
        async with httpx.AsyncClient(transport=transport, base_url="http://service.test", headers=head) as caller:
            assert (await caller.post("/v1/events", json=EVENT)).status_code == 200
            assert (await caller.get("/v1/members/M-SECRET/timeline?x=Anamaria")).status_code == 200
            await caller.post("/callbacks/twilio/messages/abc", content=b"To=%2B17145552345")
        await handlers(services)[Job.PLAN](agency=str(agency.id))
    spans = told()
    text = json.dumps(spans)
    assert [word for word in PERSONAL if word in text] == []
    names = {one["name"] for one in spans}
    assert {"POST /v1/events", "GET /v1/members/{member_ref:path}/timeline", "SELECT", "INSERT"} <= names
    statements = [one["attributes"].get("db.statement", "") for one in spans]
    assert any("FROM message" in statement for statement in statements)
