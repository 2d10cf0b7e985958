"""What the conformance kit needs to practise with our own adapters, by the entry points `keepcovered.practices`."""

from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from channels.conformance import Practice, Sample
from channels.conformance.practice import Answering
from channels.contract import Outcome, Refused, TryLater, Unclear
from channels.signals import Status
from channels.simulator.outcomes import OUTCOMES
from channels.simulator.stage import CALLBACKS, stage

SENDERS: Mapping[str, str] = {
    "sms": "+17145550100",
    "voice": "+17145550101",
    "email": "Medi-Cal renewals <renewals@orange.example.org>",
}
_SERVICE = "MG" + "0" * 32
_FIRST_PHONE = 14_155_550_000
_GOOD: Mapping[str, Callable[[int], str]] = {
    "sms": lambda number: f"+{_FIRST_PHONE + number}",
    "voice": lambda number: f"+{_FIRST_PHONE + number}",
    "email": lambda number: f"reader{number}@example.org",
}
_AT_ONCE: Mapping[str, tuple[type[Outcome], str]] = {
    "invalid": (Refused, "bad_address"),
    "refused": (Refused, "bad_address"),
    "opted_out": (Refused, "opted_out"),
    "landline": (Refused, "landline"),
    "region": (Refused, "route_refused"),
    "too_many": (TryLater, "rate_limited"),
    "error": (Unclear, ""),
    "error_after": (Unclear, ""),
    "cut": (Unclear, ""),
}
"""What `send` must say to a magic address, by the name of its outcome."""
_LATER: Mapping[str, tuple[Status, str]] = {
    "queue_full": (Status.UNDELIVERED, "queue_full"),
    "unreachable": (Status.UNDELIVERED, "handset_unreachable"),
    "unknown": (Status.UNDELIVERED, "unknown_number"),
    "landline_later": (Status.UNDELIVERED, "landline"),
    "filtered": (Status.UNDELIVERED, "carrier_filtered"),
    "carrier_error": (Status.UNDELIVERED, "carrier_error"),
    "blocked": (Status.UNDELIVERED, "blocked"),
    "block": (Status.UNDELIVERED, "blocked"),
    "bounce": (Status.UNDELIVERED, "bounced"),
    "dropped": (Status.UNDELIVERED, "dropped"),
    "full": (Status.UNDELIVERED, "mailbox_full"),
    "busy": (Status.UNDELIVERED, "busy"),
    "no_answer": (Status.UNDELIVERED, "no_answer"),
    "failed": (Status.UNDELIVERED, "call_failed"),
    "machine": (Status.DELIVERED, "voicemail"),
    "corrected": (Status.DELIVERED, ""),
    "deferred": (Status.DELIVERED, ""),
    "greylisted": (Status.DELIVERED, ""),
    "duplicate": (Status.DELIVERED, ""),
    "early": (Status.DELIVERED, ""),
}
"""What the last receipt must say, by the name of the outcome."""
_RELAY_AT_ONCE: Mapping[str, tuple[type[Outcome], str]] = {
    **_AT_ONCE, "error": (TryLater, "deferred"), "greylisted": (TryLater, "put_off")
}  # fmt: skip
_RELAY_LATER: Mapping[str, tuple[Status, str]] = {**_LATER, "dropped": (Status.UNDELIVERED, "bounced")}
"""What is otherwise with a relay: it says itself that nothing was sent, and knows no list of earlier bounces."""
GREETINGS: Mapping[str, Answering] = {
    "a greeting that closes": lambda _: b"421 4.3.2 busy\r\n",
    "a greeting that refuses": lambda _: b"554 5.3.2 no mail here\r\n",
    "no SMTP": lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "half a greeting": lambda _: b"22",
    "a greeting, then nothing": lambda _: b"220 ready\r\n",
}
"""Odd answers of a mail relay."""
_OPT_OUTS = frozenset({"spam", "unsubscribe"})


def samples(
    channel: str, at_once: Mapping[str, tuple[type[Outcome], str]] = _AT_ONCE,
    later: Mapping[str, tuple[Status, str]] = _LATER,
) -> tuple[Sample, ...]:  # fmt: skip
    """Return the magic addresses of a channel, with what must become of a message to each."""
    found: list[Sample] = []
    for one in OUTCOMES:
        what = f"{one.outcome} ({one.address})"
        if one.channel != channel:
            continue
        if one.outcome in at_once:
            found.append(Sample(what, one.address, *at_once[one.outcome]))
        elif one.outcome in later:
            status, reason = later[one.outcome]
            machine = one.answered_by == "machine"
            found.append(Sample(what, one.address, reason=reason, status=status, machine=machine))
        if one.outcome in _OPT_OUTS or one.keys:
            found.append(Sample(what, one.address, opt_out=one.outcome in _OPT_OUTS, digits=one.keys))
    return tuple(found)


@asynccontextmanager
async def twilio(channel: str) -> AsyncIterator[Practice]:
    """Texts or calls by Twilio."""
    async with stage() as there:
        known = there.secrets
        yield Practice(
            url=f"{there.address}/twilio",
            settings=lambda url: {"account_sid": known.account_sid, "auth_token": known.auth_token, "base_url": url},
            sender=SENDERS[channel], scheduling_sender=_SERVICE if channel == "sms" else "", good=_GOOD[channel],
            book=there, now=there.now, callback_base=CALLBACKS, samples=samples(channel),
            wrong={"auth_token": "0" * 32}, unsigned={"auth_token": "0" * 32}, stale_after=None, shows_validity=True,
        )  # fmt: skip


@asynccontextmanager
async def sendgrid(channel: str) -> AsyncIterator[Practice]:
    """E-mails by SendGrid."""
    async with stage() as there:
        known = there.secrets
        key = _public(known.event_key)
        yield Practice(
            url=f"{there.address}/sendgrid",
            settings=lambda url: {"api_key": known.api_key, "webhook_public_key": key, "base_url": url},
            sender=SENDERS[channel], good=_GOOD[channel], book=there, now=there.now, callback_base=CALLBACKS,
            samples=samples(channel), wrong={"api_key": "SG.wrong"},
            unsigned={"webhook_public_key": _public(ec.generate_private_key(ec.SECP256R1()))}, signs_address=False,
            stale_after=timedelta(hours=26),
        )  # fmt: skip


@asynccontextmanager
async def telnyx(channel: str) -> AsyncIterator[Practice]:
    """Texts by Telnyx."""
    async with stage("telnyx") as there:
        known, key = there.secrets, _raw(there.secrets.telnyx_key)
        yield Practice(
            url=f"{there.address}/telnyx",
            settings=lambda url: {"api_key": known.telnyx_api_key, "public_key": key, "base_url": url},
            sender=SENDERS[channel], good=_GOOD[channel], book=there, now=there.now, callback_base=CALLBACKS,
            samples=samples(channel), wrong={"api_key": "KEYwrong"},
            unsigned={"public_key": _raw(ed25519.Ed25519PrivateKey.generate())}, signs_address=False,
        )  # fmt: skip


@asynccontextmanager
async def smtp(channel: str) -> AsyncIterator[Practice]:
    """E-mails by a relay."""
    async with stage() as there:
        known = there.secrets

        def settings(url: str) -> Mapping[str, str]:
            place = urlsplit(url)
            return {
                "host": place.hostname or "", "port": str(place.port), "username": known.username,
                "password": known.password, "webhook_secret": known.webhook_secret,
            }  # fmt: skip

        yield Practice(
            url=there.mail_address, settings=settings, sender=SENDERS[channel], good=_GOOD[channel], book=there,
            now=there.now, callback_base=CALLBACKS, samples=samples(channel, _RELAY_AT_ONCE, _RELAY_LATER),
            wrong={"password": "wrong"},
            unsigned={"webhook_secret": "another-secret"}, signs_address=False, odd_answers=GREETINGS,
        )  # fmt: skip


def _raw(key: ed25519.Ed25519PrivateKey) -> str:
    return b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def _public(key: ec.EllipticCurvePrivateKey) -> str:
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b64encode(der).decode()
