"""Errors as people and machines read them."""

import httpx
import pytest
from fastapi import FastAPI

from app.api.edge import Edge
from app.api.problems import KINDS, Fault, Problem, install, pointer, refused
from app.rules.switches import Mistake


async def test_a_problem_says_what_where_and_how_to_ask_about_it(api):
    answer = await api.get("/v1/messages?limit=0&month=2027-13&kind=letter")
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "errors", "request_id"}
    assert {one["pointer"] for one in body["errors"]} == {"/query/limit", "/query/month", "/query/kind"}
    assert body["request_id"] == answer.headers["X-Request-Id"]


async def test_each_problem_has_its_page(client, settings):
    answer = await client.get("/v1/messages")
    page = answer.json()["type"]
    assert page == f"{settings.public_url}/problems/no-valid-key"
    assert "keepcovered key add" in (await client.get(page.removeprefix(settings.public_url))).text


async def test_what_is_not_there_and_what_is_not_done(client):
    missing, wrong = await client.get("/v2/events"), await client.get("/v1/events")
    assert (missing.status_code, missing.json()["type"].rpartition("/")[2]) == (404, "not-found")
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "POST")


def test_what_a_stage_refuses_is_said_field_by_field():
    found = refused([Mistake("audience/zones", "give a zone"), Mistake("template", "name one")])
    assert found.status == 422
    assert found.errors == [Fault("/audience/zones", "give a zone"), Fault("/template", "name one")]


async def test_a_fault_of_ours_is_a_500_that_tells_nothing():
    app = FastAPI()
    app.state.public_url = "http://service.test"
    install(app)

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("SECRET")

    app.add_middleware(Edge, public_url="http://service.test")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://service.test") as caller:
        answer = await caller.get("/broken")
    assert answer.status_code == 500
    assert "SECRET" not in answer.text
    assert answer.json()["type"].endswith("internal-error")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_cause_and_mend(kind):
    assert KINDS[kind].cause.endswith(".")
    assert KINDS[kind].mend.endswith(".")
    assert Problem(kind).status >= 400


def test_pointers_are_escaped_and_short():
    assert pointer(["a/b", "c~d", 0]) == "/a~1b/c~0d/0"
    assert len(pointer(["x" * 1000])) == 300
