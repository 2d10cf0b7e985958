"""Texts through Twilio's Messages resource."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

from channels.contract import Accepted, CannotSay, Capabilities, Found, Lookup, Outcome, OutgoingMessage
from channels.defaults import Defaults
from channels.segments import segments
from channels.signals import Callback, Receipt, Reply, Signal, Status
from channels.transport import Transport, in_order
from channels.twilio.codes import CANCELED, reason_of
from channels.twilio.rest import Account, Resource, counted, only
from channels.twilio.signatures import Signatures

_SERVICE = "MG"
"""How the SID of a Messaging Service begins; any other sender is a number."""
LONGEST = 1_600  # characters
_LONGEST_VALIDITY = 36_000  # seconds; Twilio takes 1 to 36,000

STATUSES: Mapping[str, Status] = MappingProxyType(
    {
        **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent"), Status.ACCEPTED),
        **dict.fromkeys(("delivered", "read"), Status.DELIVERED),
        **dict.fromkeys(("undelivered", "failed", "canceled"), Status.UNDELIVERED),
    }
)


class TwilioSms(Defaults):
    """Sends texts and reads what Twilio says of them; `callback_base` is our public address.

    `next_tokens` are accepted for callbacks beside `auth_token` while the token is being replaced.
    """

    name = "twilio"

    def __init__(
        self,
        transport: Transport,
        *,
        account_sid: str,
        auth_token: str,
        base_url: str,
        callback_base: str,
        next_tokens: Sequence[str] = (),
    ) -> None:
        self.capabilities = Capabilities(
            "sms", "segment", at_once=transport.connections, longest=LONGEST, encodings=("GSM-7", "UCS-2"),
            can_find=True, longest_validity=timedelta(seconds=_LONGEST_VALIDITY),
        )  # fmt: skip
        self._account = Account(transport, account_sid=account_sid, auth_token=auth_token, base_url=base_url)
        self._signatures = Signatures((auth_token, *next_tokens))
        self._callbacks = f"{callback_base.rstrip('/')}/callbacks/twilio/messages/"

    async def send(self, messages: Sequence[OutgoingMessage], *, not_after: float) -> Sequence[Outcome]:
        """Post one message each, as many at a time as the transport has connections."""

        async def one(message: OutgoingMessage) -> Outcome:
            def accepted(sid: str, resource: Resource) -> Accepted:
                # Behind a Messaging Service Twilio has not counted yet and says 0.
                told = counted(resource.get("num_segments"))
                return Accepted(sid, told or segments(message.body).count)

            return await self._account.create("Messages", self._form(message), not_after=not_after, accepted=accepted)

        return await in_order(one, messages, width=self.capabilities.at_once)

    async def find(self, lookup: Lookup) -> Found:
        """Search the recipient's texts since the intent for the printed code."""
        if not lookup.code:
            return CannotSay("no code")
        listed = await self._account.newest("Messages", {"To": lookup.to}, since=lookup.since)
        if isinstance(listed, CannotSay):
            return listed
        printed = re.compile(rf"(?<![A-Za-z0-9]){re.escape(lookup.code)}(?![A-Za-z0-9])")
        ours = [
            entry for entry in listed if entry.get("direction") != "inbound" and printed.search(str(entry.get("body")))
        ]
        return only(ours)

    def read_callback(self, callback: Callback) -> Sequence[Signal]:
        """Read a status of one of our texts, or, without a reference, a text to us."""
        form = self._signatures.form(callback)
        if callback.reference:
            return _receipts(callback.reference, form)
        return _replies(form)

    def _form(self, message: OutgoingMessage) -> dict[str, str]:
        service = message.sender.startswith(_SERVICE)
        form = {
            "To": message.to,
            "MessagingServiceSid" if service else "From": message.sender,
            "Body": message.body,
            "StatusCallback": self._callbacks + message.reference,
        }
        if message.valid_for is not None:
            form["ValidityPeriod"] = _validity(message.valid_for)
        return form


def _validity(period: timedelta) -> str:
    return str(min(max(int(period.total_seconds()), 1), _LONGEST_VALIDITY))


def _receipts(reference: str, form: Mapping[str, str]) -> list[Signal]:
    sid, said = form.get("MessageSid", ""), form.get("MessageStatus", "")
    status = STATUSES.get(said)
    if status is None or not sid:
        return []
    code = form.get("ErrorCode", "")
    reason = ""
    if status is Status.UNDELIVERED:
        reason = CANCELED if said == "canceled" else reason_of(code)
    return [Receipt(reference, f"{sid}:{said}", status, sid, reason, code)]


def _replies(form: Mapping[str, str]) -> list[Signal]:
    sid, body = form.get("MessageSid"), form.get("Body")
    sender, recipient = form.get("From"), form.get("To")
    if not sid or not sender or not recipient or body is None:
        return []
    return [Reply(sid, sender, recipient, body)]
