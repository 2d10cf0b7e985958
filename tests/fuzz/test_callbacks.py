"""Ten thousand forged, stale, cut, re-split and oversized callbacks: none is believed, none breaks anything.

Not part of the ordinary run: `make fuzz`. Each begins as a genuine callback about a message that is really
there; then one thing is changed, as somebody who listens on the line could change it.
"""

import json
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest

from app.main import build_app
from channels.simulator.signing import (
    EVENT_SIGNATURE,
    EVENT_TIMESTAMP,
    TELNYX_SIGNATURE,
    TELNYX_TIMESTAMP,
    event_signer,
    telnyx_signer,
    twilio_signature,
)
from tests.app.pipeline.fakes import looked
from tests.test_story import BATCH, a_member, event

TABLES = ("attempt", "receipt", "message", "consent", "contact_point", "inbound", "member")
TWILIO = "X-Twilio-Signature"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
REFUSED = {403, 413}


@dataclass(frozen=True)
class Request:
    """A callback as it arrives."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def signature(self) -> str:
        return next(name for name in self.headers if "ignature" in name)


# --- how a genuine one is made into a forged one -----------------------------------------------


def with_header(request: Request, name: str, value: str) -> Request:
    return replace(request, headers={**request.headers, name: value})


def a_bit_of_the_body(request: Request, chance: random.Random) -> Request:
    place = chance.randrange(len(request.body))
    flipped = bytes([request.body[place] ^ (1 << chance.randrange(7))])
    return replace(request, body=request.body[:place] + flipped + request.body[place + 1 :])


def a_bit_of_the_signature(request: Request, chance: random.Random) -> Request:
    held = request.headers[request.signature]
    place = chance.randrange(len(held) - 2)  # the padding at the end carries no bits
    other = chance.choice(
        [sign for sign in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" if sign != held[place]]
    )
    return with_header(request, request.signature, held[:place] + other + held[place + 1 :])


def no_signature(request: Request, chance: random.Random) -> Request:
    return replace(request, headers={name: held for name, held in request.headers.items() if name != request.signature})


def a_broken_signature(request: Request, chance: random.Random) -> Request:
    broken = ["", "=", "A" * chance.randrange(1, 9_000), "\t", "null", "é".encode().decode("latin-1"), "AAAA,BBBB"]
    return with_header(request, request.signature, chance.choice(broken))


def cut(request: Request, chance: random.Random) -> Request:
    return replace(request, body=request.body[: chance.randrange(len(request.body))])


def something_added(request: Request, chance: random.Random) -> Request:
    more = chance.choice([b"&Extra=1", b"&Extra", b" ", b"\x00", b"&MessageStatus=failed", b"]", b"\r\n"])
    return replace(request, body=request.body + more)


def split_elsewhere(request: Request, chance: random.Random) -> Request:
    """Move letters between a field's name and its value: the joined text that is signed stays the same."""
    if FORM not in request.headers.values():
        return a_bit_of_the_body(request, chance)
    pairs = parse_qsl(request.body.decode(), keep_blank_values=True)
    place = chance.choice([number for number, (_, value) in enumerate(pairs) if value])
    name, value = pairs[place]
    pairs[place] = (name + value[0], value[1:])
    return replace(request, body=urlencode(pairs).encode())


def another_address(request: Request, chance: random.Random) -> Request:
    """Take it to another of our addresses, with the same body and signature."""
    others = ["?x=1", "/", "/status", "/keys", "//"]
    if "/messages/" in request.path or "/calls/" in request.path:
        return replace(request, path=request.path + chance.choice(others))
    return replace(request, path=request.path + "?" + str(chance.random())) if TWILIO in request.headers else cut(
        request, chance
    )  # fmt: skip


def another_reference(request: Request, chance: random.Random) -> Request:
    """Change the reference in the path, or, where it stands in the body, anything of the body."""
    head, _, reference = request.path.rpartition("/")
    if len(reference) < 40:
        return a_bit_of_the_body(request, chance)
    place = chance.randrange(len(reference))
    return replace(
        request, path=f"{head}/{reference[:place]}{'0' if reference[place] != '0' else '1'}{reference[place + 1 :]}"
    )


def another_time(request: Request, chance: random.Random) -> Request:
    stamps = [name for name in request.headers if "imestamp" in name]
    if not stamps:
        return no_signature(request, chance)
    moved = int(request.headers[stamps[0]]) + chance.choice([-90_000, -700, 400, 10**9])
    return with_header(request, stamps[0], chance.choice([str(moved), "", "soon", f"-{moved}", f"{moved}.5"]))


def a_very_large_body(request: Request, chance: random.Random) -> Request:
    return replace(request, body=request.body + b"&x=" + b"y" * (10 * 1024 * 1024))


MUTATIONS: tuple[Callable[[Request, random.Random], Request], ...] = (
    a_bit_of_the_body, a_bit_of_the_signature, no_signature, a_broken_signature, cut, something_added, split_elsewhere,
    another_address, another_reference, another_time,
)  # fmt: skip


# --- what is genuine ---------------------------------------------------------------------------


class Genuine:
    """Makes genuine callbacks about the three messages that were sent."""

    def __init__(self, settings, references: dict[str, str]) -> None:
        self.settings, self.references = settings, references
        self.mail = event_signer(settings.simulator_private_key.get_secret_value())
        self.telnyx = telnyx_signer(settings.simulator_telnyx_key.get_secret_value())

    def twilio(self, path: str, **form: str) -> Request:
        url = self.settings.public_url + path
        signature = twilio_signature(self.settings.twilio.auth_token.get_secret_value(), url, form)
        return Request(path, {TWILIO: signature, "Content-Type": FORM}, urlencode(form).encode())

    def all(self) -> list[Request]:
        sms, voice = self.references["sms"], self.references["voice"]
        stamp, phone, us = str(int(time.time())), "+17145550002", "+17145550100"
        events = json.dumps([{"event": "bounce", "reference": self.references["email"], "sg_event_id": "e1"}]).encode()
        signed = {EVENT_SIGNATURE: self.mail(stamp, events), EVENT_TIMESTAMP: stamp, "Content-Type": JSON}
        said = json.dumps({"data": {"event_type": "message.finalized", "id": "t1"}}).encode()
        telnyx = {TELNYX_SIGNATURE: self.telnyx(stamp, said), TELNYX_TIMESTAMP: stamp, "Content-Type": JSON}
        calls = f"/callbacks/twilio/calls/{voice}"
        return [
            self.twilio(
                f"/callbacks/twilio/messages/{sms}", MessageSid="SM1", MessageStatus="failed", ErrorCode="30005"
            ),
            self.twilio("/callbacks/twilio/inbound", MessageSid="SM2", From=phone, To=us, Body="STOP"),
            self.twilio(calls, CallSid="CA1", AnsweredBy="human"),
            self.twilio(f"{calls}/keys", CallSid="CA1", Digits="9"),
            self.twilio(f"{calls}/status", CallSid="CA1", CallStatus="busy"),
            self.twilio("/callbacks/twilio/voice", CallSid="CA2", From=phone, To="+17145550101"),
            Request("/callbacks/sendgrid/events", signed, events),
            Request(f"/callbacks/telnyx/messages/{sms}", telnyx, said),
        ]


@pytest.fixture
async def sent(live, agency):
    """Three reminders that were accepted, one a channel; returns their references."""
    key = await live.tenancy.add_key(agency.id, name="fuzz", scopes=["admin"])
    async with httpx.AsyncClient(
        base_url=live.settings.public_url, headers={"Authorization": f"Bearer {key.text}"}, timeout=60
    ) as county:
        await county.post("/sandbox/clock", json={"to": "2026-11-02T18:00:00Z"})
        await county.post("/v1/events", headers=BATCH, json=[event("member.updated", "M-1", a_member())])
        await county.post("/sandbox/clock", json={"to": "2026-12-01T19:30:00Z"})
        found = (await county.get("/sandbox/messages")).json()["data"]
    references = {one["channel"]: one["reference"] for one in found}
    assert set(references) == {"sms", "email", "voice"}
    return references


def same(one: Request, other: Request) -> bool:
    """Say whether two requests say the same: `%2b` is `%2B`."""
    if FORM not in one.headers.values() or not one.body.isascii():
        return one == other
    said = [parse_qsl(each.body.decode(), keep_blank_values=True) for each in (one, other)]
    return said[0] == said[1] and replace(one, body=b"") == replace(other, body=b"")


def forged(genuine: list[Request], cases: int, chance: random.Random):
    for number in range(cases):
        request, mutate = chance.choice(genuine), MUTATIONS[number % len(MUTATIONS)]
        changed = mutate(request, chance)
        if not same(changed, request):
            yield mutate.__name__, changed


async def test_no_forged_callback_is_believed_and_none_breaks_anything(live, sent, clean_url, pytestconfig):
    async def state():
        query = "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t"
        return [await looked(clean_url, query.format(table)) for table in TABLES]

    genuine, chance = Genuine(live.settings, sent).all(), random.Random(20261122)  # noqa: S311
    seen: Counter[str] = Counter()
    transport = httpx.ASGITransport(build_app(live))
    async with httpx.AsyncClient(transport=transport, base_url=live.settings.public_url) as provider:

        async def post(request: Request) -> int:
            coded = {name: held.encode("latin-1") for name, held in request.headers.items()}
            return (await provider.post(request.path, content=request.body, headers=coded)).status_code

        before = await state()
        cases = max(pytestconfig.getoption("cases") * 10 // 3, 100)
        for name, request in forged(genuine, cases, chance):
            status = await post(request)
            seen[f"{name} {status}"] += 1
            assert status in REFUSED | {404}, (name, request.path.partition("?")[0])
        for request in genuine:
            assert await post(a_very_large_body(request, chance)) == 413
        assert await state() == before
        assert sum(seen.values()) > cases * 0.95
        print("\n".join(f"{count:6} {what}" for what, count in sorted(seen.items())))  # noqa: T201
        assert {await post(request) for request in genuine[:7]} <= {200, 204}  # and what is genuine is believed
        assert await state() != before
