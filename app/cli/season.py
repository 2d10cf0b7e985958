"""The demo's season, step by step, from outside: what a county, its members and its providers do."""

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any

import httpx

from app.cli.generated import AGENCY, Person, members, roster
from app.pipeline.reporting import COUNTS, ReportAsked
from app.rules.agency import BadAgency
from app.rules.rosters import BadFile
from app.wiring import Services

COUNT = 1_000
MONTHS = ("2027-03", "2027-03", "2027-02", "2027-04", "2027-03", "2027-06")
STOPS = ("STOP", "Alto!", "DỪNG", "停止", "중지", "unsubscribe")
LEFT_OUT = {(outcome, channel) for outcome in ("slow", "error", "too_many") for channel in ("email", "voice")}
"""Outcomes that would only repeat what their twin by text shows, many times over."""
CODE = re.compile(r"\b\d{8}\b")
SOURCE = "/counties/orange/calsaws"
TYPE = "org.keepcovered."


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
        outcomes = (await self.get("/sandbox/outcomes"))["data"]
        pairs = [
            (one["channel"], one["address"]) for one in outcomes if (one["outcome"], one["channel"]) not in LEFT_OUT
        ]
        return list(members(COUNT, MONTHS, pairs))

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
        agency = await self.services.tenancy.by_code("orange")
        if agency is not None:
            asked = ReportAsked(date(2026, 1, 1), date(2028, 1, 1), ())
            totals = (await self.services.reporting.deliveries(agency.id, asked)).totals
            self.facts["seen"] = sorted(self.seen | {name for name in COUNTS if totals[name]})

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
        agency = await self.services.tenancy.by_code("orange")
        if agency is None:
            return 0
        return await self.services.reporting.accepted_twice(agency.id, [entry["reference"] for entry in accepted])

    def _key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.facts['key']}"} if "key" in self.facts else {}


async def begin(season: Season) -> str:
    """Add the agency and a key, three months before the renewal month."""
    agency = await season.services.tenancy.add(AGENCY)
    if isinstance(agency, BadAgency):
        raise TypeError(agency.problems)
    if "key" not in season.facts:
        key = await season.services.tenancy.add_key(agency.id, name="demo", scopes=["admin"])
        season.facts["key"] = key.text
    await season.post("/sandbox/clock", {"to": "2026-12-01T17:00:00Z"})
    return f"{agency.name}, and it is 2026-12-01"


async def members_come_in(season: Season) -> str:
    """Import the county's roster, damaged rows included."""
    agency = await season.services.tenancy.by_code("orange")
    file = season.services.imports.read(roster(await season.people()).encode(), "csv", today=date(2026, 12, 1))
    if agency is None or isinstance(file, BadFile):
        raise TypeError("the generated roster cannot be read")
    count = await season.services.imports.apply(agency.id, file)
    reasons = "; ".join(f"line {one.line}: {one.reason}" for one in count.rejects[:1])
    return f"{count.rows} rows, {count.applied} applied, {count.rejected} kept for repair ({reasons})"


async def county_is_ahead(season: Season) -> str:
    """Some are renewed, gone or moved before any reminder: they hear nothing."""
    at, people = "2026-12-10T18:00:00Z", [person.ref for person in await season.people()]
    march = {"program": "medi_cal", "renewal_month": "2027-03"}
    batch = [("renewal.renewed", ref, at, {**march, "next_renewal_month": "2028-03"}) for ref in people[60:90:6]]
    batch += [("renewal.auto_renewed", ref, at, march) for ref in people[61:91:6]]
    batch += [
        ("member.deceased", people[94], at, {}),
        ("member.moved_county", people[100], at, {"to_county_code": "19"}),
    ]
    batch += [("renewal.upcoming", people[106], at, {"program": "medi_cal", "renewal_month": "2027-05"})]
    await season.move("2026-12-11T18:00:00Z")
    answer = await season.events(batch)
    return f"{answer['applied']} county events applied"


async def first_wave(season: Season) -> str:
    """Two months before March: reminders go out by text, e-mail and call, through a bad morning at the provider."""
    faults = [
        {"provider": "twilio", "kind": kind, "share": 0.04, "for_seconds": 3}
        for kind in ("429", "500_after", "drop", "duplicate")
    ]
    for fault in faults:
        await season.post("/sandbox/faults", fault)
    await season.move("2027-01-01T17:05:00Z")  # what is unclear waits ten minutes before it is looked up
    await season.move("2027-01-02T22:00:00Z")
    sent = Counter(entry["channel"] for entry in await season.accepted())
    return ", ".join(f"{number} by {channel}" for channel, number in sorted(sent.items())) + " accepted so far"


async def people_answer(season: Season) -> str:
    """Some texts are answered with STOP, in six languages; one call is answered with key 9; one e-mail is left."""
    accepted = [entry for entry in await season.accepted() if not entry["to"].startswith(("+1209555", "+1559555"))]
    texts = [entry for entry in accepted if entry["channel"] == "sms"]
    for word, entry in zip(STOPS, texts, strict=False):
        await season.post("/sandbox/replies", {"from": entry["to"], "to": entry["from"], "body": word})
    call = next(entry for entry in accepted if entry["channel"] == "voice" and entry["status"] == "completed")
    await season.post(f"/sandbox/calls/{call['id']}/keys", {"digits": "9"})
    mail = next(entry for entry in accepted if entry["channel"] == "email" and entry.get("headers"))
    link = mail["headers"]["List-Unsubscribe"].strip("<>")
    (await season.client.post(link, data={"List-Unsubscribe": "One-Click"})).raise_for_status()
    return f"{len(STOPS)} texted a stop word, 1 pressed 9, 1 unsubscribed"


async def someone_signs_up(season: Season) -> str:
    """A person without a county record signs up by text and is reminded, too."""
    if "signed_up" in season.facts:
        return "already done"
    asked = {"agency": "orange", "channel": "sms", "address": "+17145559090", "language": "vi",
             "renewal_month": "2027-04", "consent_wording": "v1"}  # fmt: skip
    taken = await season.post("/v1/signups", asked)
    await season.move("PT1S")
    texts = (await season.get("/sandbox/messages", to="+17145559090", channel="sms"))["data"]
    code = next(found for text in texts for found in CODE.findall(text["body"]))
    await season.post(f"/v1/signups/{taken['id']}/confirm", {"code": code})
    season.facts["signed_up"] = taken["id"]
    return "one person, in Vietnamese, confirmed by a code"


async def late_arrivals(season: Season) -> str:
    """Someone is learned of too late for February: nothing goes out late, and the report says why."""
    await season.move("2027-01-20T18:00:00Z")
    data = {"first_name": "Rosa", "language_written": "es",
            "phones": [{"number": "+17145559191", "kind": "mobile", "rank": 1}],
            "consents": [{"channel": "sms", "basis": "application_number", "granted_at": "2027-01-19T00:00:00Z"}],
            "renewals": [{"program": "medi_cal", "renewal_month": "2027-02"}]}  # fmt: skip
    answer = await season.events([("member.updated", "M-LATE", "2027-01-20T17:00:00Z", data)])
    return f"{answer['applied']} member"


async def second_wave(season: Season) -> str:
    """Two months before April, and the county hears from some."""
    people = [person.ref for person in await season.people()]
    data = {"program": "medi_cal", "renewal_month": "2027-04", "received_on": "2027-01-25"}
    await season.events([("renewal.form_received", ref, "2027-01-26T18:00:00Z", data) for ref in people[63:160:6]])
    return await season.move("2027-02-02T22:00:00Z")


async def renewal_month(season: Season) -> str:
    """The renewal month is there, and every receipt that was to come has come."""
    return await season.move("2027-03-05T18:00:00Z")


Step = tuple[str, str, Callable[[Season], Awaitable[str]]]
STEPS: Sequence[Step] = (
    ("begin", "A county", begin),
    ("members", "Its members come in", members_come_in),
    ("ahead", "The county's events", county_is_ahead),
    ("first wave", "Two months before March", first_wave),
    ("answers", "People answer", people_answer),
    ("sign-up", "Someone signs up", someone_signs_up),
    ("late", "Someone is learned of too late", late_arrivals),
    ("second wave", "Two months before April", second_wave),
    ("renewal month", "The renewal month", renewal_month),
)
