"""The viewer of the API, without a network."""

import re


async def test_everything_it_loads_is_served_here(reader):
    page = await reader.get("/docs")
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert all(address.startswith(("/", "data:")) for address in loaded)
    for address in loaded:
        if address.startswith("/"):
            assert (await reader.get(address)).status_code == 200


async def test_no_script_stands_in_the_page(reader):
    assert re.findall(r"<script[^>]*>([^<]+)", (await reader.get("/docs")).text) == []
    assert "/openapi.json" in (await reader.get("/static/docs.js")).text


async def test_the_viewer_comes_with_its_licence(reader):
    assert "Apache License" in (await reader.get("/static/swagger/LICENSE")).text
