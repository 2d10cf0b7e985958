"""Texts through Telnyx's Messages resource."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta

from channels.contract import (
    Canceled,
    CannotSay,
    Capabilities,
    Found,
    Handle,
    Health,
    Lookup,
    Outcome,
    OutgoingMessage,
    Present,
    Refused,
    TooLate,
    TryLater,
    Withdrawal,
)
from channels.defaults import Defaults
from channels.segments import Encoding, segments
from channels.signals import Callback, Claim, Signal
from channels.telnyx.rest import Account, Resource, outcome, parsed, record
from channels.telnyx.signatures import Signatures
from channels.telnyx.webhooks import STATUSES, claim, signals
from channels.transport import Answer, Sent, Transport, id_from, in_order

MOST_PARTS = 10
LONGEST = 1_530
"""Characters of a text of ten parts in GSM-7; in UCS-2 it is fewer, so the parts decide."""
SOONEST, LATEST = timedelta(minutes=5), timedelta(days=5)

_EARLIER = timedelta(minutes=5)
_PAGE = "50"
_SENDER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{5,6}")
"""A number or a short code; a name cannot be answered with STOP."""
_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_OK = range(200, 300)
_REFUSED_KEY = 401


class TelnyxSms(Defaults):
    """Sends texts and reads what Telnyx says of them; `callback_base` is our public address.

    Telnyx erases the words of a text by itself after ten days and offers no way to ask for it sooner, and
    it takes no word on how long a text may wait; both stay as `Defaults` and the capabilities have them.
    """

    name = "telnyx"

    def __init__(
        self,
        transport: Transport,
        *,
        api_key: str,
        base_url: str,
        callback_base: str,
        public_keys: Sequence[str] = (),
        messaging_profile_id: str = "",
    ) -> None:
        self.capabilities = Capabilities(
            "sms", "segment", at_once=transport.connections, longest=LONGEST, encodings=("GSM-7", "UCS-2"),
            can_schedule=True, soonest=SOONEST, latest=LATEST, can_cancel=True, can_find=True,
        )  # fmt: skip
        self._account = Account(transport, api_key=api_key, base_url=base_url)
        self._signatures = Signatures(public_keys)
        self._callbacks = f"{callback_base.rstrip('/')}/callbacks/telnyx/messages/"
        self._profile = messaging_profile_id

    async def check(self) -> Health:
        """Ask for the balance, which sends nothing."""
        sent = await self._account.get("balance")
        balance = record(sent)
        if balance is None:
            return Health(ok=False, detail=_why_not(sent))
        if _is_spent(balance.get("available_credit")):
            return Health(ok=False, detail="Telnyx takes the API key, but the account has no credit left")
        return Health(ok=True, detail="Telnyx answers and takes the API key")

    async def send(self, messages: Sequence[OutgoingMessage], *, not_after: float) -> Sequence[Outcome]:
        """Post one message each, as many at a time as the transport has connections."""

        async def one(message: OutgoingMessage) -> Outcome:
            if _SENDER.fullmatch(message.sender) is None:
                return TryLater("misconfigured")  # such as the Messaging Service of another provider
            size = segments(message.body)
            if size.count > MOST_PARTS:
                return Refused("too_long")
            content = self._content(message, size.encoding)
            return outcome(await self._account.post("messages", content, not_after=not_after), parts=size.count)

        return await in_order(one, messages, width=self.capabilities.at_once)

    async def cancel(self, handle: Handle) -> Withdrawal:
        """Withdraw a scheduled text; when Telnyx does not confirm it, the text's own state decides."""
        if _ID.fullmatch(handle.provider_id) is None:
            return CannotSay("no such id")
        path = f"messages/{handle.provider_id}"
        confirmed = _state(await self._account.delete(path))
        said = confirmed if confirmed == "cancelled" else _state(await self._account.get(path))
        if said == "cancelled":
            return Canceled()
        if said in STATUSES and said != "scheduled":
            return TooLate(said)
        return CannotSay(said or "unreadable answer")

    async def find(self, lookup: Lookup) -> Found:
        """Search the detail records for the address that we gave for callbacks, which holds the reference.

        The records are written some time after the text was taken, and nobody says how long after: they
        prove that it is there, never that it is not.
        """
        listed = record_list(await self._account.get("detail_records", _records_of(lookup)))
        if isinstance(listed, CannotSay):
            return listed
        ours = {
            id_from(entry.get("uuid"))
            for entry in listed
            if str(entry.get("delivery_status_webhook_url")).endswith(f"/messages/{lookup.reference}")
        }
        match list(ours):
            case [one] if one:
                return Present(one)
            case []:
                return CannotSay("not in the records, which may be late")
            case _:
                return CannotSay("more than one record" if len(ours) > 1 else "unreadable list")

    def claim(self, callback: Callback) -> Claim | None:
        """Say which of our numbers a text claims to be for."""
        return claim(callback)

    def read_callback(self, callback: Callback) -> Sequence[Signal]:
        """Read an event of one of our texts, or, without a reference, a text to us."""
        self._signatures.verify(callback)
        return signals(callback)

    def _content(self, message: OutgoingMessage, encoding: Encoding) -> Resource:
        content: dict[str, object] = {
            "from": message.sender,
            "to": message.to,
            "text": message.body,
            "type": "SMS",
            "webhook_url": self._callbacks + message.reference,
            "use_profile_webhooks": False,  # that address is for texts to us
        }
        if encoding is Encoding.UCS2:
            content["encoding"] = "ucs2"  # else the profile may replace letters to save parts
        if self._profile:
            content["messaging_profile_id"] = self._profile
        if message.send_at is not None:
            content["send_at"] = message.send_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return content


def record_list(sent: Sent) -> list[Resource] | CannotSay:
    """Return the entries of a list, or say that it could not be read."""
    if not isinstance(sent, Answer):
        return CannotSay(sent.detail)
    if sent.status not in _OK:
        return CannotSay(f"HTTP {sent.status}")
    entries = (parsed(sent.body) or {}).get("data")
    if not isinstance(entries, list):
        return CannotSay("unreadable list")
    return [entry for entry in entries if isinstance(entry, dict)]


def _records_of(lookup: Lookup) -> Mapping[str, str]:
    return {
        "filter[record_type]": "messaging",
        "filter[direction]": "outbound",
        "filter[cld]": lookup.to,
        "filter[created_at][gte]": (lookup.since - _EARLIER).astimezone(UTC).date().isoformat(),
        "sort": "-created_at",
        "page[size]": _PAGE,
    }


def _state(sent: Sent) -> str:
    """Return Telnyx's word for the state of the one person's text that an answer holds."""
    people = (record(sent) or {}).get("to")
    first = people[0] if isinstance(people, list) and people else None
    said = first.get("status") if isinstance(first, dict) else None
    return said if isinstance(said, str) else ""


def _is_spent(credit: object) -> bool:
    try:
        return float(str(credit)) <= 0
    except ValueError:
        return False


def _why_not(sent: Sent) -> str:
    if not isinstance(sent, Answer):
        return f"Telnyx cannot be reached ({sent.detail})"
    if sent.status == _REFUSED_KEY:
        return "Telnyx refuses the API key"
    if sent.status in _OK:
        return "Telnyx gives an answer that cannot be read; is the address right?"
    return f"Telnyx answers with HTTP {sent.status}"
