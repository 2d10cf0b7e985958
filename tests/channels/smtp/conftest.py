"""A relay on loopback: real bytes over a real socket, scripted by the test."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from channels.contract import Mail, OutgoingMessage
from channels.smtp.mail import SmtpMail
from channels.smtp.relay import Relay

NEVER = float("inf")
MOMENT = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
CUT = "(the connection is cut)"
SILENCE = "(nothing is said)"
DOT = "."
GOOD = {
    "hello": "220 relay.example ESMTP", "EHLO": "250-relay.example\r\n250 SIZE 1000000", "AUTH": "235 2.7.0 in",
    "MAIL": "250 2.1.0 ok", "RCPT": "250 2.1.5 ok", "DATA": "354 go on", DOT: "250 2.0.0 queued as 4F9D1",
    "RSET": "250 2.0.0 ok", "NOOP": "250 2.0.0 ok", "QUIT": "221 2.0.0 bye", "STARTTLS": "220 2.0.0 go ahead",
}  # fmt: skip
MAIL = Mail("Hello [[name]]", "Dear [[name]],\nrenew.\n", "<p>Dear [[name|html]]</p>")
PLAIN = OutgoingMessage(
    reference="ref-1", code="K7Q2", to="ana@example.org", sender="Renewals <renewals@orange.example.org>",
    language="en", mail=MAIL, words={"name": "Ana"}, unsubscribe_url="https://us.example/unsubscribe/t0k",
)  # fmt: skip


def a_message(**changes: object) -> OutgoingMessage:
    return replace(PLAIN, **changes)


@dataclass
class ScriptedRelay:
    """Answers by `says`: what it says to a command, or a function of the line and of how often it was said before."""

    port: int = 0
    says: dict[str, str | Callable[[str, int], str]] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    heard: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    talks: list[asyncio.Task[None]] = field(default_factory=list)
    after_data: str = ""

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.talks.append(asyncio.ensure_future(self._talk(reader, writer)))

    @property
    def connections(self) -> int:
        return len(self.talks)

    @property
    def verbs(self) -> list[str]:
        return [line.split(" ")[0] for line in self.heard]

    @property
    def parsed(self):
        return [message_from_bytes(mail.replace(b"\r\n..", b"\r\n."), policy=default) for mail in self.mails]

    async def _talk(self, reader, writer):
        try:
            await self._say(writer, self._answer("hello", ""))
            while line := await reader.readline():
                await self._turn(line.decode().rstrip("\r\n"), reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def _turn(self, line, reader, writer):
        self.heard.append(line)
        verb = line.split(" ")[0]
        answer = self._answer(verb, line)
        await self._say(writer, answer)
        if verb == "STARTTLS" and answer.startswith("220"):
            await writer.start_tls(self.tls)
        if verb == "DATA" and self.after_data == CUT:
            await reader.read(10_000)
            writer.transport.abort()
        elif verb == "DATA" and answer.startswith("354"):
            self.mails.append(await reader.readuntil(b"\r\n.\r\n"))
            self.heard.append(DOT)
            await self._say(writer, self._answer(DOT, ""))
        if verb == "QUIT" or answer.startswith("421"):
            raise ConnectionResetError

    def _answer(self, verb, line):
        found = self.says.get(verb, GOOD.get(verb, "500 5.5.1 what?"))
        return found if isinstance(found, str) else found(line, self.verbs.count(verb))

    async def _say(self, writer, answer):
        if answer == CUT:
            raise ConnectionResetError
        if answer != SILENCE:
            writer.write(answer.encode() + b"\r\n")
            await writer.drain()

    def reached_by(self, **changes: object) -> Relay:
        return replace(Relay("127.0.0.1", self.port, starttls=False, our_name="us.example"), **changes)


@asynccontextmanager
async def relaying(*, at_port: int = 0, **changes: object) -> AsyncIterator[ScriptedRelay]:
    """Run a relay; `implicit` is the context with which TLS begins at the first byte."""
    implicit = changes.pop("implicit", None)
    relay = ScriptedRelay(**changes)
    server = await asyncio.start_server(relay.accept, "127.0.0.1", at_port, ssl=implicit)
    relay.port = server.sockets[0].getsockname()[1]
    async with server:
        yield relay
        for talk in relay.talks:
            talk.cancel()
        await asyncio.gather(*relay.talks, return_exceptions=True)


@pytest.fixture
async def relay() -> AsyncIterator[ScriptedRelay]:
    async with relaying() as running:
        yield running


@pytest.fixture
async def adapter(relay: ScriptedRelay) -> AsyncIterator[SmtpMail]:
    made = SmtpMail(relay.reached_by())
    yield made
    await made.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A self-made certificate for 127.0.0.1: the relay's context, and that of a client who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(pem + made.public_bytes(Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=made.public_bytes(Encoding.PEM).decode())
