"""Signing up on the pages: where, how, and the yes."""

import re
from dataclasses import replace

import pytest

from tests.app.pages.signing import FILLED, browser_of, filled
from tests.app.pipeline.fakes import looked
from tests.conftest import AGENCY

FRESNO = (
    AGENCY.replace("orange", "fresno").replace("Orange", "Fresno").replace('"30"', '"10"').replace("714555", "559555")
)
PLAN = AGENCY.replace('code = "orange"', 'code = "plan"\nkind = "plan"').replace("Orange County", "Health Plan")
PLAN = PLAN.replace("714555", "657555").replace("orange.example", "plan.example")


@pytest.fixture
async def three(services, agency):
    """Two counties, and a health plan in one of them."""
    for toml in (FRESNO, PLAN):
        await services.tenancy.add(toml)


# --- where ------------------------------------------------------------------------------------


async def test_with_one_office_nobody_is_asked_where_they_live(reader):
    answer = await reader.get("/?lang=vi&place=bcdfgh")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/signup/orange?lang=vi&place=bcdfgh")


@pytest.mark.usefixtures("three")
async def test_a_zip_code_leads_to_the_county(reader):
    answer = await reader.get("/?zip=93721&lang=es")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/signup/fresno?lang=es&zip=93721")


@pytest.mark.usefixtures("three")
async def test_an_office_may_be_chosen_or_named_by_a_link(reader):
    assert (await reader.get("/?zip=&agency=plan")).headers["Location"] == "/signup/plan"


@pytest.mark.usefixtures("three")
async def test_where_several_offices_serve_people_choose(reader):
    answer = await reader.get("/?zip=92840")
    assert answer.status_code == 422
    assert "More than one office" in answer.text
    assert re.findall(r'<option value="(\w+)"', answer.text.partition('id="agency"')[2]) == ["orange", "plan"]


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("typed", "said"), [("", "Type your ZIP code"), ("abc", "Type your ZIP code"), ("10001", "has this ZIP code")]
)
async def test_what_is_amiss_is_said_and_what_was_typed_stays(typed, said, reader):
    answer = await reader.get(f"/?zip={typed}")
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{typed}"' in answer.text


@pytest.mark.usefixtures("three")
async def test_at_first_nothing_is_amiss(reader):
    answer = await reader.get("/")
    assert answer.status_code == 200
    assert "Please check this" not in answer.text


async def test_without_an_office_there_is_nothing_to_choose(services):
    async with browser_of(services) as reader:
        answer = await reader.get("/")
    assert answer.status_code == 200
    assert "Questions? Call your county." in answer.text


# --- the form ---------------------------------------------------------------------------------


async def test_the_form_shows_the_wordings_and_ticks_nothing(reader):
    answer = await reader.get("/signup/orange")
    assert answer.status_code == 200
    assert "Orange County Social Services Agency" in answer.text
    assert answer.text.count("I do not have to say yes to get Medi-Cal") == 3
    assert " checked" not in answer.text


async def test_the_next_thirteen_months_are_offered_by_name(reader, services, agency):
    answer = await reader.get("/signup/orange?lang=vi")
    months = re.findall(r'<option value="(20\d\d-\d\d)"[^>]*>([^<]+)', answer.text)
    assert len(months) == 13
    assert "tháng" in months[0][1]
    assert months[0][0] == f"{await first_month(services, agency):%Y-%m}"


async def first_month(services, agency):
    return (await services.signup.months(agency))[0]


async def test_mandarin_and_cantonese_are_heard_apart(reader):
    answer = await reader.get("/signup/orange?lang=zh-Hant")
    heard = answer.text.partition('id="speak"')[2]
    assert '<option value="zh-Hans"' in heard
    assert '<option value="yue" selected' in heard


async def test_only_the_channels_that_the_agency_has_are_offered(reader, services):
    await services.tenancy.add(re.sub(r"(?m)^(voice|email) = .*$", "", AGENCY))
    answer = await reader.get("/signup/orange")
    assert re.findall(r'name="channels" value="(\w+)"', answer.text) == ["sms"]
    assert 'id="email"' not in answer.text


@pytest.mark.parametrize("path", ["/signup/nowhere", "/signup/nowhere/code"])
async def test_an_unknown_office_is_a_page_of_its_own(path, reader):
    for answer in (await reader.get(path), await reader.post(path, data=FILLED)):
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"who": ""}, "who", "Choose who signs up."),
        ({"channels": []}, "channels", "Choose how we shall remind you."),
        ({"yes": []}, "yes", "Check the box to say yes."),
        ({"channels": ["sms", "voice"]}, "yes", "Check the box to say yes."),
        ({"phone": ""}, "phone", "This is not a phone number in the United States."),
        ({"phone": "+44 20 7183 8750"}, "phone", "This is not a phone number in the United States."),
        ({"channels": "email", "yes": "email", "email": "ana"}, "email", "This is not an e-mail address."),
        ({"channels": "email", "yes": "email", "email": "аna@example.org"}, "email", "letters that look like other"),
        ({"channels": "email", "yes": "email", "email": "ana@gmаil.com"}, "email", "letters that look like other"),
        (
            {"channels": "email", "yes": "email", "email": "ana@xn--gmil-63d.com"},
            "email",
            "letters that look like other",
        ),
    ],
)
async def test_each_mistake_is_said_at_its_field_and_in_a_summary(change, field, said, reader, services):
    answer = await reader.post("/signup/orange", data=filled(**change))
    assert answer.status_code == 422
    summary, at_field = answer.text.partition('<form method="post"')[::2]
    assert f'<a href="#{field}">' in summary
    assert said in summary
    assert said in at_field.partition(f'id="{field}-error"')[2][:200]


async def test_what_was_typed_stays(reader):
    answer = await reader.post("/signup/orange", data=filled(phone="(714) 555-23", month="unknown", speak="ko"))
    assert 'value="(714) 555-23"' in answer.text
    assert '<option value="ko" selected' in answer.text
    assert re.search(r'name="channels" value="sms" checked', answer.text)


@pytest.mark.parametrize("typed", ["O'Brien 🎉", "\u202e555", "<script>alert(1)</script>", "\x00" * 9, "７" * 1_000])
async def test_nothing_that_is_typed_breaks_it_or_comes_back_as_markup(typed, reader):
    for field in ("who", "channels", "phone", "email", "read", "speak", "month", "yes", "zip", "place"):
        answer = await reader.post("/signup/orange", data=filled(**{field: typed}))
        assert answer.status_code in {303, 422, 429}
        assert "<script" not in answer.text
        assert "\u202e" not in answer.text


async def test_a_form_that_is_too_large_or_none_of_ours_is_refused(reader):
    assert (await reader.post("/signup/orange", data=filled(phone="7" * 20_000))).status_code == 400
    assert (await reader.post("/signup/orange", json={})).status_code == 400


async def test_a_form_of_another_site_changes_nothing(reader, services):
    answer = await reader.post("/signup/orange", data=FILLED, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


async def test_a_minor_is_told_kindly_and_nothing_is_kept(reader, clean_url):
    answer = await reader.post("/signup/orange", data=filled(who="minor"))
    assert answer.status_code == 200
    assert "Ask a parent" in answer.text
    assert "(800) 281-9799" in answer.text
    assert await looked(clean_url, "SELECT FROM signup") == []


async def test_full_width_digits_are_digits(reader):
    answer = await reader.post("/signup/orange", data=filled(phone="７１４５５５２３４５"))
    assert answer.status_code == 303


async def test_from_one_network_no_more_than_ten_codes_an_hour(reader):
    numbers = [f"71455520{last}" for last in range(10, 21)]
    answers = [await reader.post("/signup/orange", data=filled(phone=number)) for number in numbers]
    assert [answer.status_code for answer in answers] == [303] * 10 + [429]
    assert answers[-1].headers["Retry-After"] == "3600"
    assert "too many tries" in answers[-1].text


async def test_sign_up_pauses_when_an_agencys_codes_are_used_up(reader, services, monkeypatch):
    monkeypatch.setattr(services.counters, "caps", replace(services.counters.caps, codes_agency_hour=0))
    answer = await reader.post("/signup/orange", data=FILLED)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3600")
    assert "Sign-up is closed for a short time" in answer.text


async def test_the_fourth_code_for_a_number_is_answered_like_the_first(reader):
    answers = [await reader.post("/signup/orange", data=FILLED) for _ in range(4)]
    pages = [
        re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", (await reader.get(answer.headers["Location"])).text)
        for answer in answers
    ]
    assert len(set(pages)) == 1
