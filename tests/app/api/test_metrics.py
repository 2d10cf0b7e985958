"""Who may read the metrics."""

from dataclasses import replace

import httpx
import pytest
from pydantic import SecretStr

from app.main import build_app


@pytest.fixture
def ask(services):
    """Ask a service of such settings for its metrics."""

    async def get(token="", mode="live", **headers: str):
        settings = services.settings.model_copy(update={"mode": mode, "metrics_token": SecretStr(token)})
        app = build_app(replace(services, settings=settings, simulator=None))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://service.test") as caller:
            return await caller.get("/metrics", headers=headers)

    return get


async def test_a_sandbox_tells_everybody(ask):
    answer = await ask(mode="sandbox")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "keepcovered_database_up 1.0" in answer.text


async def test_a_live_service_hides_them_unless_a_token_is_set(ask):
    assert (await ask()).status_code == 404


async def test_who_shows_the_token_may_read_them_and_nobody_else(ask):
    assert (await ask("s3cret")).status_code == 401
    assert (await ask("s3cret", Authorization="Bearer other")).status_code == 401
    assert (await ask("s3cret", Authorization="Bearer s3cret")).status_code == 200
    assert (await ask("s3cret", mode="sandbox")).status_code == 401


async def test_requests_are_counted_by_template_and_never_by_path(ask, api):
    await api.get("/v1/members/M-SECRET/timeline")
    text = (await ask(mode="sandbox")).text
    assert 'route="/v1/members/{member_ref:path}/timeline"' in text
    assert "M-SECRET" not in text
