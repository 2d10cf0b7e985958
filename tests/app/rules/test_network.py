"""Whose request it is, behind proxies and without."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db.sealed import BlindIndex
from app.rules.network import NOWHERE, client_of, network_key, network_of, prefix_key, prefix_of

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
PROXY, CALLER = "10.0.0.1", "203.0.113.9"


@pytest.mark.parametrize(
    ("peer", "forwarded", "caller"),
    [
        (CALLER, None, CALLER),
        (CALLER, "198.51.100.7", CALLER),  # anybody can write that
        (PROXY, CALLER, CALLER),
        (PROXY, f"198.51.100.7, {CALLER}", CALLER),  # what stands before the caller the caller wrote
        (PROXY, f"{CALLER}, 10.0.0.2", CALLER),
        (PROXY, f"{CALLER}:4711", CALLER),
        (PROXY, "[2001:db8::7]:4711", "2001:db8::7"),
        (PROXY, "2001:db8::7", "2001:db8::7"),
        (f"::ffff:{PROXY}", CALLER, CALLER),
        ("fd00::1", CALLER, CALLER),
        (PROXY, "unknown", PROXY),
        (PROXY, f"{CALLER}, unknown", PROXY),
        (PROXY, "", PROXY),
        (PROXY, None, PROXY),
    ],
)
def test_only_trusted_proxies_say_for_whom_they_speak(peer, forwarded, caller):
    assert client_of(peer, forwarded, PROXIES) == ip_address(caller)


def test_without_trusted_proxies_the_peer_is_the_caller():
    assert client_of(PROXY, CALLER, ()) == ip_address(PROXY)


def test_a_caller_whom_the_server_cannot_name_is_nobody_in_particular():
    assert network_of({"client": None, "headers": []}, PROXIES).address == NOWHERE


def test_several_headers_are_read_as_one():
    headers = [(b"x-forwarded-for", b"198.51.100.7"), (b"x-forwarded-for", CALLER.encode())]
    assert network_of({"client": (PROXY, 1), "headers": headers}, PROXIES).address == ip_address(CALLER)


@given(st.text(max_size=200))
def test_no_header_breaks_it(text):
    client_of(PROXY, text, PROXIES)


def test_the_neighbourhood_of_an_address():
    assert prefix_of(ip_address(CALLER)) == ip_network("203.0.113.0/24")
    assert prefix_of(ip_address("2001:db8:1:2::7")) == ip_network("2001:db8:1::/48")


def test_the_addresses_of_one_household_share_a_key():
    index = BlindIndex(bytes(32))
    here, there, elsewhere = (ip_address(f"2001:db8:1:{home}") for home in ("2::7", "2::8", "3::7"))
    assert network_key(index, here) == network_key(index, there) != network_key(index, elsewhere)
    assert prefix_key(index, prefix_of(here)) == prefix_key(index, prefix_of(elsewhere))
    assert network_key(index, ip_address(CALLER)) != network_key(index, ip_address("203.0.113.10"))


def test_an_address_is_never_shown():
    assert CALLER not in repr(network_of({"client": (CALLER, 1)}, ()))
