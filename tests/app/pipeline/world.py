"""A small county to tell things to: builders of facts, scripted providers, and a look into the tables."""

import itertools
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.db import clock
from app.errors import BadSettings
from app.pipeline.providers import Providers
from app.pipeline.receipts import Answer
from app.pipeline.signup import Refusal, SignupAsked, SignupTaken
from app.rules.agency import Agency
from app.rules.facts import Channel, Consent, CountyEvent, Email, Facts, LineKind, MemberUpdated, Phone, RenewalDue
from app.settings import Settings
from app.wiring import Services, open_services
from channels.contract import Capabilities, OutgoingMessage
from channels.provider import Provider, Setting
from channels.signals import Receipt, Reply, Signal, Status
from tests.app.pipeline.fakes import FakeChannel, a_callback, looked
from tests.conftest import AGENCY

SMS, EMAIL, VOICE = Channel.SMS, Channel.EMAIL, Channel.VOICE
NOW = datetime(2026, 11, 2, 20, tzinfo=UTC)
"""A Monday noon in Los Angeles, a month before anything for February is due."""
FEBRUARY, MARCH = date(2027, 2, 1), date(2027, 3, 1)
NINE = datetime(2026, 12, 1, 17, tzinfo=UTC)
"""Nine in the morning in Los Angeles on the first of December, when texts and e-mails for February are due."""
TEN = NINE + timedelta(hours=1)
DEADLINE = datetime(2027, 1, 15, 8, tzinfo=UTC)
"""The midnight in Los Angeles that ends the fourteenth of January."""
NUMBER, OTHER_NUMBER, ADDRESS = "+17145550002", "+17145550003", "ana@example.org"
OURS = "+17145550100"
TOLD_FROM = datetime(2026, 10, 1, tzinfo=UTC)
OFFERED = {
    name: Provider(
        name, (Setting("account_sid", "whose", account=True), Setting("auth_token", "its secret", secret=True)), {}
    )
    for name in ("fake-sms", "fake-email", "fake-voice", "second")
}


def yes(*channels: Channel) -> tuple[Consent, ...]:
    """Say yes to reminders on these channels, for the addresses held."""
    return tuple(Consent(channel, granted=True) for channel in channels)


def phone(number: str = NUMBER, kind: LineKind = LineKind.MOBILE, rank: int = 1) -> Phone:
    """List a phone number."""
    return Phone(number, kind, rank)


def a_member(**changes: Any) -> MemberUpdated:
    """Describe Ana, who reads Spanish, agreed to everything and renews in February."""
    said: dict[str, Any] = {
        "first_name": "Ana",
        "language_written": "es",
        "phones": (phone(),),
        "emails": (Email(ADDRESS),),
        "consents": yes(SMS, EMAIL, VOICE),
        "renewals": (RenewalDue("medi_cal", FEBRUARY),),
    }
    return MemberUpdated(**{**said, **changes})


_numbers = itertools.count(1)


def an_event(facts: Facts, subject: str = "M-1", **changes: Any) -> CountyEvent:
    """Wrap facts into an event that is newer than each made before."""
    number = next(_numbers)
    said: dict[str, Any] = {
        "id": f"e-{number}",
        "source": "/county",
        "type": "org.keepcovered.test",
        "time": TOLD_FROM + timedelta(seconds=number),
        "payload": repr((number, facts)).encode(),
    }
    return CountyEvent(subject=subject, facts=facts, **{**said, **changes})


@dataclass
class World:
    """One county with scripted providers."""

    services: Services
    agency: Agency
    fakes: dict[Channel, FakeChannel]
    url: str
    accounts: dict[str, FakeChannel]
    """The providers over accounts of an agency's own, as `channel account`."""

    async def at(self, moment: datetime) -> None:
        """Set business time."""
        async with self.services.database.transaction(None) as tx:
            await clock.set_to(tx.session, moment)

    async def tell(self, *facts: Facts, subject: str = "M-1", **changes: Any) -> list[str]:
        """Let the county say something of a member; return what became of each event."""
        return await self.apply(*[an_event(one, subject, **changes) for one in facts])

    async def apply(self, *events: CountyEvent) -> list[str]:
        """Apply events and return what became of each."""
        results = await self.services.intake.apply(self.agency.id, events)
        return [one.problem or one.status for one in results]

    async def plan(self) -> int:
        """Plan what waits."""
        return await self.services.planning.waiting()

    async def planned(self, *facts: Facts, subject: str = "M-1") -> None:
        """Tell and plan."""
        await self.tell(*(facts or (a_member(),)), subject=subject)
        await self.plan()

    async def deliver(self, *channels: Channel) -> int:
        """Send what is due."""
        lanes = [self.services.delivery.lane(self.agency.id, channel) for channel in channels or Channel]
        return sum([await lane for lane in lanes])

    async def sent(self, *facts: Facts) -> OutgoingMessage:
        """Bring Ana's text out of the house and return it."""
        await self.planned(*facts)
        await self.at(NINE)
        await self.deliver(SMS)
        return self.fakes[SMS].sent[-1]

    async def texts_us(self, body: str, *, sender: str = NUMBER, key: str = "") -> None:
        """Let a person text the agency's number."""
        reply = Reply(key or f"in-{next(_numbers)}", sender, OURS, body)
        await self.hears(SMS, reply)

    async def asks(self, channel: Channel = SMS, address: str = NUMBER, **more: Any) -> SignupTaken | Refusal:
        """Let a person ask for reminders."""
        said: dict[str, Any] = {"agency": "orange", "language": "vi", "wording": "v1", **more}
        return await self.services.signup.ask(SignupAsked(channel=channel, address=address, **said))

    async def code(self, channel: Channel = SMS) -> str:
        """Send what is due and return the code in the newest message."""
        await self.deliver(channel)
        message = self.fakes[channel].sent[-1]
        return re.findall(r"\b\d{8}\b", message.body or " ".join(message.words.values()))[0]

    async def signs_up(self, channel: Channel = SMS, address: str = NUMBER, **more: Any) -> None:
        """Let a person ask for reminders and prove the address with the code."""
        taken = await self.asks(channel, address, **more)
        assert isinstance(taken, SignupTaken)
        assert await self.services.signup.confirm(taken.id, await self.code(channel)) == taken.id

    async def hears(self, channel: Channel, *signals: Signal, reference: str = "") -> Answer:
        """Let a provider call back with these signals."""
        body = str(next(_numbers)).encode()
        self.fakes[channel].signals[body] = signals
        answer = await self.services.receipts.hear(self.fakes[channel], a_callback(body, reference))
        await self.services.receipts.settled()  # nobody else waits for what it applies
        return answer

    async def receipt(self, message: OutgoingMessage, status: Status, channel: Channel = SMS, **more: str) -> None:
        """Let a provider say what became of a message."""
        told = {"key": f"k-{status}", **more}
        await self.hears(channel, Receipt(message.reference, status=status, **told))

    async def rows(self, query: str, **values: Any) -> list[Any]:
        """Look into the tables."""
        return await looked(self.url, query, **values)

    async def messages(self) -> list[Any]:
        """Return all reminders in the order in which they were made."""
        return await self.rows("SELECT * FROM message WHERE kind = 'reminder' ORDER BY created_at, channel, id")

    async def message(self, channel: Channel = SMS) -> Any:
        """Return the newest reminder on a channel."""
        return [row for row in await self.messages() if row.channel == channel][-1]

    async def ends(self) -> dict[str, str]:
        """Return where the reminders of each channel stand, with the reasons."""
        found = defaultdict(list)
        for row in await self.messages():
            found[row.channel].append(f"{row.status} {row.reason or ''}".strip())
        return {channel: ", ".join(ends) for channel, ends in found.items()}

    async def end(self, channel: Channel = SMS) -> str:
        """Return where the reminders of one channel stand."""
        return (await self.ends())[channel]

    async def attempts(self) -> list[str]:
        """Return the states of all attempts in order."""
        return [row.state for row in await self.rows("SELECT state FROM attempt ORDER BY id")]

    async def leases_run_out(self) -> None:
        """Let machine time pass for those who hold something."""
        await self.rows("UPDATE attempt SET lease_until = now() - interval '1 s'")

    async def breakers_half_open(self) -> None:
        """Let machine time pass for breakers that are open."""
        await self.rows("UPDATE breaker SET open_until = now() - interval '1 s' WHERE open_until IS NOT NULL")

    def second(self, channel: Channel = Channel.SMS) -> FakeChannel:
        """Give a channel a second provider."""
        fake = FakeChannel("second", self.url, _can(channel))
        several = self.services.providers.of(channel)
        assert isinstance(several, list)
        several.append(fake)
        return fake

    async def machine_time_passes(self) -> None:
        """Let machine time pass for what a provider accepted."""
        await self.rows("UPDATE attempt SET accepted_on_machine = now() - interval '1 hour'")


def _can(channel: Channel) -> Capabilities:
    return Capabilities(channel.value, "segment", batch=100, can_redact=True)


async def nobody_is_called(_transport: Any) -> None:
    """Leave the connections to real providers unopened."""


@pytest.fixture
async def world(
    settings: Settings, clean_url: str, _read_once: None, one_reminder: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """Every stage over scripted providers, on a Monday noon a month before anything is due."""
    fakes = {channel: FakeChannel(f"fake-{channel}", clean_url, _can(channel)) for channel in Channel}
    accounts: dict[str, FakeChannel] = {}

    def of_an_agency(name: str, channel: Channel, own: Mapping[str, Any]) -> FakeChannel:
        if own["account_sid"] == "bad":
            raise BadSettings("not an account")
        fake = FakeChannel(name, clean_url, _can(channel))
        return accounts.setdefault(f"{channel} {own['account_sid']}", fake)

    several = Providers({channel: [fake] for channel, fake in fakes.items()}, of_an_agency)
    monkeypatch.setattr("app.wiring.adapters.providers", lambda *_: several)
    monkeypatch.setattr("app.wiring.adapters.offered", lambda: OFFERED)
    monkeypatch.setattr("app.wiring.services.simulator", lambda *_: None)
    monkeypatch.setattr("app.wiring.services.Transport.open", nobody_is_called)
    async with open_services(settings, clean_url) as services:
        agency = await services.tenancy.add(AGENCY)
        assert isinstance(agency, Agency)
        made = World(services, agency, fakes, clean_url, accounts)
        await made.at(NOW)
        yield made
