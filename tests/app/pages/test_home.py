"""The page for operators and programmers."""


async def test_it_leads_to_the_ways_in(reader):
    page = await reader.get("/about")
    assert page.status_code == 200
    for link in ("/docs", "/problems", "/sandbox/", "/"):
        assert f'href="{link}"' in page.text
        assert (await reader.get(link, follow_redirects=True)).status_code == 200
