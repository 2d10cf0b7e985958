"""The first page."""


async def test_it_leads_to_the_ways_in(reader):
    page = await reader.get("/")
    assert page.status_code == 200
    for link in ("/docs", "/problems", "/sandbox/"):
        assert f'href="{link}"' in page.text
        assert (await reader.get(link)).status_code == 200
