"""The simulator as a place to practise: a fresh one on loopback, which writes down what it would tell us."""

import json
import secrets
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import quoteattr

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from channels.conformance import Arrived, as_it_arrives, serving
from channels.signals import Callback
from channels.simulator.ledger import Ledger, Message, Search
from channels.simulator.settings import SimulatorSettings
from channels.simulator.simulator import Simulator
from channels.transport import NEVER, Answer, NotSent, Sent, Transport

CALLBACKS = "https://ours.example"
"""Our own public address, as the adapters are told; nothing is ever sent there."""
_PREFIX = "/sandbox"
_PATIENCE = 20.0
_PACE = 0.001
_JSON: Mapping[str, str] = {"Content-Type": "application/json"}
_WAITING = frozenset({"queued", "accepted", "scheduled", "processing", "canceled", "cancelled"})


class Clock:
    """The machine's time, and what was let go by beside it."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        """Return the present moment."""
        return datetime.now(UTC) + self._ahead  # noqa: TID251  (the stand-in is its own machine)

    def go_on(self, by: timedelta) -> None:
        """Let time go by."""
        self._ahead += by


class Hearing:
    """In place of our service: writes callbacks down, and asks whoever answers a call for a key."""

    def __init__(self, now: Clock) -> None:
        self.heard: list[Callback] = []
        self._now = now

    async def open(self) -> None:
        """Nothing is to be made ready."""

    async def close(self) -> None:
        """Nothing is held open."""

    async def post(self, url: str, *, headers: Mapping[str, str], not_after: float, body: bytes = b"") -> Sent:
        """Take a callback."""
        if not_after <= 0:
            return NotSent("deadline")
        callback = as_it_arrives(url, headers, body, self._now())
        self.heard.append(callback)
        asks = callback.kind == "calls" and not callback.part
        return Answer(200, _asking(f"{url}/keys") if asks else b"")

    async def get(self, url: str, *, headers: Mapping[str, str], keep: str = "") -> Sent:  # noqa: ARG002
        """Have no recordings."""
        return Answer(404, b"")


def _asking(keys_url: str) -> bytes:
    gather = f'<Gather input="dtmf" numDigits="1" timeout="5" action={quoteattr(keys_url)} method="POST">'
    return f"<Response>{gather}<Say>Press a key.</Say></Gather><Hangup/></Response>".encode()


@dataclass(frozen=True, slots=True)
class Secrets:
    """Credentials, made up for one practice."""

    account_sid: str
    auth_token: str
    api_key: str
    event_key: ec.EllipticCurvePrivateKey
    telnyx_api_key: str
    telnyx_key: ed25519.Ed25519PrivateKey
    username: str
    password: str
    webhook_secret: str

    @classmethod
    def new(cls) -> "Secrets":
        """Make them up."""
        return cls(
            account_sid=f"AC{secrets.token_hex(16)}", auth_token=secrets.token_hex(16),
            api_key=f"SG.{secrets.token_urlsafe(32)}", event_key=ec.generate_private_key(ec.SECP256R1()),
            telnyx_api_key=f"KEY{secrets.token_urlsafe(32)}", telnyx_key=ed25519.Ed25519PrivateKey.generate(),
            username="keepcovered", password=secrets.token_urlsafe(16), webhook_secret=secrets.token_urlsafe(32),
        )  # fmt: skip


class Stage:
    """A simulator in a folder of its own; also the book of what it accepted and told."""

    def __init__(self, folder: Path, known: Secrets, text_provider: str) -> None:
        self.secrets, self.now, self.address = known, Clock(), ""
        self._hearing = Hearing(self.now)
        self._settings = _settings(folder / "book.sqlite", known, text_provider)
        self._simulator, self._app = self._built()
        self._book = Ledger(self._settings.path, self.now)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the simulator of this moment does."""
        await self._app(scope, receive, send)

    @property
    def mail_address(self) -> str:
        """Where mail is taken."""
        return f"smtp://127.0.0.1:{self._simulator.mail_door.port}"

    async def start(self) -> None:
        """Let callbacks happen."""
        await self._simulator.start()

    async def stop(self) -> None:
        """Let nothing happen any more, and close the book."""
        await self._simulator.stop()
        self._book.close()

    async def accepted(self, reference: str) -> Sequence[Arrived]:
        """Return every message with this reference."""
        return [_arrived(message) for message in self._search(Search(reference=reference))]

    async def total(self) -> int:
        """Return how many messages were accepted at all."""
        return len(self._search(Search(direction="outbound", limit=1_000_000)))

    async def told(self, reference: str) -> Sequence[Callback]:
        """Return all callbacks about a message, once the last one is there."""
        await self._simulator.quiet(_PATIENCE)
        return [one for one in self._hearing.heard if reference in one.url or reference.encode() in one.body]

    async def reply(self, sender: str, body: str) -> Callback | None:
        """Let a phone answer whoever texted it last; an inbox does not answer."""
        if "@" in sender:
            return None
        said = json.dumps({"from": sender, "body": body}).encode()
        async with Transport(timeout=timedelta(seconds=_PATIENCE)) as phone:
            await phone.post(f"{self.address}/replies", headers=_JSON, body=said, not_after=NEVER)
        return next(one for one in reversed(self._hearing.heard) if one.kind == "inbound")

    async def left(self, reference: str) -> bool:
        """Say whether a message has left."""
        return any(one.status not in _WAITING for one in self._search(Search(reference=reference)))

    async def later(self, by: timedelta) -> None:
        """Let time go on: a new simulator on the same file does what has fallen due."""
        await self._simulator.stop()
        self.now.go_on(by)
        self._simulator, self._app = self._built()
        await self._simulator.start()
        await self._simulator.quiet(_PATIENCE)

    def _built(self) -> tuple[Simulator, Starlette]:
        simulator = Simulator(self._settings, now=self.now, network=self._hearing)
        return simulator, Starlette(routes=[Mount(_PREFIX, app=simulator.app)])

    def _search(self, search: Search) -> list[Message]:
        return self._book.search(search)


def _arrived(message: Message) -> Arrived:
    words = "" if message.redacted or message.deleted else message.body
    told = message.detail
    waits = timedelta(seconds=int(told["validity"])) if told.get("validity") else None
    return Arrived(message.recipient, words, told.get("subject", ""), told.get("html", ""), waits)


def _settings(path: Path, known: Secrets, text_provider: str) -> SimulatorSettings:
    return SimulatorSettings(
        path=path, account_sid=known.account_sid, auth_token=known.auth_token, sendgrid_api_key=known.api_key,
        sendgrid_private_key=_pem(known.event_key), public_url=CALLBACKS, prefix=_PREFIX, pace=_PACE,
        telnyx_api_key=known.telnyx_api_key, telnyx_private_key=_pem(known.telnyx_key), smtp_port=0,
        smtp_username=known.username, smtp_password=known.password, smtp_webhook_secret=known.webhook_secret,
        text_provider=text_provider,
    )  # fmt: skip


def _pem(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@asynccontextmanager
async def stage(text_provider: str = "twilio") -> AsyncIterator[Stage]:
    """Open a stage; the providers are below its `address`, and strangers' texts come through `text_provider`."""
    with tempfile.TemporaryDirectory(prefix="keepcovered-practice-") as folder:
        opened = Stage(Path(folder), Secrets.new(), text_provider)
        await opened.start()
        try:
            async with serving(opened) as server:
                opened.address = server + _PREFIX
                yield opened
        finally:
            await opened.stop()
