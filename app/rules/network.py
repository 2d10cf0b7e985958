"""Where a request comes from: the caller behind trusted proxies, the network around, and keys for counting both.

`X-Forwarded-For` is believed only as far as trusted proxies wrote it: it is read from the right, and the first
address that is no trusted proxy is the caller. What stands further left anybody could have written.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final, Protocol

Address = IPv4Address | IPv6Address
Net = IPv4Network | IPv6Network
NOWHERE: Final = IPv6Address(0)
"""Stands for a caller whose address the server does not know; all such share one count."""
HOME: Final = 64
"""The bits of an IPv6 address that one household or one machine has to itself."""
PREFIXES: Final = {4: 24, 6: 48}
"""How much of an address names its neighbourhood, by version (`reliability.md`, M-6)."""
MOST_HOPS: Final = 20
_WITH_PORT: Final = re.compile(r"\[([^\]]+)\](?::\d+)?|([0-9.]+):\d+")


class Digests(Protocol):
    """What turns a text into a keyed digest."""

    def one_time(self, code: str, place: bytes) -> bytes:
        """Return the digest."""
        ...


@dataclass(frozen=True, slots=True)
class Network:
    """Where a request comes from; addresses are personal, so they are never shown."""

    address: Address = field(repr=False)
    prefix: Net = field(repr=False)


def network_of(scope: Mapping[str, Any], trusted: Sequence[Net]) -> Network:
    """Return where a request comes from, of the values of its ASGI scope."""
    told = [value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"x-forwarded-for"]
    peer = scope.get("client")
    address = client_of(str(peer[0]) if peer else "", ",".join(told) or None, trusted)
    return Network(address, prefix_of(address))


def client_of(peer: str, forwarded_for: str | None, trusted: Sequence[Net]) -> Address:
    """Return the caller's address: the peer's, or what trusted proxies say of whom they speak for."""
    found = _read(peer) or NOWHERE
    for hop in reversed((forwarded_for or "").split(",")[-MOST_HOPS:]):
        before = _read(hop)
        if before is None or not _within(found, trusted):
            break
        found = before
    return found


def prefix_of(address: Address) -> Net:
    """Return the neighbourhood of an address: /24, and /48 of IPv6."""
    return ip_network((address, PREFIXES[address.version]), strict=False)


def network_key(index: Digests, address: Address) -> bytes:
    """Return the key under which a caller is counted; an IPv6 caller may use any address of its own /64."""
    home = ip_network((address, HOME), strict=False) if isinstance(address, IPv6Address) else address
    return index.one_time(str(home), b"network")


def prefix_key(index: Digests, prefix: Net) -> bytes:
    """Return the key under which a neighbourhood is counted."""
    return index.one_time(str(prefix), b"prefix")


def _within(address: Address, networks: Iterable[Net]) -> bool:
    return any(address.version == one.version and address in one for one in networks)


def _read(text: str) -> Address | None:
    """Read an address as proxies write it: with a port or without, IPv4 also in the dress of IPv6."""
    plain = text.strip()
    found = _WITH_PORT.fullmatch(plain)
    try:
        address = ip_address(((found[1] or found[2]) if found else plain).partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
