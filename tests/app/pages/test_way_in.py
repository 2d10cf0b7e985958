"""The way to one's choices: a code, or a link, to an address that somebody has."""

import re

import pytest

from app.rules.facts import Channel, Consent, Email
from tests.app.pages.choosing import MAIL, NUMBER, ask, come_in, sent, tell
from tests.app.pages.signing import browser_of
from tests.app.pipeline.fakes import looked

BOTH = (Consent(Channel.SMS, granted=True, address=NUMBER), Consent(Channel.EMAIL, granted=True, address=MAIL))


@pytest.fixture
async def known(services, agency):
    """Somebody whom the county knows by phone and e-mail."""
    await tell(
        services, agency, emails=(Email(MAIL),),
        consents=BOTH,
    )  # fmt: skip


def bare(answer):
    """Return an answer without what is of the moment: its date, the request's number, the pass's number."""
    headers = {
        name: value for name, value in answer.headers.items() if name not in {"date", "x-request-id", "set-cookie"}
    }
    return re.sub(r"[0-9a-f-]{36}", "", f"{answer.status_code} {sorted(headers.items())} {answer.text}")


async def test_it_asks_for_the_way_and_the_address(reader, agency):
    page = await reader.get("/preferences")
    assert page.status_code == 200
    assert 'name="agency"' not in page.text
    assert re.findall(r'name="way" value="(\w+)"', page.text) == ["sms", "voice", "email"]


@pytest.mark.parametrize("stranger", ["+17145559999", "+17145558888"])
async def test_known_and_unknown_are_answered_alike(stranger, known, services, agency, clean_url):
    answers, pages = [], []
    for address in (NUMBER, stranger):
        async with browser_of(services) as browser:
            answers.append(await browser.post("/preferences", data={"way": "sms", "address": address}))
            pages.append(await browser.get(answers[-1].headers["Location"]))
    assert bare(answers[0]) == bare(answers[1])
    assert bare(pages[0]) == bare(pages[1])
    rows = await looked(clean_url, "SELECT waits, tries, code_digest FROM pass")
    assert [tuple(row) for row in rows] == [(True, 0, None)] * 2
    assert await looked(clean_url, "SELECT 1 FROM message") == []
    assert await services.passes.send_waiting(agency.id) == 1


async def test_a_code_opens_the_choices(reader, known, services, agency, clean_url):
    page = await come_in(reader, services, agency, clean_url)
    assert "These are the choices for" in page.text
    cookie = next(one for one in reader.cookies.jar if one.name == "kc_visit")
    assert cookie.has_nonstandard_attr("HttpOnly")


async def test_a_code_by_e_mail_opens_them_too(reader, known, services, agency, clean_url):
    page = await come_in(reader, services, agency, clean_url, address=MAIL, way="email")
    assert MAIL in page.text
    assert "(714)" not in page.text.partition("<main")[2].partition("</main")[0].replace("(714) 555-0100", "")


async def test_a_code_works_once_and_only_where_it_was_asked_for(reader, known, services, agency, clean_url):
    place = (await ask(reader, services, agency)).headers["Location"]
    code = (await sent(services, clean_url))["signup_code"]
    async with browser_of(services) as other:
        assert (await other.post(place, data={"code": code})).status_code == 422
    assert (await reader.post(place, data={"code": code})).status_code == 303
    again = await reader.post(place, data={"code": code})
    assert again.status_code == 422
    assert "This code is not right" in again.text


async def test_five_wrong_codes_use_it_up(reader, known, services, agency, clean_url):
    place = (await ask(reader, services, agency)).headers["Location"]
    code = (await sent(services, clean_url))["signup_code"]
    for number in range(5):
        wrong = f"{(int(code) + number + 1) % 10**8:08}"
        assert (await reader.post(place, data={"code": wrong})).status_code == 422
    assert (await reader.post(place, data={"code": code})).status_code == 422


async def test_a_code_lives_ten_minutes(reader, known, services, agency, clean_url):
    place = (await ask(reader, services, agency)).headers["Location"]
    code = (await sent(services, clean_url))["signup_code"]
    await looked(clean_url, "UPDATE pass SET expires_at = expires_at - interval '10 minutes' RETURNING 1")
    assert (await reader.post(place, data={"code": code})).status_code == 422


async def test_a_code_may_be_typed_in_any_digits_with_spaces(reader, known, services, agency, clean_url):
    place = (await ask(reader, services, agency)).headers["Location"]
    code = (await sent(services, clean_url))["signup_code"]
    typed = " ".join(chr(ord("٠") + int(digit)) for digit in code)
    assert (await reader.post(place, data={"code": typed})).status_code == 303


async def test_looking_at_a_link_changes_nothing_and_its_button_opens(reader, known, services, agency, clean_url):
    await ask(reader, services, agency)
    path = "/p/" + (await sent(services, clean_url))["link"].rpartition("/p/")[2]
    before = await looked(clean_url, "SELECT * FROM pass")
    for method in ("GET", "HEAD", "GET"):
        page = await reader.request(method, path)
        assert page.status_code in {200, 405}
    assert await looked(clean_url, "SELECT * FROM pass") == before
    assert "Press the button to see and change your choices with <bdi>Orange County" in (await reader.get(path)).text
    async with browser_of(services) as phone:
        assert (await phone.post(path)).headers["Location"] == "/preferences"
        assert "These are the choices for" in (await phone.get("/preferences")).text


async def test_a_link_works_once_and_not_after_the_code(reader, known, services, agency, clean_url):
    place = (await ask(reader, services, agency)).headers["Location"]
    words = await sent(services, clean_url)
    path = "/p/" + words["link"].rpartition("/p/")[2]
    await reader.post(place, data={"code": words["signup_code"]})
    for answer in (await reader.get(path), await reader.post(path)):
        assert answer.status_code == 410
        assert "This link was used before" in answer.text


@pytest.mark.parametrize("token", ["x", "x" * 500, "%00", "١"])
async def test_a_made_up_link_opens_nothing(token, reader, agency):
    assert (await reader.get(f"/p/{token}")).status_code == 410
    assert (await reader.post(f"/p/{token}")).status_code == 410


@pytest.mark.parametrize(
    ("form", "sentence"),
    [({"way": "sms", "address": "12"}, "not a phone number"),
     ({"way": "email", "address": "ana"}, "not an e-mail address"),
     ({"way": "email", "address": "аna@example.org"}, "look like other letters"), ({}, "not a phone number"),
     ({"way": "fax", "address": ""}, "not a phone number")],
)  # fmt: skip
async def test_a_bad_address_is_said_and_stays(form, sentence, reader, agency, clean_url):
    answer = await reader.post("/preferences", data=form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{form.get("address", "")}"' in answer.text
    assert await looked(clean_url, "SELECT 1 FROM pass") == []


async def test_a_number_gets_three_codes_a_day_and_the_answer_stays_the_same(
    reader, known, services, agency, clean_url
):
    answers = [bare(await ask(reader, services, agency)) for _ in range(4)]
    assert len(set(answers)) == 1
    (row,) = await looked(clean_url, "SELECT count(*) AS n FROM message")
    assert row.n == 3


async def test_a_network_that_asks_for_too_many_waits(reader, agency):
    for number in range(10):
        await reader.post("/preferences", data={"way": "sms", "address": f"+1714555{3000 + number}"})
    answer = await reader.post("/preferences", data={"way": "sms", "address": "+17145554000"})
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "3600"


@pytest.mark.parametrize("state", ["bounced", "wrong_person"])
@pytest.mark.usefixtures("known")
async def test_an_address_that_does_not_work_gets_no_code(state, reader, services, agency, clean_url):
    await looked(clean_url, "UPDATE contact_point SET state = %(state)s RETURNING 1", state=state)
    assert (await ask(reader, services, agency)).status_code == 303
    assert await sent(services, clean_url) == {}


@pytest.mark.parametrize("query", ["", "?p=", "?p=x", "?p=01a206ae-fc63-77c8-af96-cc2af213bcc4", "?p=" + "x" * 64])
async def test_a_code_for_nothing_is_just_wrong(query, reader, agency):
    answer = await reader.post(f"/preferences/code{query}", data={"code": "12345678"})
    assert answer.status_code == 422
    assert "This code is not right" in answer.text


async def test_without_a_code_it_is_asked_for(reader, agency):
    answer = await reader.post("/preferences/code", data={})
    assert answer.status_code == 422
    assert "Type the eight digits" in answer.text
