"""What the conformance kit needs to know of Pigeon Post: its stand-in, its credentials, its lofts."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from channels.conformance import Arrived, Practice, Sample, as_it_arrives, serving
from channels.contract import Refused, TryLater
from channels.signals import Callback, Status

from pigeon_channel.post_office import PostOffice

OURS = "https://ours.example"
TOKEN, SECRET = "a-token", "a-secret"
SENDER = "+17145550100"
SAMPLES = (
    Sample("no such loft", "+12025550101", Refused, "bad_address"),
    Sample("a loft that wants no letters", "+12025550102", Refused, "opted_out"),
    Sample("no pigeon at home", "+12025550103", TryLater, "rate_limited"),
    Sample("a pigeon that is lost", "+12025550111", status=Status.UNDELIVERED, reason="carrier_error"),
    Sample("a pigeon that meets a hawk", "+12025550112", status=Status.UNDELIVERED, reason="carrier_filtered"),
)


class Book:
    """What the post office has taken and told; it tells us instead of the network."""

    def __init__(self) -> None:
        self.office = PostOffice(TOKEN, SECRET, self.hear)
        self._heard: list[Callback] = []

    async def hear(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Write a callback down."""
        self._heard.append(as_it_arrives(url, headers, body, now()))

    async def accepted(self, reference: str) -> Sequence[Arrived]:
        """Return every letter with this reference."""
        letters = self.office.letters.values()
        return [Arrived(letter["to"], letter["text"]) for letter in letters if letter["tag"] == reference]

    async def total(self) -> int:
        """Return how many letters were taken."""
        return len(self.office.letters)

    async def told(self, reference: str) -> Sequence[Callback]:
        """Return both callbacks about a letter; they come right after the answer."""
        while len(told := [one for one in self._heard if one.reference == reference]) < 2:
            await asyncio.sleep(0.005)
        return told

    async def reply(self, sender: str, body: str) -> Callback | None:
        """Bring a note from a person."""
        await self.office.send_note(f"{OURS}/callbacks/pigeon/inbound", {"from": sender, "to": SENDER, "text": body})
        return self._heard[-1]

    async def left(self, reference: str) -> bool:
        """A pigeon leaves at once."""
        return bool(await self.accepted(reference))

    async def later(self, by: timedelta) -> None:
        """Nothing waits here, so nothing happens later."""


def now() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)


@asynccontextmanager
async def practice(channel: str) -> AsyncIterator[Practice]:
    """Open a post office on this machine; the kit asks once for each channel (here only `sms`)."""
    book = Book()
    async with serving(book.office.app) as address:
        yield Practice(
            url=address,
            settings=lambda url: {"token": TOKEN, "secret": SECRET, "base_url": url},
            sender=SENDER,
            good=lambda number: f"+1415555{number:04}",
            book=book,
            now=now,
            callback_base=OURS,
            samples=SAMPLES,
            wrong={"token": "another-token"},
            unsigned={"secret": "another-secret"},
        )
