"""Flyers: a visit that is counted, the way to the sign-up, and the sheet to print."""

import pytest

from tests.app.pages.signing import codes, filled

PHONE = {"User-Agent": "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/139.0 Mobile Safari/537.36"}


@pytest.fixture
async def flyer(services, agency):
    """The flyer in a library of Garden Grove."""
    return await services.flyers.add(agency.id, "Garden Grove library", "vi")


@pytest.fixture
def visits(services, agency):
    """Return a look at how many visits there were."""

    async def look() -> int:
        return (await services.flyers.listed(agency.id))[0].visits

    return look


async def test_its_code_leads_to_the_sign_up_in_its_language(reader, flyer, visits):
    answer = await reader.get(f"/f/{flyer.place}", headers=PHONE)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/signup/orange?place={flyer.place}&lang=vi"
    assert "set-cookie" not in answer.headers
    assert await visits() == 1


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", PHONE),
        ("GET", {**PHONE, "Sec-Purpose": "prefetch;prerender"}),
        ("GET", {**PHONE, "Purpose": "preview"}),
        ("GET", {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}),
        ("GET", {"User-Agent": "curl/8.5"}),
        ("GET", {"User-Agent": ""}),
    ],
)
async def test_machines_are_led_on_and_not_counted(method, headers, reader, flyer, visits):
    assert (await reader.request(method, f"/f/{flyer.place}", headers=headers)).status_code == 303
    assert await visits() == 0


async def test_who_reloads_counts_once(reader, flyer, visits):
    for _ in range(3):
        await reader.get(f"/f/{flyer.place}", headers=PHONE)
    assert await visits() == 1


@pytest.mark.parametrize("place", ["bcdfgh", "x", "é", "BCDFGH", "a" * 500])
async def test_an_unknown_place_is_a_page_of_its_own(place, reader):
    for path in ("f", "flyer"):
        assert (await reader.get(f"/{path}/{place}", headers=PHONE)).status_code == 404


async def test_a_confirmed_sign_up_counts_for_the_place(reader, flyer, services, agency, clean_url):
    asked = await reader.post("/signup/orange", data=filled(place=flyer.place))
    assert (await services.flyers.listed(agency.id))[0].signups == 0
    code = (await codes(services, clean_url))["sms"]
    await reader.post(asked.headers["Location"], data={"code-sms": code})
    assert (await services.flyers.listed(agency.id))[0].signups == 1


async def test_the_sheet_is_in_the_flyers_language_with_its_code_drawn(reader, flyer, settings):
    page = await reader.get(f"/flyer/{flyer.place}", follow_redirects=True)
    assert page.status_code == 200
    assert '<html lang="vi"' in page.text
    assert "<svg" in page.text
    assert f"{settings.public_url.partition('://')[2]}/f/{flyer.place}" in page.text
    assert "JOIN VI" in page.text
    assert "<script" not in page.text
