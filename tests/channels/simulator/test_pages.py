import pytest

from tests.channels.simulator.conftest import a_reader

HARM = "<script>alert(1)</script>"


async def page(client, path):
    answer = await client.http.get(f"/sandbox{path}")
    return answer.status_code, answer.text


async def test_the_overview_shows_every_channel_and_the_magic_addresses(client, service):
    service.answers["/callbacks/twilio/calls/r1"] = "<Response><Say>Spoken words.</Say></Response>"
    await client.text(Body="نص قصير")
    await client.mail()
    await client.call()
    await client.quiet()
    status, html = await page(client, "/")
    assert status == 200
    for words in ("نص قصير", "Hello Ana &amp; Bo", "Spoken words.", "bounce@sandbox.keepcovered.example"):
        assert words in html
    assert 'dir="auto"' in html


async def test_an_empty_overview_says_so(client):
    assert (await page(client, "/"))[1].count("Nothing yet.") == 3


async def test_words_never_become_markup(client, service):
    service.answers["/callbacks/twilio/calls/r1"] = f"<Response><Say><![CDATA[{HARM}]]></Say></Response>"
    sid = (await client.text(Body=HARM)).json()["sid"]
    call = (await client.call()).json()["sid"]
    await client.mail(subject=HARM, content=[{"type": "text/html", "value": HARM}])
    await client.quiet()
    mail = (await client.accepted(channel="email"))[0]["id"]
    for path in ("/", "/phone/%2B14155550123", f"/call/{call}", f"/mail/{mail}"):
        html = (await page(client, path))[1]
        assert HARM not in html
        assert "&lt;script&gt;" in html
    assert sid


async def test_a_phone_shows_both_sides_and_a_form(client):
    await client.text(Body="From us")
    await client.http.post("/sandbox/replies", json={"from": "+14155550123", "body": "From them"})
    html = (await page(client, "/phone/%2B14155550123"))[1]
    assert html.index("From us") < html.index("From them")
    assert '<form method="post" action="/sandbox/replies">' in html


async def test_a_mail_shows_its_html_in_a_closed_frame(client):
    await client.mail(a_reader(headers={"List-Unsubscribe": "<https://ours.example/u/1>"}))
    id_ = (await client.accepted())[0]["id"]
    html = (await page(client, f"/mail/{id_}"))[1]
    assert "<iframe sandbox " in html
    assert "List-Unsubscribe" in html


async def test_a_call_has_keys_only_if_it_asked_for_one(client, service):
    id_ = (await client.call()).json()["sid"]
    await client.quiet()
    assert "<button" not in (await page(client, f"/call/{id_}"))[1]
    service.answers["/callbacks/twilio/calls/r1"] = "<Response><Gather><Say>Press.</Say></Gather></Response>"
    id_ = (await client.call()).json()["sid"]
    await client.quiet()
    assert (await page(client, f"/call/{id_}"))[1].count("<button") == 12


@pytest.mark.parametrize("path", ["/mail/none", "/call/none"])
async def test_what_is_not_there_is_not_found(client, path):
    assert (await page(client, path))[0] == 404


async def test_no_page_runs_or_loads_anything_foreign(client):
    answer = await client.http.get("/sandbox/")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert "<script" not in answer.text
    style = await client.http.get("/sandbox/style.css")
    assert style.headers["content-type"].startswith("text/css")
