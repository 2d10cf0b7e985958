"""Webhooks: their events, how a call is signed (Standard Webhooks), when it is tried again, where it may go."""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

EVENTS: Final = ("contact.bounced", "consent.revoked", "contact.wrong_person", "message.delivered", "member.replied")
MOST: Final = 20
"""How many webhooks an agency may have."""
LONGEST_URL: Final = 2_000
SECRET_PREFIX: Final = "whsec_"  # noqa: S105  (how a secret begins, not one)
SECRET_BYTES: Final = 32
PAUSES: Final = (
    timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=5),
    timedelta(hours=10), timedelta(hours=14), timedelta(hours=20), timedelta(hours=24),
)  # fmt: skip
"""How long a call waits after each try that failed; after the last it is given up."""
GIVE_UP: Final = timedelta(days=5)
"""A receiver that took nothing for so long is not called any more."""
GONE: Final = 410
NOTHING: Final = 0
"""The status of a call that got no answer."""
HTTPS_PORT: Final = 443
NAT64: Final = IPv6Network("64:ff9b::/96")
Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class BadWebhook:
    """What was asked for cannot be: which field, and how to mend it."""

    field: str
    sentence: str


def secret_of(random: bytes) -> str:
    """Return a secret as its receiver gets it."""
    return SECRET_PREFIX + b64encode(random).decode("ascii")


def signed(secret: str, id_: str, at: int, body: bytes) -> dict[str, str]:
    """Return the headers of a call; `at` is the moment of sending in Unix seconds."""
    key = b64decode(secret.removeprefix(SECRET_PREFIX))
    mac = hmac.digest(key, b".".join((id_.encode("ascii"), str(at).encode("ascii"), body)), sha256)
    signature = "v1," + b64encode(mac).decode("ascii")
    return {"webhook-id": id_, "webhook-timestamp": str(at), "webhook-signature": signature}


def next_try(tries: int, now: datetime) -> datetime | None:
    """Return when a call that failed so many times is due again; nothing if it is given up."""
    return now + PAUSES[tries - 1] if tries <= len(PAUSES) else None


def was_taken(status: int) -> bool:
    """Say whether a receiver took a call."""
    return 200 <= status < 300  # noqa: PLR2004  (HTTP's own)


def ended(status: int, failing_since: datetime | None, now: datetime) -> str | None:
    """Return why a receiver is not called any more after this failure, if it is not."""
    if status == GONE:
        return "gone"
    return "failing" if failing_since is not None and now - failing_since >= GIVE_UP else None


def problem_of(url: str, *, live: bool) -> str:
    """Return what is wrong with the address of a receiver, empty for none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    checks: Mapping[str, bool] = {
        "give the whole address, such as https://county.example.org/webhooks": not host or len(url) > LONGEST_URL,
        "use printable ASCII characters only, without spaces": not (
            url.isascii() and url.isprintable() and " " not in url
        ),
        "leave out user, password and fragment": _has_too_much(parts),
        "use https": parts.scheme != "https" and not (parts.scheme == "http" and not live and _is_this_machine(host)),
        "use port 443": live and port not in {None, HTTPS_PORT},
        "name a host that is on the internet": _is_inside(host, live=live),
    }
    return next((sentence for sentence, wrong in checks.items() if wrong), "")


def may_call(address: Address, *, live: bool, encrypted: bool) -> bool:
    """Say whether a receiver's address may be connected to: on the internet, or in the sandbox this machine.

    Without encryption only this machine.
    """
    if not live and address.is_loopback:
        return True
    return encrypted and all(one.is_global and not one.is_multicast for one in _with_embedded(address))


def _has_too_much(parts: SplitResult) -> bool:
    return parts.username is not None or parts.password is not None or bool(parts.fragment)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_inside(host: str, *, live: bool) -> bool:
    """Say whether a host is an address, or a name, that is never called."""
    try:
        return not may_call(ip_address(host), live=live, encrypted=True)
    except ValueError:
        return live and ("." not in host.strip(".") or host.rstrip(".").endswith((".localhost", ".local", ".internal")))


def _with_embedded(address: Address) -> list[Address]:
    """Return an address and those of version 4 that it stands for."""
    if isinstance(address, IPv4Address):
        return [address]
    inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in NAT64:
        inner.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [address, *(one for one in inner if one is not None)]
