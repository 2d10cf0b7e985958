"""Telnyx's Messages: texts are taken, shown and withdrawn as by the real one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.simulator.ledger import Fact, Message
from channels.simulator.outcomes import Twist, outcome_for
from channels.simulator.telnyx_door import (
    PROVIDER,
    Flaw,
    Wanted,
    flaw,
    guarded,
    is_json,
    read_json,
    refused,
    seconds_ahead,
    telnyx_error,
)
from channels.simulator.telnyx_replies import is_blocked
from channels.simulator.telnyx_texts import CODES, is_telnyx, shown, telnyx_steps, telnyx_text
from channels.simulator.world import World, answer_with

SHOWN_FOR = timedelta(days=10)
FIXED_BEFORE = timedelta(minutes=1)
"""So shortly before its time a text cannot be withdrawn any more."""


@dataclass(frozen=True, slots=True)
class TelnyxMessages:
    """The endpoints."""

    world: World

    def routes(self) -> Sequence[Route]:
        """Return the endpoints, relative to Telnyx's base address."""
        return [
            Route("/v2/messages", guarded(self.world, self.create), methods=["POST"]),
            Route("/v2/messages/schedule", guarded(self.world, self.schedule), methods=["POST"]),
            Route("/v2/messages/{id}", guarded(self.world, self.show), methods=["GET"]),
            Route("/v2/messages/{id}", guarded(self.world, self.withdraw), methods=["DELETE"]),
        ]

    async def create(self, request: Request) -> Response:
        """Take a text, or say why not."""
        return await self._take(request)

    async def schedule(self, request: Request) -> Response:
        """Take a text for later, or say why not."""
        return await self._take(request, "send_at")

    async def show(self, request: Request) -> Response:
        """Show one text, for as long as Telnyx does."""
        message = self._find(request)
        if message is None or self.world.now() - message.accepted_at > SHOWN_FOR:
            return telnyx_error(Flaw("10005"))
        return JSONResponse({"data": shown(message, message.status, message.code)})

    async def withdraw(self, request: Request) -> Response:
        """Withdraw a scheduled text; this answer is not wrapped."""
        message = self._find(request)
        if message is None:
            return telnyx_error(Flaw("10005"))
        if not self._is_open(message):
            return telnyx_error(
                Flaw("10010", detail="Only a scheduled message can be cancelled, until a minute before.")
            )
        self.world.sender.forget(message.seq)
        self.world.ledger.note([Fact(message.seq, "status", "cancelled")])
        return JSONResponse(shown(message, "cancelled"))

    async def _take(self, request: Request, *needed: str) -> Response:
        if not is_json(request):
            return telnyx_error(Flaw("10014"))
        wanted = await read_json(request)
        found = flaw(wanted, self.world.now()) or next(
            (Flaw("10004", f"/{name}") for name in needed if isinstance(wanted, dict) and name not in wanted), None
        )
        if found is not None or not isinstance(wanted, dict):
            return telnyx_error(found or Flaw("10015"))
        refusal = self._refusal(wanted)
        if refusal is not None:
            return telnyx_error(refusal)
        twists = outcome_for("sms", wanted["to"]).twists | self.world.faults.choose(PROVIDER)
        return await answer_with(
            twists,
            refuse=refused,
            accept=lambda: self._accept(wanted, twists),
            slow_by=self.world.settings.slow_by,
        )

    def _refusal(self, wanted: Wanted) -> Flaw | None:
        outcome = outcome_for("sms", wanted["to"])
        code = CODES[outcome.code] if outcome.refused else "40300" if is_blocked(self.world, wanted["to"]) else ""
        return Flaw(code) if code else None

    async def _accept(self, wanted: Wanted, twists: frozenset[Twist]) -> Response:
        wait = seconds_ahead(wanted, self.world.now())
        message = telnyx_text(wanted, self.world.now())
        message = replace(message, detail={**message.detail, "until": self._until(wanted)})
        steps = telnyx_steps(message, twists, pace=self.world.settings.pace, wait=wait)
        (kept,) = await self.world.accept([(message, steps)], early=Twist.EARLY in twists)
        answer: dict[str, Any] = shown(kept, kept.status)
        return JSONResponse({"data": answer})

    def _until(self, wanted: Wanted) -> str:
        """Return when a text leaves, by the clock of what waits."""
        if "send_at" not in wanted:
            return ""
        return self.world.waits.at(datetime.fromisoformat(wanted["send_at"])).isoformat()

    def _find(self, request: Request) -> Message | None:
        message = self.world.ledger.get(request.path_params["id"])
        return message if message is not None and is_telnyx(message) else None

    def _is_open(self, message: Message) -> bool:
        if message.status != "scheduled":
            return False
        return datetime.fromisoformat(message.detail["until"]) - self.world.waits() > FIXED_BEFORE
