"""One connection to a relay: opened as the settings demand or not at all, then asked command by command."""

import asyncio
import contextlib
import re
import ssl
import time
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import cast

from aiosmtplib import SMTP, SMTPException, SMTPResponseException
from aiosmtplib.response import SMTPResponse

from channels.contract import TryLater
from channels.smtp.codes import MISCONFIGURED, Stage, judged

IMPLICIT_TLS = 465
SUBMISSION, PLAIN = 587, 25
OPEN_WITHIN = 10.0
"""Seconds until a connection stands, TLS and sign-in included."""
_GOODBYE_WITHIN = 1.0
_SIZE = re.compile(r"[0-9]{1,18}")
_LOOK_AGAIN = 0.005
_CLOSING, _FIRST_REFUSAL = 421, 400

# All that the client and the sockets below it raise for a relay's fault or for a host that is none.
FAILURES = (SMTPException, OSError, ValueError)


class Shut(Exception):
    """The relay did not let us in; `outcome` says what that means for a mail."""

    def __init__(self, outcome: TryLater) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


class Broken(Exception):
    """The connection is gone, and the mail that it was to carry surely has not left."""


@dataclass(frozen=True, slots=True)
class Relay:
    """Where mail is handed in: TLS from the first byte on port 465, else by STARTTLS unless it is switched off.

    There is no "TLS if possible": whoever sits on the wire could take it away.
    """

    host: str
    port: int = 0
    username: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = True
    our_name: str = "localhost"
    """How we present ourselves (EHLO)."""
    tls: ssl.SSLContext | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.username and not self.encrypted and not _is_loopback(self.host):
            raise ValueError("the relay's password would travel in the clear: use STARTTLS or port 465")

    @property
    def encrypted(self) -> bool:
        """Whether nothing leaves in the clear."""
        return self.starttls or self.port == IMPLICIT_TLS

    def client(self) -> SMTP:
        """Return a client that is not connected yet."""
        implicit = self.port == IMPLICIT_TLS
        return SMTP(
            hostname=self.host, port=self.port or (SUBMISSION if self.starttls else PLAIN),
            username=self.username or None, password=self.password or None, local_hostname=self.our_name,
            use_tls=implicit, start_tls=self.starttls and not implicit, tls_context=self.tls, timeout=OPEN_WITHIN,
        )  # fmt: skip


def _is_loopback(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


class Link:
    """A connection that stands; `used` once a mail went over it, so that the relay may have closed it since."""

    def __init__(self, client: SMTP) -> None:
        self._client = client
        self.used = False
        self.begun = False
        """Whether the relay remembers a mail that it refused, and must be told to forget it."""
        self.idle_since = time.monotonic()

    @property
    def alive(self) -> bool:
        """Whether the connection stands, as far as we know."""
        return self._client.is_connected

    def offers(self, extension: str) -> bool:
        """Say whether the relay offers an extension of SMTP."""
        return self._client.supports_extension(extension)

    @property
    def longest(self) -> int:
        """How many bytes a mail may have at most; 0 if the relay does not say."""
        said = self._client.esmtp_extensions.get("size", "")
        return int(said) if _SIZE.fullmatch(said) else 0

    async def ask(self, command: str, within: float) -> SMTPResponse:
        """Send one command and return the answer; raises `Broken`."""
        try:
            return await self._client.execute_command(command.encode(), timeout=within)
        except FAILURES as error:
            self.drop()
            raise Broken from error

    async def pour(self, data: bytes, within: float) -> None:
        """Write a mail's lines until the last one is out of our hands; raises `Broken`."""
        protocol, transport = self._client.protocol, self._client.transport
        if protocol is None or transport is None:
            raise Broken
        try:
            protocol.write(data)
            async with asyncio.timeout(within):
                await _drained(cast("asyncio.WriteTransport", transport))
        except FAILURES as error:
            self.drop()
            raise Broken from error
        if not self.alive:
            raise Broken

    async def finish(self, within: float) -> SMTPResponse | None:
        """Write the dot that makes the mail the relay's, and return the answer; None if no clear one came.

        Raises `Broken` if the dot could not be written.
        """
        protocol = self._client.protocol
        if protocol is None:
            raise Broken
        try:
            protocol.write(b".\r\n")
        except FAILURES as error:
            raise Broken from error
        try:
            answer = await protocol.read_response(timeout=within)
        except FAILURES:
            self.drop()
            return None
        if answer.code == _CLOSING:
            self.drop()
        return answer

    def drop(self) -> None:
        """Close without a word; what was not finished with a dot is no mail."""
        self._client.close()

    async def leave(self) -> None:
        """Say good-bye, as is polite; a relay that does not answer is left all the same."""
        with contextlib.suppress(*FAILURES):
            await self._client.quit(timeout=_GOODBYE_WITHIN)
        self.drop()


async def _drained(transport: asyncio.WriteTransport) -> None:
    """Wait until the system has taken every byte; mostly it has at once."""
    while transport.get_write_buffer_size() and not transport.is_closing():  # noqa: ASYNC110  (nothing else tells)
        await asyncio.sleep(_LOOK_AGAIN)


async def open_link(relay: Relay, within: float) -> Link:
    """Connect, encrypt and sign in; raises `Shut`."""
    client = relay.client()
    link = None
    try:
        async with asyncio.timeout(within):
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
        link = Link(client)
    except FAILURES as error:
        # What the client says may hold the relay's own words, so the cause is not handed on.
        raise Shut(_why(error)) from None
    finally:
        if link is None:
            client.close()
    return link


def _why(error: Exception) -> TryLater:
    if isinstance(error, SMTPResponseException) and error.code >= _FIRST_REFUSAL:
        outcome = judged(Stage.ENTRY, error.code, error.message)
        return outcome if isinstance(outcome, TryLater) else TryLater(MISCONFIGURED, str(error.code))
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return TryLater(MISCONFIGURED, "TLS")
    # The rest is: no STARTTLS and no sign-in on offer, an answer that is no SMTP, a host name that is none.
    return TryLater("unreachable" if isinstance(error, OSError) else MISCONFIGURED)
