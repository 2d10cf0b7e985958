"""Typing the codes: one field a channel, in the browser that asked."""

import re

import pytest

from tests.app.pages.signing import FILLED, browser_of, codes, filled
from tests.app.pipeline.fakes import looked

BOTH = filled(channels=["sms", "email"], yes=["sms", "email"], email="ana@example.org", place="bcdfgh", zip="92840")


@pytest.fixture
def typed(services, clean_url):
    """Return a maker of the form with the codes that went out, but for what the test is about."""

    async def make(**changes: str) -> dict[str, str]:
        found = {f"code-{channel}": code for channel, code in (await codes(services, clean_url)).items()}
        return {**found, **{f"code-{channel}": code for channel, code in changes.items()}}

    return make


@pytest.fixture
async def place(reader):
    """Where the codes are typed, of a sign-up by text and e-mail."""
    return (await reader.post("/signup/orange", data=BOTH)).headers["Location"]


@pytest.fixture
def ledger(clean_url):
    """Return a look into the ledger."""

    async def look() -> list[str]:
        rows = await looked(clean_url, "SELECT channel, wording, language FROM consent ORDER BY id")
        return [f"{row.channel} {row.wording} {row.language}" for row in rows]

    return look


async def test_the_page_says_where_the_codes_went_and_has_a_field_for_each(reader, place):
    page = await reader.get(place)
    assert page.status_code == 200
    assert "(714) 555-2345" in page.text
    assert "ana@example.org" in page.text
    assert re.findall(r'<input[^>]*name="(code-\w+)"', page.text) == ["code-sms", "code-email"]
    assert page.text.count('autocomplete="one-time-code"') == 2


async def test_nothing_personal_stands_in_the_address(place):
    assert re.fullmatch(r"/signup/orange/code\?s=[0-9a-f-]{36}&s=[0-9a-f-]{36}", place)


async def test_the_right_codes_sign_up_and_reloading_says_so_again(reader, place, typed, ledger):
    answer = await reader.post(place, data=await typed())
    assert (answer.status_code, answer.headers["Location"]) == (303, place)
    for _ in range(2):
        page = await reader.get(place)
        assert "You are signed up" in page.text
        assert "Texts to" in page.text
        assert "E-mails to" in page.text
    assert await ledger() == ["sms v1 en", "email v1 en"]


async def test_the_wording_is_kept_in_the_language_in_which_it_was_shown(reader, typed, ledger):
    answer = await reader.post("/signup/orange?lang=es", data=filled(read="vi"))
    await reader.post(answer.headers["Location"], data=await typed())
    assert await ledger() == ["sms v1 es"]


async def test_sending_the_form_again_after_it_worked_changes_nothing(reader, place, typed, ledger):
    said = await typed()
    for _ in range(2):
        assert (await reader.post(place, data=said)).status_code == 303
    assert len(await ledger()) == 2


async def test_with_half_of_the_codes_right_that_half_is_signed_up(reader, place, typed, ledger):
    answer = await reader.post(place, data=await typed(email="00000000"))
    assert answer.status_code == 422
    assert "Texts to" in answer.text
    assert re.findall(r'<input[^>]*name="(code-\w+)"', answer.text) == ["code-email"]
    assert '<a href="#code-email">' in answer.text
    assert "00000000" not in answer.text
    assert await ledger() == ["sms v1 en"]
    assert (await reader.post(place, data=await typed())).status_code == 303
    assert len(await ledger()) == 2


async def test_a_missing_code_is_asked_for(reader, place, typed):
    answer = await reader.post(place, data=await typed(sms=""))
    assert answer.status_code == 422
    assert "Type the eight digits of the code." in answer.text


async def test_a_code_may_be_typed_in_groups_and_with_other_digits(reader, place, typed):
    said = {name: f" {code[:4]}-{code[4:]}" for name, code in (await typed()).items()}
    said["code-sms"] = said["code-sms"].translate({ord("0") + digit: chr(ord("٠") + digit) for digit in range(10)})
    assert (await reader.post(place, data=said)).status_code == 303


async def test_another_browser_sees_nothing_and_the_code_does_not_work_there(reader, place, typed, services, ledger):
    said = await typed()
    async with browser_of(services) as other:
        for _ in range(2):
            for answer in (await other.get(place), await other.post(place, data=said)):
                assert answer.status_code == 404
                assert "555-2345" not in answer.text
            await other.post("/signup/orange", data=filled(phone="714-555-9999"))  # now it has a cookie of its own
    assert await ledger() == []


async def test_the_api_does_not_take_a_code_that_a_browser_asked_for(reader, place, typed):
    id_ = re.findall(r"s=([0-9a-f-]{36})", place)[0]
    answer = await reader.post(f"/v1/signups/{id_}/confirm", json={"code": (await typed())["code-sms"]})
    assert answer.status_code == 422


async def test_after_five_tries_even_the_right_code_is_wrong(reader, typed, ledger):
    place = (await reader.post("/signup/orange", data=FILLED)).headers["Location"]
    for _ in range(5):
        await reader.post(place, data=await typed(sms="00000000"))
    answer = await reader.post(place, data=await typed())
    assert (answer.status_code, await ledger()) == (422, [])
    assert "This code is not right, or it is too old." in answer.text


async def test_who_types_too_many_codes_waits(reader, place):
    answers = [await reader.post(place, data={}) for _ in range(61)]
    assert [answer.status_code for answer in answers] == [422] * 60 + [429]


@pytest.mark.parametrize("query", ["", "?s=", "?s=x", "?s=00000000-0000-0000-0000-000000000000", "?s=x" * 99])
async def test_an_address_that_is_made_up_leads_back_to_the_start(query, reader, place):
    answer = await reader.get(f"/signup/orange/code{query}")
    assert answer.status_code == 404
    assert 'href="/"' in answer.text


async def test_the_browser_is_known_by_a_cookie_that_scripts_do_not_see(reader):
    answer = await reader.post("/signup/orange", data=FILLED)
    cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith("kc_browser="))
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
