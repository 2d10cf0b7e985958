"""What is said to the API in the bench: events of a county that does not exist, and a provider's signed callbacks."""

import base64
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from twilio.request_validator import RequestValidator

from app.db.sealed import BlindIndex
from app.settings import Settings
from tests.bench.caller import request

BATCH: Final = "application/cloudevents-batch+json"
ONE: Final = "application/cloudevents+json"
A_BATCH: Final = 1_000
RENEWALS: Final = ("packet_mailed", "information_requested", "form_received", "renewed")
SAID: Final = {
    "packet_mailed": "packet_mailed_on",
    "information_requested": "requested_on",
    "form_received": "received_on",
}
LANGUAGES: Final = ("en", "es", "vi", "zh-Hans", "ko")


@dataclass(frozen=True, slots=True)
class Voice:
    """Whoever speaks: with which API key, and with which secrets of the providers."""

    key: str
    settings: Settings
    index: BlindIndex

    def batches(self, events: Iterator[dict[str, Any]]) -> list[bytes]:
        """Return requests of a thousand events each."""
        found = []
        while some := list(islice(events, A_BATCH)):
            found.append(self._events(some, BATCH))
        return found

    def singles(self, events: Iterator[dict[str, Any]]) -> list[bytes]:
        """Return a request for each event."""
        return [self._events(event, ONE) for event in events]

    def texts(self, attempts: Sequence[tuple[UUID, str]], said: str = "delivered") -> list[bytes]:
        """Return a signed callback about each text."""
        validator = RequestValidator(self.settings.twilio.auth_token.get_secret_value())
        return [self._text(validator, attempt, sid, said) for attempt, sid in attempts]

    def mails(self, attempts: Sequence[tuple[UUID, str]], said: str = "delivered") -> list[bytes]:
        """Return signed batches of a thousand e-mail events."""
        pem = self.settings.simulator_private_key.get_secret_value()
        key, waiting, found = load_pem_private_key(pem.encode(), None), iter(attempts), []
        if not isinstance(key, EllipticCurvePrivateKey):
            raise TypeError(key)
        while some := list(islice(waiting, A_BATCH)):
            body = json.dumps([self._mail(attempt, sid, said) for attempt, sid in some]).encode()
            stamp = str(int(time.time()))
            signature = base64.b64encode(key.sign(stamp.encode() + body, ECDSA(SHA256()))).decode()
            headers = {
                "content-type": "application/json",
                "x-twilio-email-event-webhook-signature": signature,
                "x-twilio-email-event-webhook-timestamp": stamp,
            }
            found.append(request("/callbacks/sendgrid/events", body, headers))
        return found

    def _events(self, value: object, kind: str) -> bytes:
        body = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
        return request("/v1/events", body, {"authorization": f"Bearer {self.key}", "content-type": kind})

    def _text(self, validator: RequestValidator, attempt: UUID, sid: str, said: str) -> bytes:
        path = f"/callbacks/twilio/messages/{self.index.reference(attempt)}"
        form = {
            "MessageSid": sid, "SmsSid": sid, "MessageStatus": said, "SmsStatus": said, "AccountSid": "AC1",
            "To": "+17145550123", "From": "+17145550100", "ApiVersion": "2010-04-01",
        }  # fmt: skip
        signature = validator.compute_signature(self.settings.public_url + path, form)
        headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
        return request(path, urlencode(form).encode(), headers)

    def _mail(self, attempt: UUID, sid: str, said: str) -> dict[str, Any]:
        return {
            "email": "ana@example.org", "timestamp": int(time.time()), "smtp-id": f"<{sid}@ismtpd>", "event": said,
            "category": ["renewal"], "sg_event_id": f"{sid}-{said}", "sg_message_id": f"{sid}.recvd-1",
            "response": "250 OK", "reference": self.index.reference(attempt),
        }  # fmt: skip


def newcomers(count: int, round_: int = 0) -> Iterator[dict[str, Any]]:
    """Tell of people with all that a county knows; a later round moves each to another number and language."""
    for number in range(count):
        yield _event("member.updated", number, f"m-{round_}", round_, {
            "first_name": ("Grace", "Andrés", "Thảo", "芳")[number % 4], "date_of_birth": "1984-05-17", "zip": "92701",
            "language_written": LANGUAGES[(number + round_) % 5], "language_spoken": LANGUAGES[(number + round_) % 5],
            "phones": [{"number": f"+1714{2_000_000 + (number + 5_000 * round_) % 7_000_000:07}", "kind": "mobile",
                        "rank": 1}],
            "emails": [{"address": f"member{number}@example.org", "rank": 1}],
            "consents": [{"channel": "sms", "granted_at": "2026-01-05T00:00:00Z"},
                         {"channel": "email", "granted_at": "2026-01-05T00:00:00Z"}],
            "renewals": [{"program": "medi_cal", "renewal_month": "2027-02"}],
        })  # fmt: skip


def renewals(count: int, round_: int = 0) -> Iterator[dict[str, Any]]:
    """Tell of people where their renewal stands; each round goes one step further."""
    kind = RENEWALS[round_ % len(RENEWALS)]
    told = {SAID[kind]: "2026-11-01"} if kind in SAID else {}
    for number in range(count):
        data = {"program": "medi_cal", "renewal_month": "2027-02", **told}
        yield _event(f"renewal.{kind}", number, f"r-{round_}", 100 + round_, data)


def _event(kind: str, number: int, prefix: str, later: int, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0", "id": f"{prefix}-{number}", "source": "/counties/orange/calsaws",
        "type": f"org.keepcovered.{kind}", "time": f"2026-11-01T18:{later // 60:02}:{later % 60:02}Z",
        "subject": f"M-{number:07}", "data": data,
    }  # fmt: skip
