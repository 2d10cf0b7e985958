import pytest

from tests.channels.simulator.conftest import PUBLIC, a_reader

LINK = f"{PUBLIC}/v1/unsubscribe/abc?lang=vi"
ONE_CLICK = {
    "List-Unsubscribe": f"<mailto:stop@ours.example>, <{LINK}>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}


async def a_mail(client, headers):
    await client.mail(a_reader(headers=headers))
    return (await client.accepted())[0]["id"]


async def test_the_button_posts_what_a_mail_program_posts(client, service):
    id_ = await a_mail(client, ONE_CLICK)
    await client.quiet()
    answer = await client.http.post(f"/sandbox/mail/{id_}/unsubscribe", json={})
    assert answer.json() == {"id": id_, "status": 200}
    heard = service.heard[-1]
    assert (heard.url, heard.body) == (LINK, b"List-Unsubscribe=One-Click")
    assert heard.headers["content-type"] == "application/x-www-form-urlencoded"


async def test_the_page_says_what_we_answered(client, service):
    id_ = await a_mail(client, ONE_CLICK)
    await client.quiet()
    service.failures = 1
    for said in ("we answered 503", "Unsubscribed: we answered 200"):
        back = await client.http.post(f"/sandbox/mail/{id_}/unsubscribe", data={"back": f"/mail/{id_}?look=dark"})
        assert (back.status_code, back.headers["location"]) == (303, f"/sandbox/mail/{id_}?look=dark")
        assert said in (await client.http.get(f"/sandbox/mail/{id_}")).text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"List-Unsubscribe": f"<{LINK}>"},
        {**ONE_CLICK, "List-Unsubscribe": "<https://theirs.example/u/1>"},
        {**ONE_CLICK, "List-Unsubscribe": f"<{PUBLIC}.theirs.example/u/1>"},
    ],
    ids=["no header", "not one click", "foreign", "foreign with our name in front"],
)
async def test_without_a_one_click_address_of_ours_there_is_no_button(client, service, headers):
    id_ = await a_mail(client, headers)
    await client.quiet()
    heard = len(service.heard)
    assert "<button" not in (await client.http.get(f"/sandbox/mail/{id_}")).text
    assert (await client.http.post(f"/sandbox/mail/{id_}/unsubscribe", json={})).status_code == 409
    assert len(service.heard) == heard


async def test_a_mail_that_is_not_there_cannot_be_left(client):
    assert (await client.http.post("/sandbox/mail/none/unsubscribe", json={})).status_code == 404
