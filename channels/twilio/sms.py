"""Texts through Twilio's Messages resource.

Words only: pictures are neither sent nor fetched, and a picture sent to us is a reply without words.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from channels.contract import (
    Absent,
    Accepted,
    CannotSay,
    Capabilities,
    Found,
    Handle,
    Health,
    Lookup,
    Outcome,
    OutgoingMessage,
    Redaction,
    Refused,
    TryLater,
    Withdrawal,
)
from channels.defaults import Defaults
from channels.listing import ListedPage
from channels.reasons import Then, meaning
from channels.segments import segments
from channels.signals import Callback, Claim, OptOut, Receipt, Reply, Signal, Status
from channels.transport import Transport, id_from, in_order
from channels.twilio.answers import Resource
from channels.twilio.codes import CANCELED, code_of, reason_of
from channels.twilio.rest import WHOLE_LIST, Account, cost, counted, listed, only
from channels.twilio.signatures import TEXT, TEXT_STATUS, Signatures
from channels.twilio.takeback import erase, withdraw

_SERVICE = "MG"
"""How the SID of a Messaging Service begins; any other sender is a number."""
LONGEST = 1_600  # characters
_LONGEST_VALIDITY = 36_000  # seconds; Twilio takes 1 to 36,000

_SOONEST, _LATEST = timedelta(minutes=15), timedelta(days=35)
_RECEIVED = "received"
_DID: Mapping[str, str] = MappingProxyType({"STOP": "stop", "START": "start", "HELP": "help"})
"""`OptOutType`: what Advanced Opt-Out has answered by itself, in our words."""

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
            can_schedule=True, soonest=_SOONEST, latest=_LATEST, schedules_from=(_SERVICE,), can_cancel=True,
            can_find=True, can_list=True, can_redact=True, longest_validity=timedelta(seconds=_LONGEST_VALIDITY),
        )  # fmt: skip
        self._account = Account(transport, account_sid=account_sid, auth_token=auth_token, base_url=base_url)
        self._signatures = Signatures((auth_token, *next_tokens))
        self._callbacks = f"{callback_base.rstrip('/')}/callbacks/twilio/messages/"

    async def check(self) -> Health:
        """Ask Twilio for our account; never sends a message."""
        return await self._account.health()

    async def send(self, messages: Sequence[OutgoingMessage], *, not_after: float) -> Sequence[Outcome]:
        """Post one message each, as many at a time as the transport has connections.

        A send time needs a Messaging Service: with a number Twilio may drop it and send at once, so such
        a text is not posted at all. Whether the time is near or far enough, Twilio judges by its own clock.
        """

        async def one(message: OutgoingMessage) -> Outcome:
            def accepted(sid: str, resource: Resource) -> Accepted:
                # Behind a Messaging Service Twilio has not counted yet and says 0.
                told = counted(resource.get("num_segments"))
                return Accepted(sid, told or segments(message.body).count, cost(resource))

            return _unsendable(message) or await self._account.create(
                "Messages", self._form(message), not_after=not_after, accepted=accepted
            )

        return await in_order(one, messages, width=self.capabilities.at_once)

    async def listed(self, since: datetime, following: str = "") -> ListedPage | CannotSay:
        """Return a page of all texts that Twilio has, newest first."""
        page = await self._account.page("Messages", WHOLE_LIST, since=since, following=following)
        return page if isinstance(page, CannotSay) else listed(page, lambda said: STATUSES.get(str(said)))

    async def cancel(self, handle: Handle) -> Withdrawal:
        """Withdraw a scheduled text."""
        return await withdraw(self._account, "Messages", handle.provider_id)

    async def redact(self, handle: Handle) -> Redaction:
        """Delete a settled text from Twilio's log."""
        return await erase(self._account, "Messages", handle.provider_id)

    async def find(self, lookup: Lookup) -> Found:
        """Search the recipient's texts since the intent for the printed code.

        A text whose words are blanked could be the one, so with such a one in the list nothing is surely absent.
        """
        if not lookup.code:
            return CannotSay("no code")
        listed = await self._account.newest("Messages", {"To": lookup.to}, since=lookup.since)
        if isinstance(listed, CannotSay):
            return listed
        printed = re.compile(rf"(?<![A-Za-z0-9]){re.escape(lookup.code)}(?![A-Za-z0-9])")
        to_people = [
            entry for entry in listed
            if entry.get("direction") != "inbound" and entry.get("sid") not in lookup.not_these
        ]  # fmt: skip
        found = only([entry for entry in to_people if printed.search(str(entry.get("body")))])
        blank = isinstance(found, Absent) and not all(entry.get("body") for entry in to_people)
        return CannotSay("a text without its words") if blank else found

    def claim(self, callback: Callback) -> Claim | None:
        """Say which of our numbers it claims to be about."""
        return self._signatures.claim(callback)

    def read_callback(self, callback: Callback) -> Sequence[Signal]:
        """Read a status of one of our texts, or, without a reference, a text to us."""
        form = self._signatures.form(callback, TEXT_STATUS if callback.reference else TEXT)
        if callback.reference:
            return _receipts(callback.reference, form)
        return _replies(form)

    def _form(self, message: OutgoingMessage) -> dict[str, str]:
        form = {
            "To": message.to,
            "MessagingServiceSid" if _by_service(message) else "From": message.sender,
            "Body": message.body,
            "StatusCallback": self._callbacks + message.reference,
        }
        if message.valid_for is not None:
            form["ValidityPeriod"] = _validity(message.valid_for)
        if message.send_at is not None:
            form |= {"ScheduleType": "fixed", "SendAt": _moment(message.send_at)}
        return form


def _by_service(message: OutgoingMessage) -> bool:
    return message.sender.startswith(_SERVICE)


def _unsendable(message: OutgoingMessage) -> Outcome | None:
    """Return what is wrong with a text before Twilio is asked."""
    if len(message.body) > LONGEST:
        return Refused("too_long")
    if message.send_at is not None and not _by_service(message):
        return TryLater("send_time_refused")
    return None


def _moment(at: datetime) -> str:
    """Write whole seconds, never earlier than asked for."""
    return (at + timedelta(microseconds=999_999)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _validity(period: timedelta) -> str:
    """Write how long a text may wait in Twilio's queue, where a scheduled one arrives at its send time."""
    return str(min(max(int(period.total_seconds()), 1), _LONGEST_VALIDITY))


def _receipts(reference: str, form: Mapping[str, str]) -> list[Signal]:
    sid, said = id_from(form.get("MessageSid")), form.get("MessageStatus", "")
    status = STATUSES.get(said)
    if status is None or not sid:
        return []
    code = code_of(form.get("ErrorCode", ""))
    reason = ""
    if status is Status.UNDELIVERED:
        reason = CANCELED if said == "canceled" else reason_of(code)
    receipt = Receipt(reference, f"{sid}:{said}", status, sid, reason, code)
    if reason and meaning(reason).then is Then.SUPPRESS:
        return [receipt, OptOut(reference, f"{sid}:{reason}", reason)]
    return [receipt]


def _replies(form: Mapping[str, str]) -> list[Signal]:
    """Read a text to us; a picture has no `Body`, and a status that came astray is no text."""
    sid, sender, recipient = id_from(form.get("MessageSid")), form.get("From"), form.get("To")
    if not sid or not sender or not recipient or form.get("MessageStatus", _RECEIVED) != _RECEIVED:
        return []
    did = _DID.get(form.get("OptOutType", "").upper(), "")
    return [Reply(sid, _number(sender), _number(recipient), form.get("Body", ""), did)]


def _number(address: str) -> str:
    """Take the mark of another messenger off a number: a stop is a stop wherever it was written."""
    return address.removeprefix("whatsapp:")
