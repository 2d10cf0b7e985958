"""What a person is shown when a page cannot be."""

import pytest

from app.db.transaction import NoConnection
from app.pages.errors import for_machines

PEOPLE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "This page is not here"), ("vi", "Không có trang này"), ("ium", "This page is not here")],
)  # fmt: skip
async def test_an_unknown_page_is_told_in_the_readers_language(language, title, reader):
    answer = await reader.get("/nothing", headers=PEOPLE | {"Accept-Language": language})
    assert answer.status_code == 404
    assert title in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"]


async def test_programs_get_a_problem(reader):
    for path, headers in (("/nothing", {}), ("/v1/nothing", PEOPLE)):
        answer = await reader.get(path, headers=headers)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_method_that_a_page_does_not_take_is_told_so(reader):
    answer = await reader.put("/unsubscribe/x", headers=PEOPLE)
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert "This page is not here" in answer.text


async def test_a_form_of_another_site_changes_nothing(reader):
    for accept in (PEOPLE, {}):
        answer = await reader.post("/unsubscribe/x", headers={**accept, "Origin": "https://evil.example"})
        assert answer.status_code == 403


async def test_a_fault_of_ours_is_called_one(reader, services, monkeypatch):
    async def fail(token):
        raise ZeroDivisionError

    monkeypatch.setattr(type(services.consents), "agency_behind", staticmethod(fail))
    answer = await reader.get("/unsubscribe/x", headers=PEOPLE | {"Accept-Language": "es"})
    assert answer.status_code == 500
    assert 'lang="es"' in answer.text


async def test_somebody_is_answered_even_without_the_words(reader, services, monkeypatch):
    async def fail(self):
        raise NoConnection

    monkeypatch.setattr(type(services.wording), "current", fail)
    answer = await reader.get("/nothing", headers=PEOPLE)
    assert answer.status_code == 404
    assert "Please try again" in answer.text


@pytest.mark.parametrize(
    ("path", "machines"), [("/v1", True), ("/v1/events", True), ("/v1x", False), ("/", False), ("/sandbox/x", True)]
)  # fmt: skip
def test_machines_are_known_by_their_path(path, machines):
    assert for_machines(path) is machines
