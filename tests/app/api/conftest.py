"""What the tests of the HTTP edge share: the application over real stages, and ordinary events."""

import httpx
import pytest

from app.main import build_app

BATCH = {"Content-Type": "application/cloudevents-batch+json"}


@pytest.fixture
async def client(services, agency):
    """A caller without a key."""
    transport = httpx.ASGITransport(app=build_app(services))
    async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as caller:
        yield caller


@pytest.fixture
async def key(services, agency):
    """A key that may do everything."""
    return (await services.tenancy.add_key(agency.id, name="test", scopes=["admin"])).text


@pytest.fixture
async def api(client, key):
    """A caller with that key."""
    client.headers["Authorization"] = f"Bearer {key}"
    return client


@pytest.fixture
def an_event():
    """Return a maker of an ordinary event, except for what the test is about."""

    def make(type_="member.updated", data=None, **changes: object):
        ordinary = {
            "first_name": "Ana",
            "language_written": "es",
            "phones": [{"number": "+17145552345", "kind": "mobile", "rank": 1}],
            "consents": [{"channel": "sms", "granted_at": "2026-01-05T00:00:00Z"}],
            "renewals": [{"program": "medi_cal", "renewal_month": "2027-02"}],
        }
        return {
            "specversion": "1.0",
            "id": "e-1",
            "source": "/counties/orange/calsaws",
            "type": f"org.keepcovered.{type_}",
            "time": "2026-11-01T18:00:00Z",
            "subject": "M-1",
            "data": ordinary if data is None else data,
            **changes,
        }

    return make


@pytest.fixture
def send(api):
    """Return a sender of one event or a batch."""

    async def post(body, **headers: str):
        kind = "batch+json" if isinstance(body, list) else "json"
        told = {"Content-Type": f"application/cloudevents{'-' if isinstance(body, list) else '+'}{kind}", **headers}
        return await api.post("/v1/events", json=body, headers=told)

    return post


@pytest.fixture
def pointers():
    """Return a reader of what a problem points at."""
    return lambda answer: [one["pointer"] for one in answer.json()["errors"]]
