"""Where a form was sent from."""

from types import SimpleNamespace

import pytest
from fastapi import Request

from app.pages.origins import same_origin


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "cross-site", "origin": "https://kc.example"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"origin": "https://kc.example"}, True),
        ({"origin": "http://10.0.0.1:8000"}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
        ({"origin": "http://[::1"}, False),
    ],
)
def test_only_a_page_of_ours_may_send_a_form(headers, ours):
    app = SimpleNamespace(state=SimpleNamespace(public_url="https://kc.example"))
    told = [(name.encode(), value.encode()) for name, value in ({"host": "10.0.0.1:8000"} | headers).items()]
    assert same_origin(Request({"type": "http", "headers": told, "app": app})) is ours
