"""The page that tells whether a message is real."""

import re

import pytest

from app.rules.network import NOWHERE

CODE = "K7QF2M4P"
SENT = """
    INSERT INTO attempt (id, period, agency_id, message_id, number, state, channel, provider, code, intended_at,
                         intended_on_machine, lease_until)
    VALUES (gen_random_uuid(), date_trunc('month', now()), :agency, gen_random_uuid(), 1, :state, 'sms', 'twilio',
            :code, '2026-12-01T17:00:00Z', now(), now())
"""


@pytest.fixture
async def sent(services, agency):
    """Return who writes down that a message with a code was sent."""
    from sqlalchemy import text

    await services.keeping.make_ahead()

    async def write(code=CODE, state="accepted"):
        async with services.database.transaction(None) as tx:
            await tx.session.run(text(SENT), agency=agency.id, code=code, state=state)

    return write


async def verify(reader, code, **headers):
    return await reader.post("/verify", data={"code": code}, headers=headers)


@pytest.mark.parametrize("typed", [CODE, "k7qf 2m4p", "K7QF-2M4P", " Ｋ７ＱＦ２Ｍ４Ｐ.", "Code K7QF2M4P"])
async def test_a_code_of_ours_names_the_agency_and_the_day(reader, sent, typed):
    await sent()
    page = await verify(reader, typed)
    assert page.status_code == 200
    assert "Orange County Social Services Agency" in page.text
    assert "December 1, 2026" in page.text
    assert "A thief can copy a code" in page.text


@pytest.mark.parametrize(
    "typed", ["K7QF2M4Q", "1234", "OOOOOOOO", "'; DROP TABLE attempt", "\u202e" + CODE[::-1], "🌻"]
)
async def test_any_other_code_is_refused(reader, sent, typed):
    await sent()
    page = await verify(reader, typed)
    assert page.status_code == 200
    assert "We know no such message" in page.text
    assert "December 1, 2026" not in page.text


async def test_what_never_left_is_not_ours_to_vouch_for(reader, sent):
    await sent(state="rejected")
    assert "We know no such message" in (await verify(reader, CODE)).text


async def test_both_answers_differ_in_nothing_but_the_answer(reader, sent):
    await sent()
    pages = [await verify(reader, code) for code in (CODE, "K7QF2M4Q")]
    without = [
        re.sub(r'<div class="usa-alert.*?</div>', "", page.text, flags=re.DOTALL).replace(code, "")
        for page, code in zip(pages, (CODE, "K7QF2M4Q"), strict=True)
    ]
    assert without[0] == without[1]
    assert pages[0].headers.keys() == pages[1].headers.keys()


async def test_nothing_is_told_of_to_whom(reader, sent, services):
    await sent()
    text = (await verify(reader, CODE)).text
    assert not re.search(
        r"renewal|sms|text message of", re.search(r'<div class="usa-alert.*?</div>', text, re.DOTALL)[0]
    )


async def test_a_link_fills_a_code_in_and_looks_nothing_up(reader, sent, services):
    await sent()
    page = await reader.get(f"/verify?code={CODE}&agency=orange")
    assert f'value="{CODE}"' in page.text
    assert "Yes, this code is ours" not in page.text
    async with services.database.transaction(None) as tx:
        from sqlalchemy import text

        assert await tx.session.all(text("SELECT FROM brake_count")) == []


async def test_without_a_code_the_field_says_what_is_missing(reader):
    page = await verify(reader, "")
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert 'aria-invalid="true"' in page.text


async def test_who_asks_too_often_waits(reader, sent, services):
    for _ in range(services.settings.caps.verify_network_hour):
        assert (await verify(reader, "K7QF2M4Q")).status_code == 200
    refused = await verify(reader, CODE)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3600")
    assert "Please wait" in refused.text
    assert str(NOWHERE) not in refused.text


async def test_a_form_from_elsewhere_and_a_broken_one_are_refused(reader):
    assert (await verify(reader, CODE, **{"Sec-Fetch-Site": "cross-site"})).status_code == 403
    sent = await reader.post(
        "/verify", content=b"code=%ff", headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert sent.status_code in {200, 400}
    assert (await reader.post("/verify", data={"code": "x" * 20_000})).status_code == 400


@pytest.mark.parametrize("language", ["es", "vi", "ar", "zh-Hant"])
async def test_it_speaks_the_readers_language_and_writes_the_day_as_it_does(reader, sent, language):
    await sent()
    page = await reader.post(f"/verify?lang={language}", data={"code": CODE})
    assert f'<html lang="{language}"' in page.text
    assert "December" not in page.text
