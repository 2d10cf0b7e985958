"""A simulator whose callbacks reach a service that writes down what it hears."""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from channels.simulator import Simulator, SimulatorSettings
from channels.transport import Answer, Sent

ACCOUNT = "AC" + "0" * 32
TOKEN = "the-token"
MAIL_KEY = "SG.the-key"
TELNYX_KEY = "KEY.the-key"
PUBLIC = "http://ours.example"
MESSAGES = f"/sandbox/twilio/2010-04-01/Accounts/{ACCOUNT}/Messages"
CALLS = f"/sandbox/twilio/2010-04-01/Accounts/{ACCOUNT}/Calls"
STATUS = f"{PUBLIC}/callbacks/twilio/messages/r1"
TELNYX_STATUS = f"{PUBLIC}/callbacks/telnyx/messages/r1"
MOMENT = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


@dataclass
class Heard:
    """One callback as our service got it."""

    path: str
    url: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass
class Service:
    """Our own service, as far as a provider knows it: it hears, and answers what a test tells it to."""

    heard: list[Heard] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    clips: dict[str, dict[str, str]] = field(default_factory=dict)
    failures: int = 0

    async def answer(self, request: Request) -> Response:
        path = request.url.path
        if request.method == "GET":
            return Response(b"RIFF", 200 if path in self.clips else 404, self.clips.get(path))
        self.heard.append(Heard(path, str(request.url), dict(request.headers), await request.body()))
        if self.failures:
            self.failures -= 1
            return Response(status_code=503)
        return Response(self.answers.get(path, ""), media_type="text/xml")

    @property
    def events(self) -> list[tuple[str, str]]:
        """What Telnyx told: each event's kind and the state in it."""
        told = [json.loads(heard.body)["data"] for heard in self.heard if "/telnyx/" in heard.path]
        return [(data["event_type"], data["payload"]["to"][0]["status"]) for data in told]

    def told(self, name: str = "MessageStatus") -> list[str]:
        return [heard.form[name] for heard in self.heard if name in heard.form]

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self.answer, methods=["POST", "GET"])])


@pytest.fixture(scope="session")
def event_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="session")
def public_event_key(event_key: ec.EllipticCurvePrivateKey) -> str:
    der = event_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


@pytest.fixture(scope="session")
def telnyx_key() -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()


@pytest.fixture(scope="session")
def public_telnyx_key(telnyx_key: ed25519.Ed25519PrivateKey) -> str:
    return base64.b64encode(telnyx_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


@pytest.fixture
def pace() -> float:
    return 0.001


@pytest.fixture
def settings(
    tmp_path: Path, event_key: ec.EllipticCurvePrivateKey, telnyx_key: ed25519.Ed25519PrivateKey, pace: float
) -> SimulatorSettings:
    pem = event_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return SimulatorSettings(
        path=tmp_path / "book.sqlite",
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        sendgrid_api_key=MAIL_KEY,
        sendgrid_private_key=pem,
        public_url=PUBLIC,
        telnyx_api_key=TELNYX_KEY,
        telnyx_private_key=telnyx_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        pace=pace,
        slow_by=0.05,
    )


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
async def simulator(settings: SimulatorSettings, service: Service) -> AsyncIterator[Simulator]:
    made = Simulator(settings, now=lambda: MOMENT, network=Wire(service.app))
    await made.start()
    yield made
    await made.stop()


class Wire:
    """A network that leads to one application and nowhere else."""

    def __init__(self, app: Starlette) -> None:
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(app))

    async def open(self) -> None:
        """Nothing is to be made ready."""

    async def close(self) -> None:
        await self._http.aclose()

    async def post(self, url: str, *, headers: Mapping[str, str], not_after: float, body: bytes = b"") -> Sent:
        assert not_after > 0
        response = await self._http.post(url, headers=dict(headers), content=body)
        return Answer(response.status_code, response.content)

    async def get(self, url: str, *, headers: Mapping[str, str], keep: str = "") -> Sent:
        response = await self._http.get(url, headers=dict(headers))
        return Answer(response.status_code, response.content, kept=response.headers.get(keep, ""))


@dataclass
class Client:
    """Someone who talks to the simulator over HTTP."""

    http: httpx.AsyncClient
    simulator: Simulator

    async def text(self, **changes: str) -> httpx.Response:
        form = {"To": "+14155550123", "From": "+17145550100", "Body": "Hello", "StatusCallback": STATUS}
        return await self.twilio("POST", MESSAGES + ".json", {**form, **changes})

    async def call(self, **changes: object) -> httpx.Response:
        url = f"{PUBLIC}/callbacks/twilio/calls/r1"
        form = {
            "To": "+14155550123",
            "From": "+17145550100",
            "Url": url,
            "StatusCallback": url + "/status",
            "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
            "MachineDetection": "DetectMessageEnd",
        }
        return await self.twilio("POST", CALLS + ".json", {**form, **changes})

    async def twilio(self, method: str, url: str, form: dict[str, Any] | None = None) -> httpx.Response:
        return await self.http.request(method, url, data=form, auth=(ACCOUNT, TOKEN))

    async def telnyx_text(self, path: str = "", **changes: object) -> httpx.Response:
        wanted = {"to": "+14155550123", "from": "+17145550100", "text": "Hello", "webhook_url": TELNYX_STATUS}
        given = {name: value for name, value in {**wanted, **changes}.items() if value is not None}
        return await self.telnyx("POST", f"messages{path}", json=given)

    async def telnyx(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {TELNYX_KEY}"}
        return await self.http.request(method, f"/sandbox/telnyx/v2/{path}", headers=headers, **more)

    async def mail(self, *people: dict[str, Any], **changes: object) -> httpx.Response:
        request = {
            "personalizations": list(people) or [a_reader()],
            "from": {"email": "renewals@orange.example.org", "name": "Renewals"},
            "subject": "Hello [[name]]",
            "content": [
                {"type": "text/plain", "value": "Dear [[name]]"},
                {"type": "text/html", "value": "<p>Dear [[name|html]]</p>"},
            ],
        }
        return await self.http.post(
            "/sandbox/sendgrid/v3/mail/send",
            json={**request, **changes},
            headers={"Authorization": f"Bearer {MAIL_KEY}"},
        )

    async def accepted(self, **query: str) -> list[dict[str, Any]]:
        return (await self.http.get("/sandbox/messages", params=query)).json()["data"]

    async def quiet(self) -> None:
        assert await self.simulator.quiet(5)


def a_reader(address: str = "ana@example.org", **changes: object) -> dict[str, Any]:
    return {
        "to": [{"email": address}],
        "custom_args": {"reference": "r1"},
        "substitutions": {"[[name]]": "Ana & Bo", "[[name|html]]": "Ana &amp; Bo"},
        **changes,
    }


@pytest.fixture
async def client(simulator: Simulator) -> AsyncIterator[Client]:
    app = Starlette(routes=[Mount("/sandbox", app=simulator.app)])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.example") as http:
        yield Client(http, simulator)
