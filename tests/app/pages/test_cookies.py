"""Cookies."""

from types import SimpleNamespace

import pytest
from fastapi import Request
from fastapi.responses import Response

from app.pages.cookies import cookie_name, drop_cookie, read_cookie, set_cookie

PLAIN, SECURE = SimpleNamespace(public_url="http://127.0.0.1:8000"), SimpleNamespace(public_url="https://kc.example")


def request(cookies):
    return Request({"type": "http", "headers": [(b"cookie", cookies.encode())]})


@pytest.mark.parametrize(("place", "name"), [(PLAIN, "kc_visit"), (SECURE, "__Host-kc_visit")])
def test_what_was_set_is_read_back(place, name):
    assert cookie_name(place, "kc_visit") == cookie_name(place, "visit") == name
    assert read_cookie(request(f"{name}=abc; other=1"), place, "kc_visit") == "abc"
    assert read_cookie(request("other=1"), place, "kc_visit") is None


def test_scripts_and_other_sites_have_no_part_in_it():
    response = Response()
    set_cookie(response, SECURE, "kc_visit", "abc", 60)
    said = response.headers["set-cookie"].lower()
    assert all(part in said for part in ("httponly", "secure", "samesite=lax", "path=/", "max-age=60"))
    assert "domain" not in said


def test_a_cookie_can_be_taken_back():
    response = Response()
    drop_cookie(response, PLAIN, "kc_visit")
    assert "Max-Age=0" in response.headers["set-cookie"]
