"""A mail server on loopback: takes mails as strictly as a relay does, and answers as the magic addresses have it."""

import asyncio
import logging
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from channels.simulator.outcomes import Outcome, Twist, outcome_for
from channels.simulator.smtp_mail import ADDRESS, HandedIn, flaw, kept
from channels.simulator.smtp_reports import MAILER, mail_steps
from channels.simulator.world import World

PROVIDER = "smtp"
HOST = "127.0.0.1"
LONGEST = 25 * 1024 * 1024
GREYLISTED = "greylisted"
# What RFC 3461 adds to MAIL and RCPT; the server below does not know it.
_WISHES: Mapping[str, re.Pattern[str]] = {
    "MAIL": re.compile(r" (RET=(?:FULL|HDRS)|ENVID=[!-*,-<>-~+]{1,100})(?= |$)"),
    "RCPT": re.compile(r" NOTIFY=(NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY))*)(?= |$)"),
}
_log = logging.getLogger(__name__)


class Conversation(SMTP):
    """One connection."""

    def __init__(self, door: "SmtpDoor") -> None:
        super().__init__(
            door, hostname=MAILER, ident="ESMTP sandbox", data_size_limit=LONGEST, auth_require_tls=False,
            authenticator=door.authenticate, loop=asyncio.get_running_loop(),
        )  # fmt: skip
        self._door = door
        self.wishes: frozenset[str] = frozenset()
        self.outcome: Outcome | None = None
        self.twists: frozenset[Twist] = frozenset()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to talk."""
        super().connection_made(transport)
        self._door.conversations.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        """Stop talking."""
        super().connection_lost(error)
        self._door.conversations.discard(self)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802 -- the command's own name
        """Take a sender."""
        await super().smtp_MAIL(_WISHES["MAIL"].sub("", arg) if arg else arg)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        """Take a reader, with what the sender wishes to hear."""
        found = _WISHES["RCPT"].search(arg or "")
        self.wishes = frozenset(found[1].split(",")) if found else frozenset()
        await super().smtp_RCPT(_WISHES["RCPT"].sub("", arg) if arg else arg)

    def hang_up(self, *, at_once: bool = False) -> None:
        """Close the connection, with what was said last or without."""
        transport = cast("asyncio.WriteTransport | None", self.transport)  # uvloop's is none of asyncio's classes
        if transport is not None:
            (transport.abort if at_once else transport.close)()


class SmtpDoor:
    """Takes mail; `open` begins to listen."""

    def __init__(self, world: World) -> None:
        # The server's own log holds every address.
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        self._world = world
        self._server: asyncio.Server | None = None
        self._put_off: set[str] = set()
        self.conversations: set[Conversation] = set()

    @property
    def port(self) -> int:
        """Where it listens; 0 while it does not."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server and self._server.sockets else 0

    async def open(self, port: int) -> None:
        """Listen on loopback."""
        self._server = await asyncio.get_running_loop().create_server(lambda: Conversation(self), HOST, port)

    async def close(self) -> None:
        """Stop listening, and hang up on everybody."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        for conversation in list(self.conversations):
            conversation.hang_up(at_once=True)
        await server.wait_closed()

    def authenticate(
        self, _: SMTP, session: Session, __: Envelope, ___: str, given: LoginPassword
    ) -> AuthResult:  # fmt: skip
        """Check user name and password."""
        settings = self._world.settings
        known = f"{settings.smtp_username}\0{settings.smtp_password}".encode()
        right = bool(settings.smtp_username) and secrets.compare_digest(given.login + b"\0" + given.password, known)
        return AuthResult(success=right, handled=False, auth_data=session.peer)

    # --- what the server asks us; the names are its own -----------------------------------------

    async def handle_EHLO(  # noqa: N802
        self, _: Conversation, session: Session, __: Envelope, hostname: str, offers: Sequence[str]
    ) -> list[str]:
        """Offer reports, and a sign-in only where one is needed."""
        session.host_name = hostname
        needed = self._world.settings.smtp_username
        offered = [offer for offer in offers if needed or not offer.startswith("250-AUTH")]
        return [*offered[:-1], "250-DSN", offered[-1]]

    async def handle_MAIL(  # noqa: N802
        self, _: Conversation, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        """Take a sender, or say why not."""
        if self._world.settings.smtp_username and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if ADDRESS.fullmatch(address) is None:
            return "553 5.1.7 The sender is no address"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Conversation, _: Session, envelope: Envelope, address: str, __: Sequence[str]
    ) -> str:
        """Take a reader, or say why not."""
        if envelope.rcpt_tos:
            return "452 4.5.3 One reader for each mail"
        if ADDRESS.fullmatch(address) is None:
            return "553 5.1.3 The reader is no address"
        server.outcome = outcome_for("email", address)
        if server.outcome.refused:
            return "550 5.1.1 No such mailbox"
        if server.outcome.outcome == GREYLISTED and address not in self._put_off:
            self._put_off.add(address)
            return "451 4.7.1 Greylisted, come back later"
        server.twists = server.outcome.twists | self._world.faults.choose(PROVIDER)
        if Twist.TOO_MANY in server.twists:
            await server.push("421 4.7.0 Too many mails, closing")
            server.hang_up()
            await _until_gone()
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Conversation, _: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take the mail itself, or say why not."""
        if Twist.ERROR in server.twists:
            return "451 4.3.0 Internal error"
        handed = HandedIn(
            str(envelope.mail_from), envelope.rcpt_tos[0], envelope.original_content or b"", server.wishes
        )  # fmt: skip
        wrong = flaw(handed)
        return f"550 5.6.0 {wrong}" if wrong else await self._accept(server, handed)

    async def handle_exception(self, error: Exception) -> str:
        """Answer in spite of a fault of our own."""
        _log.error("the mail server failed: %s", type(error).__name__)
        return "451 4.3.0 Internal error"

    async def _accept(self, server: Conversation, handed: HandedIn) -> str:
        settings, twists = self._world.settings, server.twists
        outcome = server.outcome or outcome_for("email", handed.recipient)
        message = kept(handed, self._world.now())
        steps = mail_steps(message, outcome, twists, settings.pace)
        await self._world.accept([(message, steps)], early=Twist.EARLY in twists)
        if Twist.SLOW in twists:
            await asyncio.sleep(settings.slow_by)
        if Twist.DROP in twists:
            server.hang_up(at_once=True)
            await _until_gone()
        # A relay that takes a mail and then says 451 asks for a second one; so this one says nothing anybody knows.
        return "(this is no answer)" if Twist.ERROR_AFTER in twists else f"250 2.0.0 OK: queued as {message.id}"


async def _until_gone() -> Any:  # noqa: ANN401 -- it never returns: the lost connection ends the conversation
    await asyncio.get_running_loop().create_future()
