import pytest

from app.rules.flyers import is_visit

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"


def test_a_person_with_a_phone_is_a_visit():
    assert is_visit("GET", {"user-agent": PHONE})


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {"user-agent": PHONE}),
        ("GET", {}),
        ("GET", {"user-agent": PHONE, "sec-purpose": "prefetch"}),
        ("GET", {"user-agent": PHONE, "x-moz": "prefetch"}),
        ("GET", {"user-agent": "facebookexternalhit/1.1"}),
        ("GET", {"user-agent": "WhatsApp/2.24"}),
        ("GET", {"user-agent": "python-httpx/0.28"}),
    ],
)
def test_machines_are_none(method, headers):
    assert not is_visit(method, headers)
