"""A person's text to us: posted to our service, whose answer may hold texts back."""

from collections.abc import Sequence
from dataclasses import dataclass

from channels.simulator.ledger import Message, Search
from channels.simulator.outcomes import outcome_for
from channels.simulator.story import Step
from channels.simulator.telnyx_door import PROVIDER as TELNYX
from channels.simulator.telnyx_replies import TelnyxReplies
from channels.simulator.texts import text_message, text_steps
from channels.simulator.twilio_door import API_VERSION
from channels.simulator.twiml import BadMarkup, Text, read_markup
from channels.simulator.world import World

PATH = "/callbacks/twilio/inbound"


@dataclass(frozen=True, slots=True)
class Heard:
    """The text as it was taken, and what our service answered (an HTTP status)."""

    message: Message
    status: int


@dataclass(frozen=True, slots=True)
class Replies:
    """Carries texts from people to us."""

    world: World
    telnyx: TelnyxReplies | None = None
    """Where texts to numbers at Telnyx go; nowhere without its credentials."""

    def last_sender(self, phone: str) -> str:
        """Return whom the phone would answer: the sender of the newest text to it, if any."""
        found = self.world.ledger.search(Search(channel="sms", recipient=phone, direction="outbound", limit=1))
        return found[0].sender if found else ""

    async def say(self, *, sender: str, to: str, body: str) -> Heard:
        """Send a text to us, by the provider of the number that it goes to."""
        if self.telnyx is not None and self._provider_of(to, sender) == TELNYX:
            kept, status = await self.telnyx.say(sender=sender, to=to, body=body)
            return Heard(kept, status)
        return await self._by_twilio(sender=sender, to=to, body=body)

    def _provider_of(self, number: str, phone: str) -> str:
        """Return who carried the newest text from this number, to this phone if there is one."""
        for recipient in (phone, ""):
            last = Search(channel="sms", sender=number, recipient=recipient, direction="outbound", limit=1)
            for text in self.world.ledger.search(last):
                return str(text.detail.get("provider", "twilio"))
        return self.world.settings.text_provider

    async def _by_twilio(self, *, sender: str, to: str, body: str) -> Heard:
        """Post a text in Twilio's name and take the texts that our answer holds."""
        text = text_message(
            recipient=to,
            sender=sender,
            body=body,
            accepted_at=self.world.now(),
            direction="inbound",
        )
        (kept,) = await self.world.accept([(text, [])])
        answer = await self.world.poster.post_form(self.world.settings.public_url + PATH, self._params(kept))
        answers = self._answers(kept, answer.body) if answer.status == 200 else []  # noqa: PLR2004 -- the one status with markup
        if answers:
            await self.world.accept(answers)
        return Heard(kept, answer.status)

    def _params(self, text: Message) -> dict[str, str]:
        params = {
            "AccountSid": self.world.settings.account_sid,
            "ApiVersion": API_VERSION,
            "MessageSid": text.id,
            "SmsSid": text.id,
            "SmsMessageSid": text.id,
            "SmsStatus": "received",
            "From": text.sender,
            "To": text.recipient,
            "FromCountry": "US",
            "ToCountry": "US",
            "Body": text.body,
            "NumMedia": "0",
            "NumSegments": str(max(1, int(text.detail["segments"]))),
        }
        # A text to a pool carries its sid; which number the person saw, only the real one knows.
        service = text.recipient if text.recipient.startswith("MG") else ""
        return params | ({"MessagingServiceSid": service} if service else {})

    def _answers(self, text: Message, markup: bytes) -> list[tuple[Message, Sequence[Step]]]:
        try:
            verbs = read_markup(markup)
        except BadMarkup:
            return []
        return [self._answer(text, verb) for verb in verbs if isinstance(verb, Text) and verb.body]

    def _answer(self, text: Message, verb: Text) -> tuple[Message, Sequence[Step]]:
        message = text_message(
            recipient=verb.to or text.sender,
            sender=verb.sender or text.recipient,
            body=verb.body,
            callback=verb.callback,
            accepted_at=self.world.now(),
            direction="outbound-reply",
        )
        twists = outcome_for("sms", message.recipient).twists
        return message, text_steps(message, twists, pace=self.world.settings.pace)
