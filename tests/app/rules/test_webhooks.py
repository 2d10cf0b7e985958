import hmac
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest

from app.rules.webhooks import GIVE_UP, PAUSES, ended, may_call, next_try, problem_of, secret_of, signed, was_taken

NOW = datetime(2026, 11, 2, 20, tzinfo=UTC)


def test_a_secret_is_base64_behind_its_prefix():
    assert secret_of(bytes(24)) == "whsec_" + b64encode(bytes(24)).decode()


def test_a_call_is_signed_over_id_time_and_body_as_standard_webhooks_says():
    secret, body = secret_of(b"k" * 32), b'{"type": "member.replied"}'
    headers = signed(secret, "msg_1", 1_700_000_000, body)
    mac = hmac.digest(b64decode(secret[6:]), b"msg_1.1700000000." + body, "sha256")
    assert headers == {
        "webhook-id": "msg_1",
        "webhook-timestamp": "1700000000",
        "webhook-signature": "v1," + b64encode(mac).decode(),
    }


def test_a_call_is_tried_ten_times_over_three_days():
    waits = [next_try(tries, NOW) for tries in range(1, 11)]
    assert [at - NOW for at in waits[:-1]] == list(PAUSES)
    assert waits[-1] is None
    assert timedelta(days=3) < sum(PAUSES, timedelta()) < GIVE_UP


@pytest.mark.parametrize(
    ("status", "taken"), [(200, True), (204, True), (301, False), (404, False), (500, False), (0, False)]
)
def test_only_a_yes_is_taken_for_one(status, taken):
    assert was_taken(status) is taken


def test_a_receiver_that_is_gone_or_fails_for_five_days_is_not_called_any_more():
    assert ended(410, None, NOW) == "gone"
    assert ended(500, NOW - timedelta(days=5), NOW) == "failing"
    assert ended(500, NOW - timedelta(days=4), NOW) is None
    assert ended(0, None, NOW) is None


OUTSIDE = ("8.8.8.8", "2606:4700::1111")
INSIDE = (
    "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.1", "224.0.0.1", "255.255.255.255",
    "fe80::1", "fc00::1", "::", "ff02::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1",
    "2002:a00:1::", "2001:db8::1",
)  # fmt: skip
OURSELVES = ("127.0.0.1", "127.8.8.8", "::1")


@pytest.mark.parametrize("address", OUTSIDE)
def test_the_internet_is_called_with_encryption(address):
    for live in (True, False):
        assert may_call(ip_address(address), live=live, encrypted=True)
        assert not may_call(ip_address(address), live=live, encrypted=False)


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_inside_is_never_called(address):
    assert not [live for live in (True, False) if may_call(ip_address(address), live=live, encrypted=True)]


@pytest.mark.parametrize("address", OURSELVES)
def test_this_machine_is_called_in_the_sandbox_only(address):
    assert may_call(ip_address(address), live=False, encrypted=False)
    assert not may_call(ip_address(address), live=True, encrypted=True)


@pytest.mark.parametrize("url", ["https://county.example.org/hooks?a=1", "https://8.8.8.8/x"])
def test_an_address_on_the_internet_can_be_added(url):
    assert problem_of(url, live=True) == problem_of(url, live=False) == ""


@pytest.mark.parametrize(
    ("url", "about"),
    [
        ("", "whole address"),
        ("county.example.org", "whole address"),
        ("https://", "whole address"),
        ("https://[::1", "whole address"),
        ("https://county.example.org:99999/", "whole address"),
        ("https://county.example.org/" + "a" * 2000, "whole address"),
        ("https://county.example.org/ü", "ASCII"),
        ("https://county.example.org/a b", "ASCII"),
        ("https://me:secret@county.example.org/", "user"),
        ("https://county.example.org/#part", "fragment"),
        ("ftp://county.example.org/", "https"),
        ("http://county.example.org/", "https"),
        ("https://county.example.org:8443/", "443"),
        ("https://127.0.0.1/", "internet"),
        ("https://[::ffff:10.0.0.1]/", "internet"),
        ("https://169.254.169.254/latest", "internet"),
        ("https://localhost/", "internet"),
        ("https://db.internal/", "internet"),
    ],
)
def test_what_is_wrong_with_an_address_is_said(url, about):
    assert about in problem_of(url, live=True)


def test_in_the_sandbox_this_machine_can_be_added_without_encryption():
    assert problem_of("http://127.0.0.1:9000/hooks", live=False) == ""
    assert problem_of("http://localhost:9000/hooks", live=False) == ""
    assert "https" in problem_of("http://10.0.0.1/hooks", live=False)
    assert "https" in problem_of("http://county.example.org/hooks", live=False)
