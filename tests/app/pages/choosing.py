"""Somebody whom the county knows, on the way to the page of their choices."""

import json
import re
from datetime import UTC, date, datetime

from app.db.sealed import associated
from app.rules.facts import Channel, Consent, CountyEvent, MemberUpdated, Phone, RenewalDue
from tests.app.pipeline.fakes import looked

NUMBER, MAIL = "+17145552345", "ana@example.org"
AT = datetime(2026, 1, 1, tzinfo=UTC)


async def tell(services, agency, ref="M-1", *, event="1", at=AT, **facts):
    """Have the county tell of a member, with a yes to texts at the number unless the test says otherwise."""
    told = {
        "phones": (Phone(NUMBER),),
        "consents": (Consent(Channel.SMS, granted=True, address=NUMBER),),
        **facts,
    }
    said = MemberUpdated(**{name: value for name, value in told.items() if value is not None})
    await services.intake.apply(agency.id, [CountyEvent(f"{ref}-{event}", "/c", "t", at, ref, said)])


def due(month, program="medi_cal"):
    """Return a renewal that the county tells of."""
    return RenewalDue(program, date.fromisoformat(f"{month}-01"))


async def sent(services, url):
    """Return the words of the newest code that is to go out: the code and the link."""
    rows = await looked(
        url,
        "SELECT id, agency_id, words_sealed FROM message WHERE template = 'preferences_code' ORDER BY created_at, id",
    )
    if not rows:
        return {}
    place = associated("message.words", rows[-1].agency_id, rows[-1].id)
    return json.loads(services.database.ring.open(rows[-1].words_sealed, place))


async def ask(reader, services, agency, address=NUMBER, way="sms"):
    """Ask for a code, and have what waits sent."""
    answer = await reader.post("/preferences", data={"way": way, "address": address})
    await services.passes.send_waiting(agency.id)
    return answer


async def come_in(reader, services, agency, url, *, address=NUMBER, way="sms"):
    """Ask for a code, type it, and return the page that follows."""
    answer = await ask(reader, services, agency, address, way)
    words = await sent(services, url)
    answer = await reader.post(answer.headers["Location"], data={"code": words["signup_code"]})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/preferences")
    return await reader.get("/preferences")


def form_of(page):
    """Return the form of the choices as a browser would send it back."""
    text = page.text.partition('action="/preferences/choices')[2].partition("</form>")[0]
    fields: dict[str, object] = {}
    for select in re.finditer(r'<select [^>]*name="([\w-]+)".*?</select>', text, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', select[0])
        first = re.search(r'<option value="([^"]*)"', select[0])
        fields[select[1]] = (chosen or first)[1]
    for field in re.finditer(r"<input ([^>]*)>", text):
        told = dict(re.findall(r'([\w-]+)="([^"]*)"', field[1]))
        if told["type"] not in {"radio", "checkbox"}:
            fields[told["name"]] = told["value"]
        elif field[1].rstrip().endswith("checked"):
            ticked = fields.setdefault(told["name"], [])
            ticked.append(told["value"])
    return fields
