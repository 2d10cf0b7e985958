"""A page for each problem."""

from html import escape

import pytest

from app.api.problems import KINDS


@pytest.mark.parametrize("slug", ["wrong-code", "event-conflict"])
async def test_it_says_cause_and_mend(slug, reader):
    page = await reader.get(f"/problems/{slug}")
    assert page.status_code == 200
    assert escape(KINDS[slug].mend) in page.text


async def test_all_are_listed(reader):
    page = (await reader.get("/problems")).text
    assert all(f'"/problems/{slug}"' in page for slug in KINDS)
    assert (await reader.get("/problems/none")).status_code == 404
