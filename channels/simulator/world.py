"""What every part of the simulator shares."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from channels.simulator.faults import Faults
from channels.simulator.ledger import Accepted, Ledger, Message
from channels.simulator.outcomes import Twist
from channels.simulator.posting import Poster
from channels.simulator.sender import Sender
from channels.simulator.settings import SimulatorSettings
from channels.simulator.taking import Taking
from channels.simulator.waits import Waits

_EARLY_WAIT = 5.0


@dataclass(frozen=True, slots=True)
class World:
    """The settings, the time, the book, the faults and the way back to our own service."""

    settings: SimulatorSettings
    now: Callable[[], datetime]
    waits: Waits
    """The clock of what is held for later."""
    ledger: Ledger
    faults: Faults
    poster: Poster
    sender: Sender
    taking: Taking

    async def accept(self, accepted: Accepted, *, early: bool = False) -> list[Message]:
        """Write messages down and let their stories begin; `early` waits for the first callback."""
        messages = await self.taking.take(accepted)
        if early:
            for message in messages:
                await self.sender.first_done(message.seq, _EARLY_WAIT)
        return messages


class CutAnswer(Response):
    """Closes the connection without a final answer.

    An ASGI application cannot close a connection by itself; a provisional answer that announces the
    end of the connection makes uvicorn (with httptools) close it, and no client takes it for the answer.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 -- ASGI's signature
        """Send the provisional answer and let the server hang up."""
        headers = [(b"connection", b"close"), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 103, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


async def answer_with(
    twists: frozenset[Twist],
    *,
    refuse: Callable[[int], Response],
    accept: Callable[[], Awaitable[Response]],
    slow_by: float,
) -> Response:
    """Answer a request as the twists have it; `refuse` makes the provider's own error of a status."""
    for before, status in ((Twist.TOO_MANY, 429), (Twist.ERROR, 500)):
        if before in twists:
            return refuse(status)
    response = await accept()
    if Twist.SLOW in twists:
        await asyncio.sleep(slow_by)
    if Twist.DROP in twists:
        return CutAnswer()
    return refuse(500) if Twist.ERROR_AFTER in twists else response
