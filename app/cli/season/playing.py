"""A season as it is played: the service from outside, and what has to be remembered between the steps."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import httpx

from app.cli.generated import Person, members
from app.errors import KeepCoveredError
from app.pipeline.reporting import COUNTS, Report, ReportAsked
from app.rules.agency import Agency
from app.wiring import Services

COUNT: Final = 1_000
CODE: Final = "orange"
FIRST, LAST = date(2026, 11, 1), date(2027, 8, 1)
MONTHS: Final = (*["2027-02"] * 37, "2027-03", "2027-03", "2027-04")
LEFT_OUT: Final = {(outcome, channel) for outcome in ("slow", "error", "too_many") for channel in ("email", "voice")}
"""Outcomes that would only repeat what their twin by text shows, many times over."""
SOURCE: Final = "/counties/orange/calsaws"
TYPE: Final = "org.keepcovered."


class Season:
    """What the steps share: the service from outside, and what has to be remembered between them."""

    statuses: Sequence[str] = COUNTS

    def __init__(self, services: Services, client: httpx.AsyncClient, facts: dict[str, Any]) -> None:
        self.services, self.client, self.facts = services, client, facts

    @property
    def seen(self) -> set[str]:
        """Every status that a reminder had at any look so far."""
        return set(self.facts.get("seen", ()))

    async def people(self) -> list[Person]:
        """Return the generated members; the first ones live at the simulator's magic addresses."""
        pairs = [(one["channel"], one["address"]) for one in await self._outcomes()]
        return list(members(COUNT, MONTHS, pairs))

    async def living_at(self, outcomes: Sequence[str]) -> list[str]:
        """Return who lives at the magic addresses of some outcomes."""
        found = enumerate(await self._outcomes())
        places = {place for place, one in found if one["outcome"] in outcomes}
        return [one.ref for place, one in enumerate(await self.people()) if place in places]

    async def _outcomes(self) -> list[dict[str, Any]]:
        found = (await self.get("/sandbox/outcomes"))["data"]
        return [one for one in found if (one["outcome"], one["channel"]) not in LEFT_OUT]

    async def get(self, path: str, **query: Any) -> dict[str, Any]:  # noqa: ANN401
        """Ask our own API."""
        answer = await self.client.get(path, params=query, headers=self._key())
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    async def post(self, path: str, body: object, *, media_type: str = "application/json") -> dict[str, Any]:
        """Post to our own API."""
        content = httpx.Request("POST", "http://x", json=body).content
        answer = await self.client.post(path, content=content, headers={**self._key(), "Content-Type": media_type})
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    async def delete(self, path: str) -> dict[str, Any]:
        """Delete by our own API."""
        answer = await self.client.delete(path, headers=self._key())
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    async def agency(self) -> Agency:
        """Return the county."""
        agency = await self.services.tenancy.by_code(CODE)
        if agency is None:
            raise KeepCoveredError("the demo's agency is gone")
        return agency

    async def events(self, batch: Sequence[tuple[str, str, str, dict[str, Any]]]) -> dict[str, Any]:
        """Post county events: (type, member, time, data) each; their ids say what they are, so they may come again."""
        body = [
            {"specversion": "1.0", "id": f"{kind}-{ref}-{time}", "source": SOURCE, "type": TYPE + kind, "time": time,
             "subject": ref, "data": data}
            for kind, ref, time, data in batch
        ]  # fmt: skip
        return await self.post("/v1/events", body, media_type="application/cloudevents-batch+json")

    async def move(self, to: str) -> str:
        """Move the clock and look at the statuses that reminders have there."""
        await self.look()
        await self.post("/sandbox/clock", {"to": to})
        await self.look()
        return f"it is {to[:10]}"

    async def look(self) -> None:
        """Note which statuses occur now."""
        totals = (await self.report()).totals
        self.facts["seen"] = sorted(self.seen | {name for name in COUNTS if totals[name]})

    async def report(self, *axes: str) -> Report:
        """Return the deliveries of the whole season."""
        return await self.services.reporting.deliveries((await self.agency()).id, ReportAsked(FIRST, LAST, axes))

    async def accepted(self) -> list[dict[str, Any]]:
        """Return everything that the simulated providers accepted."""
        found, path = list[dict[str, Any]](), "/sandbox/messages?limit=1000"
        while path:
            page = (await self.client.get(path)).json()
            found += page["data"]
            path = page["next"] or ""
        return found

    async def doubled(self, accepted: Sequence[dict[str, Any]]) -> int:
        """Return how many reminders reached a person's address twice on a channel: more accepted than planned."""
        references = [entry["reference"] for entry in accepted]
        return await self.services.reporting.accepted_twice((await self.agency()).id, references)

    def _key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.facts['key']}"} if "key" in self.facts else {}
