"""What is held, and a person's rights."""

import re

import pytest

from app.pages.privacy import span

KERN = 'code = "kern"\nname = "Kern"\ncounty_code = "15"\nphone = "+16615550100"\n[senders]\nsms = "+16615550101"'


async def test_it_speaks_for_the_only_agency(reader, agency):
    page = (await reader.get("/privacy")).text
    assert "<bdi>Orange County Social Services Agency</bdi> uses this service" in page
    assert page.count("<h2>") >= 6
    assert "(800) 281-9799" in page


async def test_with_several_agencies_the_reader_chooses(reader, services, agency):
    await services.tenancy.add(KERN)
    page = (await reader.get("/privacy")).text
    assert 'href="/privacy?agency=kern"' in page
    assert "uses this service" not in page
    assert "<bdi>Kern</bdi> uses this service" in (await reader.get("/privacy?agency=kern")).text


async def test_it_is_whole_in_every_language(reader, agency):
    languages = re.findall(r'option value="([^"]+)"', (await reader.get("/privacy")).text)
    for language in languages:
        page = (await reader.get(f"/privacy?lang={language}")).text
        main = page.partition("<main")[2].partition("</main>")[0]
        assert f'<html lang="{language}"' in page
        assert language == "en" or 'lang="en"' not in main


async def test_what_the_settings_say_is_what_it_says(reader, services, agency, monkeypatch):
    assert "three years" in (await reader.get("/privacy")).text
    kept = services.settings.retention.model_copy(update={"messages": 60})
    services.settings.__dict__["retention"] = kept
    page = (await reader.get("/privacy?lang=es")).text
    assert "5 años" in page


@pytest.mark.parametrize(
    ("months", "language", "said"),
    [(48, "en", "4 years"), (12, "vi", "1 năm"), (30, "zh-Hant", "30 個月"), (24, "ru", "2 года")],
)  # fmt: skip
def test_a_span_is_written_as_the_language_does(months, language, said):
    assert span(months, language) == said
