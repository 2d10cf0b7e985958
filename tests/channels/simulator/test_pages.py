import re

import pytest

from channels.simulator.outcomes import OUTCOMES
from tests.channels.simulator.conftest import PUBLIC, a_reader

HARM = "<script>alert(1)</script>"
PHONE = "/phone/%2B14155550123"
ASKS = '<Response><Gather action="/callbacks/twilio/calls/r1/keys"><Say>Press a key.</Say></Gather></Response>'


async def page(client, path):
    answer = await client.http.get(f"/sandbox{path}")
    return answer.status_code, answer.text


async def html(client, path):
    return (await page(client, path))[1]


def main(text):
    """The page without its frame."""
    return text[text.index("<main") :]


async def test_the_overview_shows_every_channel_and_the_magic_addresses(client, service):
    service.answers["/callbacks/twilio/calls/r1"] = "<Response><Say>Spoken words.</Say></Response>"
    await client.text(Body="نص قصير")
    await client.mail()
    await client.call()
    await client.quiet()
    status, text = await page(client, "/")
    assert status == 200
    for words in ("نص قصير", "Hello Ana &amp; Bo", "Spoken words.", "Twilio", "SendGrid", "1 × UCS-2", "delivered"):
        assert words in text
    assert all(one.address in text for one in OUTCOMES)
    assert 'dir="auto"' in text


async def test_an_empty_overview_says_what_to_do(client):
    text = await html(client, "/")
    assert text.count(f"curl -s {PUBLIC}/") == 3


async def test_the_provider_that_carried_a_text_is_named(client):
    await client.telnyx_text()
    await client.quiet()
    for path in ("/", PHONE):
        assert "Telnyx" in main(await html(client, path))


async def test_a_column_goes_on_to_older_messages_and_back(client):
    for number in range(13):
        await client.text(Body=f"Text {number}.")
    newest = await html(client, "/?live=on")
    assert "Text 12." in newest
    assert "Text 0." not in newest
    (older,) = re.findall(r'href="(/sandbox/\?live=on&amp;sms=\d+)">Older', newest)
    oldest = (await client.http.get(older.replace("&amp;", "&"))).text
    assert "Text 0." in oldest
    assert "Text 12." not in oldest
    assert "Newest phones" in oldest


@pytest.mark.parametrize("wanted", ["0123", "ANA@"])
async def test_an_address_is_found_by_a_part_of_it(client, wanted):
    await client.text(Body="To be found.")
    await client.mail(subject="To be found.")
    await client.text(To="+15105550199", Body="Another.")
    await client.mail(a_reader("bo@example.org"), subject="Another.")
    text = await html(client, f"/?to={wanted}")
    assert "To be found." in text
    assert "Another." not in text


async def test_a_place_in_the_list_that_makes_no_sense_is_the_newest(client):
    await client.text(Body="Here.")
    for place in ("x", "-1", "9" * 30):
        assert "Here." in await html(client, f"/?sms={place}")


async def test_words_never_become_markup(client, service):
    service.answers["/callbacks/twilio/calls/r1"] = f"<Response><Say><![CDATA[{HARM}]]></Say></Response>"
    await client.text(Body=HARM)
    call = (await client.call()).json()["sid"]
    await client.mail(subject=HARM, content=[{"type": "text/plain", "value": HARM}])
    await client.quiet()
    mail = (await client.accepted(channel="email"))[0]["id"]
    for path in ("/", PHONE, f"/call/{call}", f"/mail/{mail}", "/inbox/ana@example.org"):
        text = await html(client, path)
        assert HARM not in text
        assert "&lt;script&gt;" in text


async def test_a_phone_shows_both_sides_and_a_form(client):
    await client.text(Body="From us")
    await client.http.post("/sandbox/replies", json={"from": "+14155550123", "body": "From them"})
    text = await html(client, PHONE)
    assert text.index("From us") < text.index("From them")
    assert '<form method="post" action="/sandbox/replies" class="write">' in text


async def test_a_phone_says_how_long_a_text_is_and_what_became_of_it(client):
    await client.text(To="+12095550113", Body="Quý vị")
    await client.quiet()
    text = await html(client, "/phone/%2B12095550113")
    assert "1 segment · UCS-2, because of ý (U+00FD) at character 3" in text
    assert "30005: the number is no longer in use." in text


async def test_a_phone_offers_answers_in_the_language_of_the_conversation(client):
    await client.text(Body="Medi-Cal của quý vị đến kỳ gia hạn.")
    text = await html(client, PHONE)
    assert all(f'value="{word}"' in text for word in ("STOP", "HELP", "START", "DỪNG"))
    assert "ALTO" not in text


async def test_a_phone_that_was_never_texted_may_write_first(client):
    assert 'name="to"' in await html(client, PHONE)


async def test_a_phone_can_call_the_number_that_called_it(client):
    await client.call(From="+17145550101")
    text = await html(client, PHONE)
    assert 'action="/sandbox/calls"' in text
    assert 'value="+17145550101"' in text
    assert "We called" in text


async def test_a_call_that_a_phone_makes_is_shown_on_its_page(client, service):
    service.answers["/callbacks/twilio/voice"] = ASKS
    form = {"from": "+14155550123", "to": "+17145550101"}
    answer = await client.http.post("/sandbox/calls", data=form)
    text = (await client.http.get(answer.headers["location"])).text
    assert "Call from" in text
    assert "Press a key." in text
    assert "Called us" in await html(client, PHONE)


async def test_an_answering_machine_is_switched_where_the_phone_is_seen(client):
    assert "Answering machine: <strong>off" in await html(client, PHONE)
    form = {"number": "+14155550123", "on": "true", "back": PHONE}
    answer = await client.http.post("/sandbox/machines", data=form)
    assert answer.headers["location"] == f"/sandbox{PHONE}"
    assert "Answering machine: <strong>on" in await html(client, PHONE)
    assert "A machine picks up at" in await html(client, "/")


async def test_an_inbox_shows_the_mails_to_one_address(client):
    for number in range(13):
        await client.mail(a_reader(subject=f"Mail {number}."))
    await client.mail(a_reader("bo@example.org", subject="Another."))
    text = await html(client, "/inbox/ana@example.org")
    assert "Mail 12." in text
    assert "Another." not in text
    (older,) = re.findall(r'href="(/sandbox/inbox/ana@example.org\?before=\d+)"', text)
    assert "Mail 0." in (await client.http.get(older)).text


async def test_a_mail_shows_its_html_in_a_closed_frame(client):
    await client.mail(a_reader(headers={"List-Unsubscribe": "<https://ours.example/u/1>"}))
    id_ = (await client.accepted())[0]["id"]
    text = await html(client, f"/mail/{id_}")
    assert "<iframe sandbox " in text
    assert "List-Unsubscribe" in text
    frame = await client.http.get(f"/sandbox/mail/{id_}/html")
    assert frame.text == "<p>Dear Ana &amp; Bo</p>"
    assert frame.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


@pytest.mark.parametrize(("asked", "shown"), [("", "light"), ("?look=dark", "dark"), ("?look=x", "light")])
async def test_a_mail_is_looked_at_in_light_and_in_dark(client, asked, shown):
    await client.mail()
    id_ = (await client.accepted())[0]["id"]
    assert f'class="letter {shown}"' in await html(client, f"/mail/{id_}{asked}")


async def test_a_call_has_keys_only_while_it_asks_for_one(client, service):
    id_ = (await client.call()).json()["sid"]
    await client.quiet()
    assert "/keys" not in await html(client, f"/call/{id_}")
    service.answers["/callbacks/twilio/calls/r1"] = ASKS
    id_ = (await client.call()).json()["sid"]
    await client.quiet()
    assert (await html(client, f"/call/{id_}")).count('name="digits"') == 13
    await client.http.post(f"/sandbox/calls/{id_}/keys", json={"digits": "9"})
    over = await html(client, f"/call/{id_}")
    assert "/keys" not in over
    assert "The call is over." in over


async def test_a_call_shows_what_was_said_and_who_pressed_what_in_order(client, service):
    service.answers |= {
        "/callbacks/twilio/calls/r1": ASKS,
        "/callbacks/twilio/calls/r1/keys": ASKS.replace("Press a key.", "Once more."),
    }
    id_ = (await client.call(To="+15595550115")).json()["sid"]
    await client.quiet()
    await client.http.post(f"/sandbox/calls/{id_}/keys", json={"digits": "4"})
    text = main(await html(client, f"/call/{id_}"))
    seen = re.findall(r"Press a key\.|Once more\.|magic number presses <kbd>1|Pressed here: <kbd>4", text)
    assert seen == ["Press a key.", "magic number presses <kbd>1", "Once more.", "Pressed here: <kbd>4", "Once more."]
    assert "a person" in text
    assert "30 s" in text


async def test_a_recording_can_be_played_while_its_address_lives(client, service):
    service.answers["/callbacks/twilio/calls/r1"] = "<Response><Play>/clips/1.wav</Play></Response>"
    service.clips["/clips/1.wav"] = {"X-Clip-Words": "%D4%B2%D5%A1%D6%80%D6%87"}
    id_ = (await client.call()).json()["sid"]
    await client.quiet()
    playable = await html(client, f"/call/{id_}")
    assert "Բարև" in playable
    assert '<audio controls preload="none" src="/clips/1.wav"' in playable
    service.clips.clear()
    over = await html(client, f"/call/{id_}")
    assert "Բարև" in over
    assert "<audio" not in over


@pytest.mark.parametrize("path", ["/mail/none", "/mail/none/html", "/call/none"])
async def test_what_is_not_there_is_not_found(client, path):
    assert (await page(client, path))[0] == 404


async def test_no_page_runs_or_loads_anything_foreign(client):
    answer = await client.http.get("/sandbox/")
    assert answer.headers["content-security-policy"].startswith(
        "default-src 'none'; style-src 'self'; script-src 'self'"
    )
    assert "<script" not in answer.text
    for name, kind in (("style.css", "text/css"), ("live.js", "text/javascript")):
        assert (await client.http.get(f"/sandbox/{name}")).headers["content-type"].startswith(kind)
