"""E-mails by SMTP, one for each person, over a handful of connections."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from channels.contract import Capabilities, Health, Outcome, OutgoingMessage, Refused, TryLater
from channels.defaults import Defaults
from channels.signals import BadSignature, Callback, Signal
from channels.smtp.handover import Deadline, boot_clock, hand_over
from channels.smtp.letter import BadAddress, BadSender, Letter, compose
from channels.smtp.pool import Pool
from channels.smtp.relay import OPEN_WITHIN, Broken, Link, Relay, Shut, open_link
from channels.smtp.reports import signals
from channels.smtp.signatures import verify
from channels.transport import in_order

CONNECTIONS = 8
_DONE = 2
_TROUBLE: Mapping[str, str] = MappingProxyType(
    {
        "misconfigured": "the relay does not let us in{code}: look at its name, port, STARTTLS, user name and password",
        "unreachable": "the relay cannot be reached{code}: look at its name and port, and at the network",
    }
)


class SmtpMail(Defaults):
    """Sends mails by one relay, and reads the reports that its operator posts to us.

    `secrets` sign those reports; two while one is being replaced, none if no reports are posted.
    """

    name = "smtp"
    capabilities = Capabilities("email", "message", at_once=CONNECTIONS)

    def __init__(
        self, relay: Relay, *, secrets: Sequence[str] = (), clock: Callable[[], float] = boot_clock
    ) -> None:  # fmt: skip
        self._relay, self._pool, self._clock = relay, Pool(relay, CONNECTIONS), clock
        self._secrets = [secret for secret in secrets if secret]

    async def check(self) -> Health:
        """Connect, encrypt and sign in as for a mail, and leave again."""
        try:
            link = await open_link(self._relay, OPEN_WITHIN)
            answer = await link.ask("NOOP", OPEN_WITHIN)
            await link.leave()
        except Shut as shut:
            return Health(ok=False, detail=_trouble(shut.outcome))
        except Broken:
            return Health(ok=False, detail="the relay lets us in and then says nothing")
        how = "over TLS" if self._relay.encrypted else "in the clear"
        signed_in = ", and we are signed in" if self._relay.username else ""
        return Health(ok=answer.code // 100 == _DONE, detail=f"the relay takes mail from us {how}{signed_in}")

    async def send(self, messages: Sequence[OutgoingMessage], *, not_after: float) -> Sequence[Outcome]:
        """Send a mail to each person, several at a time."""
        deadline = Deadline(not_after, self._clock)

        async def one(message: OutgoingMessage) -> Outcome:
            letter = _letter(message)
            if not isinstance(letter, Letter):
                return letter
            async with self._pool.slots:
                return await self._send(letter, deadline)

        return await in_order(one, messages, width=CONNECTIONS)

    def read_callback(self, callback: Callback) -> Sequence[Signal]:
        """Verify a report and say what it tells of a mail of ours."""
        if callback.kind not in {"", "events"}:
            raise BadSignature
        verify(callback, self._secrets)
        return signals(callback.body)

    async def close(self) -> None:
        """Take leave of the relay."""
        await self._pool.close()

    async def _send(self, letter: Letter, deadline: Deadline) -> Outcome:
        """Hand a mail over; an idle connection that turns out dead is replaced, a fresh one that breaks is not."""
        while (left := deadline.left) > 0:
            try:
                link = await self._pool.take(left)
            except Shut as shut:
                return shut.outcome
            try:
                return await self._over(link, letter, deadline)
            except Broken:
                if not link.used:
                    return TryLater("unreachable")
        return TryLater("deadline")

    async def _over(self, link: Link, letter: Letter, deadline: Deadline) -> Outcome:
        settled = False
        try:
            outcome = await hand_over(link, letter, deadline)
            settled = True
        finally:
            if not settled:  # broken, or we were called off in mid-sentence
                link.drop()
        self._pool.give_back(link)
        return outcome


def _letter(message: OutgoingMessage) -> Letter | Outcome:
    if message.mail is None:
        return Refused("no_mail")
    try:
        return compose(message, message.mail)
    except BadAddress:
        return Refused("bad_address")
    except BadSender:
        return TryLater("misconfigured")
    except ValueError:
        return Refused("bad_content")


def _trouble(outcome: TryLater) -> str:
    code = f" ({outcome.provider_code})" if outcome.provider_code else ""
    sentence = _TROUBLE.get(outcome.reason, "the relay does not take mail from us now{code}")
    return sentence.format(code=code)
