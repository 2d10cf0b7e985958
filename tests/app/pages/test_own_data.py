"""What is held about a person, to read and to take along."""

import json

import pytest

from app.rules.facts import Channel, Consent, Email
from tests.app.pages.choosing import MAIL, NUMBER, come_in, due, form_of, tell
from tests.app.pipeline.fakes import looked

HERE = "/preferences/data"
BOTH = (Consent(Channel.SMS, granted=True, address=NUMBER), Consent(Channel.EMAIL, granted=True, address=MAIL))


@pytest.fixture
async def page(reader, services, agency, clean_url):
    """The choices of somebody with a renewal ahead, and one who was written to."""
    await tell(
        services, agency, emails=(Email(MAIL),), first_name="Ana", language_written="vi", renewals=(due("2027-05"),),
        consents=BOTH,
    )  # fmt: skip
    page = await come_in(reader, services, agency, clean_url)
    await services.planning.waiting()
    return page


async def test_nobody_sees_it_without_a_visit(reader, agency):
    for path in (HERE, f"{HERE}.json"):
        assert (await reader.get(path)).status_code == 403


async def test_it_shows_the_own_address_and_masks_the_others(reader, page):
    shown = (await reader.get(HERE)).text
    assert "(714) 555-2345" in shown
    assert "+17145552345" not in shown
    assert "a•••@•••" in shown
    assert MAIL not in shown


async def test_it_tells_nothing_of_the_case(reader, page, clean_url):
    assert await looked(clean_url, "SELECT 1 FROM message WHERE kind = 'reminder'") != []
    told = (await reader.get(f"{HERE}.json")).text
    for secret in ("2027-05", "renewal_month", "M-1", "Ana", "planned", "upcoming"):
        assert secret not in told
    shown = (await reader.get(HERE)).text
    for secret in ("2027", "M-1", "Ana", "May 2027"):
        assert secret not in shown.replace("2026", "")


async def test_it_has_every_yes_and_no_and_choice(reader, page):
    await reader.post(
        "/preferences/choices", data={**form_of(page), "channels": ["email"], "first": "10", "last": "14"}
    )
    told = json.loads((await reader.get(f"{HERE}.json")).text)
    assert [(one["channel"], one["granted"], one["ground"]) for one in told["consents"]] == [
        ("sms", True, "county"), ("sms", False, "member"),
    ]  # fmt: skip
    assert [(one["what"], one["said"]) for one in told["choices"]] == [("channels", "email"), ("hours", "10-14")]
    assert told["limits"]["hours"] == [10, 14]
    shown = await reader.get(HERE)
    assert shown.status_code == 200
    assert "Your county told us that you said yes" in shown.text
    assert "10:00\u202fAM – 2:00\u202fPM" in shown.text


async def test_it_is_a_file_to_take_along(reader, page):
    answer = await reader.get(f"{HERE}.json")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="keepcovered.json"'
    assert answer.headers["Cache-Control"] == "no-store"
    told = json.loads(answer.text)
    assert told["address"] == NUMBER
    assert told["languages"] == {"read": "vi", "speak": None}


@pytest.mark.parametrize("language", ["en", "es", "vi", "ar", "zh-Hant"])
async def test_it_speaks_the_readers_language(language, reader, page):
    shown = await reader.get(f"{HERE}?lang={language}")
    assert shown.status_code == 200
    assert f'<html lang="{language}"' in shown.text


async def test_it_has_what_was_sent_and_said(reader, page, services, agency, clean_url):
    await looked(
        clean_url,
        "UPDATE message SET status = 'delivered', handed_at = now() WHERE kind = 'reminder' AND channel = 'sms' "
        "RETURNING 1",
    )
    async with services.database.transaction(agency.id) as tx:
        from app.db import inbound

        await inbound.keep(
            tx.session, agency.id, provider="twilio", key="k1", sender=NUMBER, body="Cảm ơn <b>", meaning="other"
        )
    shown = (await reader.get(HERE)).text
    assert "A reminder" in shown
    assert "arrived" in shown
    assert "Cảm ơn &lt;b&gt;" in shown
    told = json.loads((await reader.get(f"{HERE}.json")).text)
    assert [(one["channel"], one["what"], one["status"]) for one in told["messages"]] == [
        ("sms", "reminder", "delivered")
    ]


async def test_of_a_shared_phone_only_the_phone_is_told(reader, services, agency, clean_url):
    for ref in ("M-1", "M-2"):
        await tell(services, agency, ref, emails=(Email(f"{ref.lower()}@example.org"),))
    await come_in(reader, services, agency, clean_url)
    told = json.loads((await reader.get(f"{HERE}.json")).text)
    assert [one["address"] for one in told["points"]] == [NUMBER]
    assert len(told["consents"]) == 1
