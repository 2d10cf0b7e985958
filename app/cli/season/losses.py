"""The spring of a season: who is renewed in time, who loses coverage, who comes back, who applies again."""

from app.cli.generated import CAST
from app.cli.season.people import ASKED
from app.cli.season.playing import Season
from app.cli.season.winter import MEDI_CAL, by_form, of_february

LOST = slice(20, 40, 2)
"""Who never answers, among those with a packet."""
UNFIT = slice(40, 46, 2)
"""Who no longer qualifies."""
LEFT = {"sending", "sent", "delivered", "undelivered", "unknown", "failed"}


async def renewed_on_tuesday(season: Season) -> str:
    """Who is renewed on Tuesday gets nothing on Wednesday, when others are reminded of what is still missing."""
    asked = by_form(of_february(await season.people()))[ASKED]
    done, *others = [one.ref for one in asked]
    await season.move("2027-02-09T20:00:00Z")
    await season.events([("renewal.renewed", done, "2027-02-09T19:00:00Z", MEDI_CAL)])
    await season.move("2027-02-10T22:00:00Z")
    heard = sum([await _sent(season, ref) for ref in others])
    silent = await _sent(season, done)
    season.facts["quiet"] = silent == 0 < heard
    return f"{silent} messages to who was renewed, {heard} to {len(others)} who were not"


async def _sent(season: Season, ref: str) -> int:
    found = (await season.get("/v1/messages", member_ref=ref, limit=100))["data"]
    return sum(one["step"] == "information_due" and one["status"] in LEFT for one in found)


async def coverage_ends(season: Season) -> str:
    """Some never answered and lose coverage, a few no longer qualify, and the work rule asks others for proof."""
    people = await season.people()
    forms, at = by_form(of_february(people)), "2027-03-01T17:00:00Z"
    ends = {**MEDI_CAL, "effective_on": "2027-02-28"}
    lost = [one.ref for one in forms[LOST]]
    batch = [("renewal.discontinued", ref, at, {**ends, "reason": "procedural"}) for ref in lost]
    batch += [("renewal.discontinued", one.ref, at, {**ends, "reason": "ineligible"}) for one in forms[UNFIT]]
    notice = {"kind": "work_notice", "program": "medi_cal", "on": "2027-03-01"}
    batch += [("milestone.set", people[place].ref, at, notice) for place in CAST["work_rule"]]
    mailed = {"program": "medi_cal", "renewal_month": "2027-04", "due_on": "2027-04-30"}
    batch += [("renewal.packet_mailed", people[place].ref, at, mailed) for place in CAST["six_months"]]
    await season.move("2027-03-01T18:00:00Z")
    await season.events(batch)
    await season.move("2027-03-02T22:00:00Z")
    return f"{len(lost)} lose coverage for missing papers; they have until 2027-05-29"


async def some_come_back(season: Season) -> str:
    """Half of those who lost coverage send their papers and have it back."""
    lost = [one.ref for one in by_form(of_february(await season.people()))[LOST]]
    await season.move("2027-03-20T18:00:00Z")
    await season.events([("renewal.restored", ref, "2027-03-20T17:00:00Z", MEDI_CAL) for ref in lost[::2]])
    return f"{len(lost[::2])} have their coverage back"


async def until_summer(season: Season) -> str:
    """Six-month renewals, birthdays, notices, and the end of the time for late papers."""
    await season.move("2027-06-08T22:00:00Z")
    return await season.move("PT30M")
