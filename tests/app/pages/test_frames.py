"""The frame around every page for people."""

import re

import pytest

from app.pages.frames import accepted


async def seen(reader, path="/nothing", **headers):
    """Any page will do: the one for what is not there has words in every language."""
    return await reader.get(path, headers={"Accept": "text/html"} | headers)


@pytest.mark.parametrize(
    ("path", "cookie", "header", "language"),
    [
        ("/nothing", "", "", "en"),
        ("/nothing?lang=ar", "kc_lang=vi", "es", "ar"),
        ("/nothing", "kc_lang=vi", "es", "vi"),
        ("/nothing", "", "fr, es-MX;q=0.8", "es"),
        ("/nothing", "", "es;q=0.5, ko;q=0.9", "ko"),
        ("/nothing?lang=xx", "kc_lang=%00", "vi", "vi"),
    ],
)
async def test_it_speaks_the_readers_language(path, cookie, header, language, reader):
    page = await seen(reader, path, **{"Accept-Language": header, "Cookie": cookie})
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page.text
    assert page.headers["content-language"] == language


async def test_a_chosen_language_is_remembered(reader):
    await seen(reader, "/nothing?lang=vi")
    assert '<html lang="vi"' in (await seen(reader)).text


async def test_a_language_is_offered_by_its_own_name_and_keeps_the_rest_of_the_address(reader):
    page = (await seen(reader, "/nothing?agency=orange&lang=es")).text
    assert 'href="/nothing?agency=orange&amp;lang=zh-Hant" lang="zh-Hant"' in page
    assert "繁體中文" in page
    assert '<input type="hidden" name="agency" value="orange">' in page


async def test_a_language_without_words_is_not_offered_and_gets_english_with_the_way_to_help(reader):
    page = (await seen(reader, **{"Accept-Language": "ium"})).text
    assert "Mienh" not in page
    assert '<html lang="en"' in page
    assert "Free help in your language" in page


async def test_every_page_names_help_and_what_is_never_asked(reader, agency):
    page = (await seen(reader)).text
    assert '<a href="tel:+18002819799"' in page
    assert "We never ask for your Social Security number" in page


async def test_no_address_leads_to_another_site(reader):
    page = (await seen(reader, "//evil.example/x")).text
    assert re.findall(r'(?:href|action)="//', page) == []


async def test_where_there_are_several_agencies_the_page_names_none(reader, services, agency):
    await services.tenancy.add(
        'code = "kern"\nname = "Kern"\ncounty_code = "15"\nphone = "+16615550100"\n[senders]\nsms = "+16615550101"'
    )
    page = (await seen(reader)).text
    assert "kc-agency" not in page
    assert "The number is on its letters" in page


def test_languages_are_taken_by_their_weight():
    assert accepted("en;q=0.1, vi , fr;q=x, de;q=0") == ["vi", "en"]
