"""The county's system in a storm: it tells, and tells again until it is answered."""

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx

from tests.storm.ground import Ground
from tests.storm.people import batches

BATCH = {"Content-Type": "application/cloudevents-batch+json"}
TRIES = 200
PAUSE = 0.3


class County:
    """Posts events to our API."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.repeated = 0
        """How often a request had to be made once more."""

    async def tell(self, events: Sequence[dict[str, Any]]) -> None:
        """Tell of events, and keep in mind which ones we said to have taken."""
        headers = {**BATCH, "Authorization": f"Bearer {self._ground.key}"}
        url = f"http://127.0.0.1:{self._ground.api_port}/v1/events"
        async with httpx.AsyncClient(headers=headers, timeout=30) as client:
            for some in batches(events):
                answer = await self._posted(client, url, some)
                taken = {one["id"] for one in answer["results"] if one["status"] in {"applied", "duplicate"}}
                self._ground.events_answered |= taken
                if len(taken) < len(some):
                    raise RuntimeError(f"the county's events were not taken: {answer}")

    async def _posted(self, client: httpx.AsyncClient, url: str, some: Sequence[dict[str, Any]]) -> dict[str, Any]:
        for _ in range(TRIES):
            try:
                answer = await client.post(url, json=some)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code == httpx.codes.OK:
                found: dict[str, Any] = answer.json()
                return found
            self.repeated += 1
            await asyncio.sleep(PAUSE)
        raise RuntimeError("the API never answered")
