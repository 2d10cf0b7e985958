"""The page of a person's choices."""

import pytest

from app.rules.facts import Channel, Consent, Email, LineKind, Phone
from tests.app.pages.choosing import MAIL, NUMBER, come_in, form_of, tell
from tests.app.pipeline.fakes import looked

BOTH = {
    "emails": (Email(MAIL),),
    "consents": (
        Consent(Channel.SMS, granted=True, address=NUMBER),
        Consent(Channel.EMAIL, granted=True, address=MAIL),
    ),
}


@pytest.fixture
async def page(reader, services, agency, clean_url):
    """The choices of somebody who gets texts and e-mails."""
    await tell(services, agency, **BOTH, language_written="vi", language_spoken="vi")
    return await come_in(reader, services, agency, clean_url)


async def saved(reader, page, **changes):
    answer = await reader.post("/preferences/choices", data={**form_of(page), **changes})
    return answer if answer.status_code != 303 else await reader.get(answer.headers["Location"])


async def held(services, agency, ref="M-1"):
    return (await services.reporting.member(agency.id, ref)).member


async def choices_written(url):
    return [row.what for row in await looked(url, "SELECT what FROM choice ORDER BY id")]


async def test_it_shows_what_holds_now(page):
    assert page.status_code == 200
    assert "(714) 555-2345" in page.text
    form = form_of(page)
    assert form["channels"] == ["sms", "email"]
    assert (form["read"], form["speak"], form["first"], form["programs"]) == ("vi", "vi", "", ["all"])


async def test_it_shows_no_name_no_month_and_no_other_address(services, agency, reader, clean_url):
    from tests.app.pages.choosing import due

    await tell(services, agency, **BOTH, first_name="Ana", renewals=(due("2026-05"),))
    shown = await come_in(reader, services, agency, clean_url)
    for secret in ("Ana", "2026-05", "May", MAIL, "M-1"):
        assert secret not in shown.text.replace("May I", "")


async def test_saving_what_is_shown_changes_nothing(reader, page, clean_url, services, agency):
    before = await looked(clean_url, "SELECT count(*) AS n FROM consent")
    answer = await saved(reader, page)
    assert "Your choices are saved." in answer.text
    assert await choices_written(clean_url) == []
    assert await looked(clean_url, "SELECT count(*) AS n FROM consent") == before


async def test_each_change_is_a_line(reader, page, services, agency, clean_url):
    answer = await saved(reader, page, read="es", speak="en", first="10", last="14", programs="one", word="Magnolia")
    assert "Your choices are saved." in answer.text
    assert await choices_written(clean_url) == [
        "language_written", "language_spoken", "hours", "programs", "safe_word",
    ]  # fmt: skip
    form = form_of(answer)
    assert (form["read"], form["speak"], form["first"], form["last"]) == ("es", "en", "10", "14")
    assert form["programs"] == ["one"]
    assert form["word"] == ""


async def test_a_channel_that_is_not_ticked_is_a_no(reader, page, services, agency, clean_url):
    answer = await saved(reader, page, channels=["email"])
    assert form_of(answer)["channels"] == ["email"]
    (line,) = await looked(clean_url, "SELECT channel, granted, basis FROM consent WHERE basis = 'preference_page'")
    assert tuple(line) == ("sms", False, "preference_page")
    assert (await held(services, agency)).channels == ["email", "voice"] or (await held(services, agency)).channels == [
        "email"
    ]


async def test_a_channel_that_is_ticked_is_a_yes_to_the_wording_shown(reader, page, clean_url):
    assert "may call my number" in page.text
    await saved(reader, page, channels=["sms", "voice", "email"])
    (line,) = await looked(
        clean_url, "SELECT channel, granted, wording, language FROM consent WHERE basis = 'preference_page'"
    )
    assert tuple(line) == ("voice", True, "v1", "en")


async def test_the_places_are_the_order(reader, page, services, agency):
    await saved(reader, page, **{"place-sms": "2", "place-email": "1"})
    assert (await held(services, agency)).channels[:2] == ["email", "sms"]


async def test_other_messages_have_a_yes_of_their_own(reader, page, clean_url):
    answer = await saved(reader, page, purposes=["scam_alert"])
    assert form_of(answer)["purposes"] == ["scam_alert"]
    rows = await looked(
        clean_url, "SELECT channel, purpose, granted FROM consent WHERE purpose <> 'renewal' ORDER BY channel"
    )
    assert [tuple(row) for row in rows] == [("sms", "scam_alert", True)]
    answer = await saved(reader, answer, purposes=[])
    assert "purposes" not in form_of(answer)
    assert form_of(answer)["channels"] == ["sms", "email"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"first": "13", "last": "14"}, "Leave at least two hours"), ({"pause": "2020-01-01"}, "Choose a day within"),
     ({"pause": "soon"}, "Choose a day within"), ({"helper": "R2D2", "relation": "parent"}, "Type one first name"),
     ({"helper": "Ana", "relation": ""}, "Type one first name"), ({"word": "12345"}, "Use 3 to 20 letters"),
     ({"word": "stop"}, "Use 3 to 20 letters"), ({"word": "two words"}, "Use 3 to 20 letters")],
)  # fmt: skip
async def test_what_is_amiss_is_said_and_nothing_is_kept(changes, sentence, reader, page, clean_url):
    answer = await saved(reader, page, read="es", **changes)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert await choices_written(clean_url) == []


async def test_a_helper_is_kept_and_not_shown_again(reader, page, services, agency):
    answer = await saved(reader, page, helper="Ngọc", relation="family")
    assert "Ngọc" not in answer.text
    private = (await held(services, agency)).private
    assert (private["representative_first_name"], private["representative_relation"]) == ("Ngọc", "family")
    await saved(reader, answer, relation="none")
    assert "representative_first_name" not in (await held(services, agency)).private


async def test_stop_stops_texts_and_calls_to_the_number(reader, page, clean_url):
    answer = await reader.post("/preferences/stop")
    answer = await reader.get(answer.headers["Location"])
    assert "We have stopped all reminders to this address." in answer.text
    assert form_of(answer)["channels"] == ["email"]
    rows = await looked(clean_url, "SELECT channel FROM address_stop WHERE stopped ORDER BY channel")
    assert [row.channel for row in rows] == ["sms", "voice"]


async def test_leaving_ends_the_visit_at_the_server(reader, page, clean_url):
    cookie = reader.cookies["kc_visit"]
    answer = await reader.post("/preferences/leave")
    assert answer.status_code == 303
    assert "Your choices are closed on this device." in (await reader.get(answer.headers["Location"])).text
    reader.cookies.set("kc_visit", cookie)
    assert "Send me a code" in (await reader.get("/preferences")).text
    assert await looked(clean_url, "SELECT 1 FROM visit") == []


@pytest.mark.parametrize(
    "column", ["seen_at = seen_at - interval '16 minutes'", "begun_at = begun_at - interval '3 hours'"]
)
async def test_a_visit_ends_by_itself(column, reader, page, clean_url):
    await looked(clean_url, f"UPDATE visit SET {column} RETURNING 1")  # noqa: S608  (ours)
    answer = await reader.post("/preferences/choices", data=form_of(page))
    assert answer.status_code == 403
    assert "the page closes after 15 minutes" in answer.text


async def test_nobody_comes_in_with_a_made_up_cookie(reader, agency):
    reader.cookies.set("kc_visit", "x" * 43)
    assert "Send me a code" in (await reader.get("/preferences")).text
    assert (await reader.post("/preferences/choices", data={})).status_code == 403
    assert (await reader.post("/preferences/stop")).status_code == 403


async def test_a_shared_phone_speaks_for_all_who_list_it(reader, services, agency, clean_url):
    for ref in ("M-1", "M-2"):
        await tell(services, agency, ref, language_written="vi")
    page = await come_in(reader, services, agency, clean_url)
    await saved(reader, page, read="ko")
    assert [(await held(services, agency, ref)).language_written for ref in ("M-1", "M-2")] == ["ko", "ko"]


async def test_a_landline_is_never_asked_about_texts(reader, services, agency, clean_url):
    await tell(
        services, agency, phones=(Phone(NUMBER, LineKind.LANDLINE),),
        consents=(Consent(Channel.VOICE, granted=True, address=NUMBER),),
    )  # fmt: skip
    page = await come_in(reader, services, agency, clean_url, way="voice")
    assert form_of(page)["channels"] == ["voice"]
    assert "Send me texts" not in page.text


async def test_a_language_without_words_stays_as_it_is(reader, services, agency, clean_url):
    await tell(services, agency, language_written="ium")
    page = await come_in(reader, services, agency, clean_url)
    assert form_of(page)["read"] == "ium"


@pytest.mark.parametrize("language", ["en", "es", "vi", "ar", "zh-Hant", "ko", "fa"])
async def test_it_speaks_the_readers_language(language, reader, page):
    shown = await reader.get(f"/preferences?lang={language}")
    assert shown.status_code == 200
    assert f'<html lang="{language}"' in shown.text
    assert len(shown.content) < 100_000


@pytest.mark.parametrize("body", [b"\xff\xfe", b"channels=%ff", b"a" * 20_000])
async def test_a_broken_form_changes_nothing(body, reader, page, clean_url):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await reader.post("/preferences/choices", content=body, headers=headers)
    assert answer.status_code in {303, 400, 422}
    if answer.status_code == 400:
        assert await choices_written(clean_url) == []
