"""The page behind the link in an e-mail."""

from datetime import UTC, datetime

import pytest

from app.rules.facts import Channel, Consent, CountyEvent, Email, MemberUpdated


@pytest.fixture
async def token(services, agency):
    """The token of a member's e-mail address."""
    facts = MemberUpdated(emails=(Email("ana@example.org"),), consents=(Consent(Channel.EMAIL, granted=True),))
    at = datetime(2026, 1, 1, tzinfo=UTC)
    await services.intake.apply(agency.id, [CountyEvent("1", "/c", "t", at, "M-1", facts)])
    view = await services.reporting.member(agency.id, "M-1")
    (point,) = view.member.points.values()
    return services.database.index.token("unsubscribe", point.id)


async def consents(services, agency):
    view = await services.reporting.member(agency.id, "M-1")
    return [held.granted for held in view.member.consents.values()]


async def test_opening_it_asks_and_changes_nothing(reader, token, services, agency):
    page = await reader.get(f"/unsubscribe/{token}")
    assert page.status_code == 200
    assert "Orange County Social Services Agency" in page.text
    assert '<form method="post">' in page.text
    assert await consents(services, agency) == [True]


async def test_its_button_stops_the_e_mails(reader, token, services, agency):
    page = await reader.post(f"/unsubscribe/{token}")
    assert 'role="status"' in page.text
    assert '<form method="post">' not in page.text
    assert await consents(services, agency) == [False]


@pytest.mark.parametrize(
    ("query", "header", "language"),
    [("", "", "en"), ("?lang=vi", "es", "vi"), ("", "fr, es-MX;q=0.8", "es"), ("?lang=xx", "", "en"),
     ("", "zh-TW,zh;q=0.9", "zh-Hant"), ("?lang=ko&x=1", "", "ko")],
)  # fmt: skip
async def test_it_speaks_the_readers_language(query, header, language, reader, token):
    page = await reader.get(f"/unsubscribe/{token}{query}", headers={"Accept-Language": header})
    assert f'<html lang="{language}"' in page.text


async def test_a_changed_link_says_so(reader, token):
    for one in (token[:-2] + "zz", "x"):
        assert (await reader.get(f"/unsubscribe/{one}")).status_code == 404
        assert (await reader.post(f"/unsubscribe/{one}")).status_code == 404
