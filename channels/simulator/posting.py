"""How the simulator calls us back: plain HTTP posts over kept connections."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from urllib.parse import urlencode

from channels.simulator.signing import twilio_signature
from channels.transport import NEVER, Sent, Transport
from channels.transport import Answer as Received

_PATIENCE = timedelta(seconds=15)
_CONNECTIONS = 32
_FIRST_SERVER_ERROR = 500


class Network(Protocol):
    """The part of `Transport` that is used here; tests hand in one without a network."""

    async def open(self) -> None:
        """Make ready for posts."""
        ...

    async def close(self) -> None:
        """Give up the connections."""
        ...

    async def post(self, url: str, *, headers: Mapping[str, str], not_after: float, body: bytes = b"") -> Sent:
        """Post once and say what became of it."""
        ...

    async def get(self, url: str, *, headers: Mapping[str, str], keep: str = "") -> Sent:
        """Read once; the answer holds the header `keep`."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What our service said; `kept` is the header that was asked for."""

    status: int
    body: bytes = field(repr=False)
    kept: str = field(default="", repr=False)

    @property
    def heard(self) -> bool:
        """Whether the callback need not be repeated; a refusal is an answer too."""
        return self.status < _FIRST_SERVER_ERROR


NO_ANSWER = Answer(_FIRST_SERVER_ERROR, b"")


def real_network() -> Network:
    """Return the network that is there."""
    return Transport(timeout=_PATIENCE, connections=_CONNECTIONS)


class Poster:
    """Posts to our service; opens its connections with the first post."""

    def __init__(self, token: str, network: Network) -> None:
        self._token = token
        self._network = network
        self._open = False

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post once; whatever is no answer is `NO_ANSWER`."""
        await self._ready()
        sent = await self._network.post(url.partition("#")[0], headers=headers, not_after=NEVER, body=body)
        return Answer(sent.status, sent.body) if isinstance(sent, Received) else NO_ANSWER

    async def post_form(self, url: str, params: Mapping[str, str]) -> Answer:
        """Post a form that carries Twilio's signature."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "X-Twilio-Signature": twilio_signature(self._token, url, params),
        }
        return await self.post(url, headers, urlencode(params).encode())

    async def fetch(self, url: str, *, keep: str = "") -> Answer:
        """Read what our service offers at an address, with one header of the answer."""
        await self._ready()
        sent = await self._network.get(url, headers={}, keep=keep)
        return Answer(sent.status, sent.body, sent.kept) if isinstance(sent, Received) else NO_ANSWER

    async def _ready(self) -> None:
        if not self._open:
            await self._network.open()
            self._open = True

    async def close(self) -> None:
        """Close the connections."""
        if self._open:
            self._open = False
            await self._network.close()
