"""The winter of a season: members, milestones, what the county knows already, the first wave, the packets."""

from collections import Counter
from datetime import date
from typing import Any

from app.cli.generated import AGENCY, CAST, Person, roster
from app.cli.season.playing import Season
from app.rules.agency import BadAgency
from app.rules.rosters import BadFile

MEDI_CAL = {"program": "medi_cal", "renewal_month": "2027-02"}
DAYS = (
    ("fostered", "age_out_26", "medi_cal", "2027-06-20"),
    ("care_plan", "annual_care_plan", "ccs", "2027-03-15"),
    ("continuity", "continuity_end", "medi_cal", "2027-03-20"),
)
"""Days in people's lives, as the county sets them."""
OTHERS = CAST["families"].stop
"""From here on nobody has a part of their own."""
AUTOMATIC = 8
"""Of ten, so many the county renews by itself."""
TOLD = 120
"""Of those, so many are to hear that nothing is to do; the others' renewals are long over."""
NEVER_TAKEN = ("too_many", "error")
"""Whose texts the provider takes on no day: after two the county sees it and renews them by another way."""
FOR_OTHERS = 12
"""So many others of February have something else coming: a move, a death, another month."""


async def begin(season: Season) -> str:
    """Add the agency and a key, three months before the renewal month."""
    agency = await season.services.tenancy.add(AGENCY)
    if isinstance(agency, BadAgency):
        raise TypeError(agency.problems)
    if "key" not in season.facts:
        key = await season.services.tenancy.add_key(agency.id, name="demo", scopes=["admin"])
        season.facts["key"] = key.text
    await season.post("/sandbox/clock", {"to": "2026-11-23T17:00:00Z"})
    return f"{agency.name}, and it is 2026-11-23"


async def members_come_in(season: Season) -> str:
    """Import the county's roster, damaged rows included."""
    file = season.services.imports.read(roster(await season.people()).encode(), "csv", today=date(2026, 11, 23))
    if isinstance(file, BadFile):
        raise TypeError("the generated roster cannot be read")
    count = await season.services.imports.apply((await season.agency()).id, file)
    reasons = "; ".join(f"line {one.line}: {one.reason}" for one in count.rejects[:1])
    return f"{count.rows} rows, {count.applied} applied, {count.rejected} kept for repair ({reasons})"


async def county_is_ahead(season: Season) -> str:
    """The county sets milestones and renews most by itself; some are renewed, gone or moved before any reminder."""
    at, everybody = "2026-11-24T20:00:00Z", await season.people()
    batch: list[tuple[str, str, str, dict[str, Any]]] = [
        ("milestone.set", everybody[place].ref, at, {"kind": kind, "program": program, "on": on})
        for part, kind, program, on in DAYS
        for place in CAST[part]
    ]
    others = of_february(everybody)
    alone, following = automatic(others), {**MEDI_CAL, "next_renewal_month": "2028-02"}
    batch += [("renewal.auto_renewed", one.ref, at, following) for one in alone[:TOLD]]
    batch += [("renewal.renewed", one.ref, at, following) for one in alone[TOLD:]]
    batch += [
        ("member.deceased", others[8].ref, at, {}),
        ("member.moved_county", others[9].ref, at, {"to_county_code": "19"}),
        ("member.moved_county", others[19].ref, at, {"to_county_code": "37"}),
        ("renewal.upcoming", others[18].ref, at, {"program": "medi_cal", "renewal_month": "2027-05"}),
    ]
    await season.move("2026-11-24T21:00:00Z")
    answer = await season.events(batch)
    await season.move("2026-11-25T20:00:00Z")
    return f"{answer['applied']} county events applied, most of them renewals without a form"


def of_february(people: list[Person]) -> list[Person]:
    """Return those without a part of their own who are due in February."""
    return [one for one in people[OTHERS:] if one.cells["Renewal Month"] == MEDI_CAL["renewal_month"]]


def automatic(people: list[Person]) -> list[Person]:
    """Return whom the county renews by itself."""
    return [one for place, one in enumerate(people) if place % 10 < AUTOMATIC]


def by_form(people: list[Person]) -> list[Person]:
    """Return who gets a packet."""
    return [one for place, one in enumerate(people) if place % 10 >= AUTOMATIC][FOR_OTHERS:]


async def first_wave(season: Season) -> str:
    """Two months before February: reminders go out, through a bad morning at the provider."""
    faults = [
        {"provider": "twilio", "kind": kind, "share": 0.04, "for_seconds": 3}
        for kind in ("429", "500_after", "drop", "duplicate")
    ]
    for fault in faults:
        await season.post("/sandbox/faults", fault)
    await season.move("2026-12-01T17:05:00Z")  # what is unclear waits ten minutes before it is looked up
    await season.move("2026-12-02T22:00:00Z")
    never_taken = await season.living_at(NEVER_TAKEN)
    await season.events([("renewal.renewed", ref, "2026-12-02T21:00:00Z", MEDI_CAL) for ref in never_taken])
    sent = Counter(entry["channel"] for entry in await season.accepted())
    return ", ".join(f"{number} by {channel}" for channel, number in sorted(sent.items())) + " accepted so far"


async def packets_are_mailed(season: Season) -> str:
    """Who has to answer gets a packet, and the county hears from half of them."""
    people = await season.people()
    forms = by_form(of_february(people))
    magic = [one for one in people[: CAST["six_months"].start] if one.cells["Renewal Month"] == "2027-02"]
    await season.move("2026-12-11T18:00:00Z")
    mailed = {**MEDI_CAL, "packet_mailed_on": "2026-12-10", "due_on": "2027-02-28"}
    await season.events([("renewal.packet_mailed", one.ref, "2026-12-11T17:00:00Z", mailed) for one in forms])
    await season.move("2027-01-06T20:00:00Z")
    at = "2027-01-06T18:00:00Z"
    back = [("renewal.form_received", one.ref, at, {**MEDI_CAL, "received_on": "2027-01-05"}) for one in forms[1::2]]
    await season.events([*back, *[("renewal.renewed", one.ref, at, MEDI_CAL) for one in magic]])
    await season.move("2027-01-07T20:00:00Z")
    return f"{len(forms)} packets, {len(back)} forms are back"
