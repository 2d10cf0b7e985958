"""What people do in a season: they answer, they sign up, and some are learned of late."""

import re
from typing import Final

from app.cli.season.playing import Season
from app.cli.season.winter import MEDI_CAL, by_form, of_february

STOPS: Final = ("STOP", "Alto!", "DỪNG", "停止", "중지", "unsubscribe")
CODE: Final = re.compile(r"\b\d{8}\b")
ASKED: Final = slice(0, 16, 2)
"""Of whom the county wants to know more, among those with a packet."""


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
    """Someone is learned of late for February: only what is still useful goes out. The county asks others for more."""
    await season.move("2027-01-20T18:00:00Z")
    data = {"first_name": "Rosa", "language_written": "es",
            "phones": [{"number": "+17145559191", "kind": "mobile", "rank": 1}],
            "consents": [{"channel": "sms", "basis": "application_number", "granted_at": "2027-01-19T00:00:00Z"}],
            "renewals": [MEDI_CAL]}  # fmt: skip
    at, forms = "2027-01-20T17:00:00Z", by_form(of_february(await season.people()))
    more = {**MEDI_CAL, "requested_on": "2027-01-20", "due_on": "2027-02-17"}
    asked = [("renewal.information_requested", one.ref, at, more) for one in forms[ASKED]]
    await season.events([("member.updated", "M-LATE", at, data), *asked])
    await season.move("2027-01-21T22:00:00Z")
    return f"1 member; {len(asked)} are asked for more"
