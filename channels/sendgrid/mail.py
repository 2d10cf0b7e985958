"""E-mails through SendGrid's v3 API, up to a thousand readers in one request."""

import json
from collections.abc import Sequence

from channels.contract import (
    Capabilities,
    Found,
    Handle,
    Health,
    Lookup,
    Outcome,
    OutgoingMessage,
    Refused,
    TooLate,
    Withdrawal,
)
from channels.defaults import Defaults
from channels.sendgrid.answers import found, outcome, spoiled_by_some, standing
from channels.sendgrid.events import claim, signals
from channels.sendgrid.outgoing import BATCH, LONGEST, batches, body, too_wordy
from channels.sendgrid.signatures import public_key, verify
from channels.sendgrid.withdrawing import IN_TIME, LATEST, is_fence, new_fence, standing_withdrawal, withdrawal
from channels.signals import Callback, Claim, Signal
from channels.transport import NEVER, Sent, Transport, in_order

_WITHDRAWN = "/v3/user/scheduled_sends"


class SendGridMail(Defaults):
    """Sends e-mails and reads what SendGrid says of them; SendGrid offers nothing to erase a mail by.

    `public_keys` verify callbacks, as SendGrid shows them (base64); two while one is being replaced.
    A key that is none raises `ValueError` here and not when the first callback comes.
    """

    name = "sendgrid"

    def __init__(
        self,
        transport: Transport,
        *,
        api_key: str,
        base_url: str,
        public_keys: Sequence[str] = (),
    ) -> None:
        self._transport = transport
        self.capabilities = Capabilities(
            "email", "message", batch=BATCH, at_once=transport.connections, longest=LONGEST,
            can_schedule=True, latest=LATEST, can_cancel=True, cancel_ahead=IN_TIME, needs_fence=True, can_find=True,
        )  # fmt: skip
        self._base = base_url.rstrip("/")
        self._authorization = {"Authorization": f"Bearer {api_key}"}
        self._headers = {**self._authorization, "Content-Type": "application/json"}
        self._keys = [public_key(key) for key in public_keys if key]

    async def check(self) -> Health:
        """Ask which permissions our key has."""
        return standing(await self._get("/v3/scopes"))

    async def send(self, messages: Sequence[OutgoingMessage], *, not_after: float) -> Sequence[Outcome]:
        """Send neighbours that share mail, sender, category, time and fence in one request, several at a time."""

        async def one(batch: Sequence[OutgoingMessage]) -> list[Outcome]:
            return await self._send(batch, not_after)

        outcomes = await in_order(one, batches(messages), width=self._transport.connections)
        return [outcome for batch in outcomes for outcome in batch]

    async def new_fence(self) -> str:
        """Have SendGrid make a batch id; empty if none is to be had now."""
        return new_fence(await self._post("/v3/mail/batch", b""))

    async def cancel(self, handle: Handle) -> Withdrawal:
        """Withdraw everything that carries the fence; what was sent without one has left."""
        if not handle.fence:
            return TooLate("sent without a fence")
        if not is_fence(handle.fence):
            return TooLate("not a fence of SendGrid's")
        asked = json.dumps({"batch_id": handle.fence, "status": "cancel"}).encode()
        said = withdrawal(await self._post(_WITHDRAWN, asked))
        return said or standing_withdrawal(await self._get(f"{_WITHDRAWN}/{handle.fence}"))

    async def find(self, lookup: Lookup) -> Found:
        """Ask the Email Activity API, a paid add-on: an account without it, or with too many questions, cannot say."""
        query = f"(unique_args['reference']=\"{_quoted(lookup.reference)}\")"
        return found(await self._get("/v3/messages", {"query": query, "limit": "10"}))

    def claim(self, callback: Callback) -> Claim | None:
        """Say which message of ours the first event claims to be about."""
        return claim(callback.body)

    def read_callback(self, callback: Callback) -> Sequence[Signal]:
        """Verify a batch of events and keep those that carry our reference."""
        verify(callback, self._keys)
        return signals(callback.body)

    async def _send(self, batch: Sequence[OutgoingMessage], not_after: float) -> list[Outcome]:
        mail = batch[0].mail
        if mail is None:
            return [Refused("no_mail")] * len(batch)
        request = body(mail, batch)
        fits = len(request) <= LONGEST and not too_wordy(batch[0])
        if not fits and len(batch) == 1:
            return [Refused("too_long")]
        if fits:
            sent = await self._post("/v3/mail/send", request, not_after)
            if len(batch) == 1 or not spoiled_by_some(sent):
                return [outcome(sent)] * len(batch)
        middle = len(batch) // 2  # nobody was sent anything: halve until the bad ones stand alone
        return [*await self._send(batch[:middle], not_after), *await self._send(batch[middle:], not_after)]

    async def _post(self, path: str, request: bytes, not_after: float = NEVER) -> Sent:
        return await self._transport.post(
            self._base + path, headers=self._headers, body=request, not_after=not_after
        )  # fmt: skip

    async def _get(self, path: str, query: dict[str, str] | None = None) -> Sent:
        return await self._transport.get(self._base + path, headers=self._authorization, query=query or {})


def _quoted(reference: str) -> str:
    return reference.replace("\\", "\\\\").replace('"', '\\"')
