"""SendGrid's batch ids and withdrawals, and what its key may do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.simulator.ledger import Fact, Message, Search
from channels.simulator.sendgrid_batches import Batches
from channels.simulator.sendgrid_checks import Flaw
from channels.simulator.sendgrid_door import errors, given, guarded
from channels.simulator.world import World

SCOPES = (
    "mail.batch.create",
    "mail.batch.read",
    "mail.send",
    "messages.read",
    "user.scheduled_sends.create",
    "user.scheduled_sends.delete",
    "user.scheduled_sends.read",
    "user.scheduled_sends.update",
)
_WITHDRAWN = "/v3/user/scheduled_sends"
_ALL = 1_000_000
_UNKNOWN = Flaw("", "batch id not found")


@dataclass(frozen=True, slots=True)
class SendGridSchedule:
    """The endpoints."""

    world: World
    batches: Batches

    def routes(self) -> list[Route]:
        """Return the endpoints, relative to SendGrid's base address."""
        one = _WITHDRAWN + "/{batch}"
        endpoints = (
            ("/v3/scopes", self.scopes, "GET"),
            ("/v3/mail/batch", self.make, "POST"),
            ("/v3/mail/batch/{batch}", self.validate, "GET"),
            (_WITHDRAWN, self.withdraw, "POST"),
            (_WITHDRAWN, self.show_all, "GET"),
            (one, self.show, "GET"),
            (one, self.change, "PATCH"),
            (one, self.resume, "DELETE"),
        )
        return [Route(path, guarded(self.world, endpoint), methods=[method]) for path, endpoint, method in endpoints]

    async def scopes(self, _: Request) -> Response:
        """List what the key may do."""
        return JSONResponse({"scopes": SCOPES})

    async def make(self, _: Request) -> Response:
        """Make a batch id."""
        return JSONResponse({"batch_id": self.batches.make()}, 201)

    async def validate(self, request: Request) -> Response:
        """Say whether a batch id was made here."""
        batch = request.path_params["batch"]
        if not self.batches.made(batch):
            return errors([Flaw("", "invalid batch id")])
        return JSONResponse({"batch_id": batch})

    async def withdraw(self, request: Request) -> Response:
        """Withdraw a batch, or say why not."""
        asked = await given(request)
        flaw = _misshaped(asked, {"batch_id", "status"}) or self._refusal(asked["batch_id"])
        if flaw:
            return errors([flaw])
        batch = asked["batch_id"]
        self.batches.withdraw(batch)
        self._mark(batch, "scheduled", "canceled")
        return JSONResponse(_shown(batch), 201)

    async def show_all(self, _: Request) -> Response:
        """List the batches that are withdrawn."""
        return JSONResponse([_shown(batch) for batch in self.batches.withdrawn()])

    async def show(self, request: Request) -> Response:
        """Show whether a batch is withdrawn."""
        batch = request.path_params["batch"]
        return JSONResponse([_shown(batch)]) if self._withdrawn(batch) else errors([_UNKNOWN], 404)

    async def change(self, request: Request) -> Response:
        """Change the status of a batch that has one; there is only one status to have here."""
        flaw = _misshaped(await given(request), {"status"})
        if flaw:
            return errors([flaw])
        known = self._withdrawn(request.path_params["batch"])
        return Response(status_code=204) if known else errors([_UNKNOWN], 404)

    async def resume(self, request: Request) -> Response:
        """Let the mails of a withdrawn batch leave after all, if their time has not passed."""
        batch = request.path_params["batch"]
        if not self._withdrawn(batch):
            return errors([_UNKNOWN], 404)
        self.batches.resume(batch)
        self._mark(batch, "canceled", "scheduled")
        return Response(status_code=204)

    def _refusal(self, batch: object) -> Flaw | None:
        """Say why a batch cannot be withdrawn: the words of the first two are SendGrid's own."""
        if not isinstance(batch, str) or not self.batches.made(batch):
            return Flaw("batch_id", "invalid batch id")
        if self._withdrawn(batch):
            return Flaw("", "a status for this batch id exists, try PATCH to update the status")
        if self.batches.full():
            return Flaw("", "max limit reached")
        if not self.batches.in_time(batch):
            return Flaw("batch_id", "The last 10 minutes before send_at have begun.")
        return None

    def _withdrawn(self, batch: str) -> bool:
        return batch in self.batches.withdrawn()

    def _mark(self, batch: str, status: str, following: str) -> None:
        """Show the mails of a batch that still wait in another status."""
        moment = self.world.waits().timestamp()
        waiting = self.world.ledger.search(Search(channel="email", status=status, limit=_ALL))
        self.world.ledger.note(
            Fact(message.seq, "status", following) for message in waiting if _belongs(message, batch, moment)
        )


def _belongs(message: Message, batch: str, moment: float) -> bool:
    return message.detail.get("batch_id") == batch and message.detail["send_at"] > moment


def _shown(batch: str) -> Mapping[str, Any]:
    return {"batch_id": batch, "status": "cancel"}


def _misshaped(asked: object, fields: set[str]) -> Flaw | None:
    if not isinstance(asked, dict):
        return Flaw("", "Bad Request")
    for name in sorted(fields ^ set(asked)):
        return Flaw(name, "The field is missing." if name in fields else "The field is not known.")
    if asked["status"] != "cancel":
        return Flaw("status", "Only cancel is simulated: a batch that is merely paused is never wanted.")
    return None
