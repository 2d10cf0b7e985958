"""How many requests a key may send."""

import pytest

from app.api.rates import Counts
from app.rules.limits import Limit


@pytest.fixture
def allowed_two(client):
    """Let each key send two requests at once and one more each ten seconds."""
    client._transport.app.state.counts = Counts(Limit(rate=0.1, burst=2))  # noqa: SLF001  (the application is in there)


async def test_every_answer_says_how_many_requests_are_left(api):
    answer = await api.get("/v1/members/M-1")
    assert answer.status_code == 404
    assert answer.headers["RateLimit-Policy"] == '"requests";q=6000;w=2'
    assert answer.headers["RateLimit"] == '"requests";r=5999;t=1'


@pytest.mark.usefixtures("allowed_two")
async def test_who_sends_too_many_is_told_when_to_come_again(api, send, an_event):
    await api.get("/v1/members/M-1")
    await send(an_event())
    refused = await send(an_event(id="e-2"))
    assert refused.status_code == 429
    assert refused.json()["type"].endswith("/problems/too-many-requests")
    assert refused.headers["Retry-After"] == "10"
    assert refused.headers["RateLimit"] == '"requests";r=0;t=10'


@pytest.mark.usefixtures("allowed_two")
async def test_one_key_does_not_use_up_what_another_may(api, services, agency):
    for _ in range(3):
        last = await api.get("/v1/members/M-1")
    assert last.status_code == 429
    other = await services.tenancy.add_key(agency.id, name="other", scopes=["admin"])
    answer = await api.get("/v1/members/M-1", headers={"Authorization": f"Bearer {other.text}"})
    assert answer.status_code == 404


async def test_who_has_no_key_hears_of_no_limit(client):
    assert "RateLimit" not in (await client.get("/v1/members/M-1")).headers


def test_the_key_that_was_not_seen_for_longest_is_forgotten_first(monkeypatch):
    monkeypatch.setattr("app.api.rates.MOST_KEYS", 2)
    counts = Counts(Limit(rate=1, burst=1))
    assert counts.take("a", 0.0).allowed
    assert counts.take("b", 0.0).allowed
    assert not counts.take("a", 0.0).allowed
    assert counts.take("c", 0.0).allowed
    assert not counts.take("a", 0.0).allowed
    assert counts.take("b", 0.0).allowed
