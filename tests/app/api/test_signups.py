"""What people do by themselves, over HTTP."""

import re
from dataclasses import replace

import httpx
import pytest

from app.main import build_app

ASKED = {"agency": "orange", "channel": "sms", "address": "+17145552345", "language": "vi", "renewal_month": "2027-02",
         "consent_wording": "v1"}  # fmt: skip


async def test_a_known_and_an_unknown_address_get_the_same_answer(client, send, an_event):
    await send(an_event())
    del client.headers["Authorization"]
    known = await client.post("/v1/signups", json=ASKED)
    unknown = await client.post("/v1/signups", json={**ASKED, "address": "+17145559999"})

    def bare(answer):
        text = re.sub(r'"id":"[^"]{36}","expires_at":"[^"]{27}"', "", answer.text)
        varying = {"x-request-id"}
        return answer.status_code, text, [pair for pair in answer.headers.items() if pair[0] not in varying]

    assert bare(known) == bare(unknown)
    assert (known.status_code, bare(known)[1]) == (202, "{}")


async def test_the_fourth_code_of_a_day_is_not_sent_and_nobody_can_tell(client, api):
    answers = [await client.post("/v1/signups", json=ASKED) for _ in range(4)]
    assert {answer.status_code for answer in answers} == {202}
    assert len((await api.get("/v1/messages?kind=code")).json()["data"]) == 3


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"agency": "nowhere"}, "/agency"),
        ({"agency": "No Where"}, "/agency"),
        ({"channel": "fax"}, "/channel"),
        ({"address": "+442071838750"}, "/address"),
        ({"address": "ana@example.org"}, "/address"),
        ({"channel": "email"}, "/address"),
        ({"language": "Klingon!"}, "/language"),
        ({"renewal_month": "soon"}, "/renewal_month"),
        ({"consent_wording": "v0"}, "/consent_wording"),
        ({"hint": 1}, "/hint"),
        ({"who": "minor"}, "/who"),
        ({"who": "somebody"}, "/who"),
        ({"place": "library"}, "/place"),
        ({"zip": "9284"}, "/zip"),
        ({"language_spoken": "Klingon!"}, "/language_spoken"),
        ({"channel": "email", "address": "аna@example.org"}, "/address"),
        ({"channel": "email", "address": "ana@gmаil.com"}, "/address"),
        ({"channel": "email", "address": "ana@xn--gmil-63d.com"}, "/address"),
    ],
)
async def test_each_mistake_is_pointed_at(change, pointer, client, pointers):
    answer = await client.post("/v1/signups", json={**ASKED, **change})
    assert (answer.status_code, pointers(answer)) == (422, [pointer])
    assert str(ASKED["address"]) not in answer.text


@pytest.mark.parametrize("word", ["O'Brien 🎉", "\u202e9284", "<script>", "７" * 999, ""])
async def test_nothing_that_is_sent_breaks_it(client, word):
    for name in ASKED:
        answer = await client.post("/v1/signups", json={**ASKED, name: word})
        assert answer.status_code in {202, 422}, name


async def test_from_one_network_no_more_than_ten_codes_an_hour(client):
    asked = [{**ASKED, "address": f"+171455520{last}"} for last in range(10, 21)]
    answers = [await client.post("/v1/signups", json=one) for one in asked]
    assert [answer.status_code for answer in answers] == [202] * 10 + [429]
    assert answers[-1].headers["Retry-After"] == "3600"
    assert answers[-1].json()["type"].endswith("/problems/too-many-codes")


async def test_behind_a_trusted_proxy_each_caller_is_counted_for_themselves(client, services):
    asked = [{**ASKED, "address": f"+171455520{last}"} for last in range(10, 22)]
    for one in asked[:10]:
        await client.post("/v1/signups", json=one, headers={"X-Forwarded-For": "203.0.113.9"})
    other = {"X-Forwarded-For": "198.51.100.7"}
    assert (await client.post("/v1/signups", json=asked[10], headers=other)).status_code == 429  # nobody trusts it
    proxied = services.settings.model_copy(update={"trusted_proxies": "127.0.0.0/8"})
    app = build_app(replace(services, settings=proxied))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://service.test") as caller:
        assert (await caller.post("/v1/signups", json=asked[11], headers=other)).status_code == 202


async def test_sign_up_pauses_when_an_agencys_codes_are_used_up(client, services, monkeypatch):
    monkeypatch.setattr(services.counters, "caps", replace(services.counters.caps, codes_agency_hour=0))
    answer = await client.post("/v1/signups", json=ASKED)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3600")


async def test_who_types_too_many_codes_waits(client, services, monkeypatch):
    monkeypatch.setattr(services.counters, "caps", replace(services.counters.caps, tries_network_hour=2))
    taken = (await client.post("/v1/signups", json=ASKED)).json()
    tries = [await client.post(f"/v1/signups/{taken['id']}/confirm", json={"code": "00000000"}) for _ in range(3)]
    assert [answer.status_code for answer in tries] == [422, 422, 429]


async def test_a_wrong_code_and_an_unknown_sign_up_get_the_same_answer(client):
    taken = (await client.post("/v1/signups", json=ASKED)).json()
    wrong = await client.post(f"/v1/signups/{taken['id']}/confirm", json={"code": "00000000"})
    unknown = await client.post("/v1/signups/01a203db-cca7-7760-867c-3cfbf84e112d/confirm", json={"code": "00000000"})
    assert wrong.status_code == unknown.status_code == 422
    assert {**wrong.json(), "request_id": 0} == {**unknown.json(), "request_id": 0}


async def test_the_wordings_are_listed_with_the_agencys_words(client):
    every = (await client.get("/v1/consent-wordings")).json()["data"]
    assert {one["language"] for one in every} >= {"en", "es", "vi", "zh-Hans", "zh-Hant", "ko"}
    assert "{agency}" in every[0]["text"]
    spanish = (await client.get("/v1/consent-wordings?language=es-MX&agency=orange&channel=sms")).json()["data"]
    assert [(one["id"], one["language"]) for one in spanish] == [("v1", "es")]
    assert "Orange County Social Services Agency" in spanish[0]["text"]
    assert (await client.get("/v1/consent-wordings?agency=nowhere")).status_code == 422


@pytest.fixture
async def token(services, agency, send, an_event):
    """The unsubscribe token of a member's e-mail address."""
    await send(an_event(data={"emails": [{"address": "ana@example.org"}], "consents": [{"channel": "email"}]}))
    view = await services.reporting.member(agency.id, "M-1")
    (point,) = view.member.points.values()
    return services.database.index.token("unsubscribe", point.id)


async def test_one_click_stops_the_e_mails_and_again_is_as_good_as_once(client, api, token):
    for _ in range(2):
        answer = await client.post(f"/v1/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    member = (await api.get("/v1/members/M-1")).json()
    assert [one["granted"] for one in member["consents"]] == [False]


async def test_opening_the_link_never_unsubscribes(client, api, token):
    answer = await client.get(f"/v1/unsubscribe/{token}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/unsubscribe/{token}")
    answer = await client.get(f"/v1/unsubscribe/{token}?lang=zh-Hant")
    assert answer.headers["Location"] == f"/unsubscribe/{token}?lang=zh-Hant"
    member = (await api.get("/v1/members/M-1")).json()
    assert [one["granted"] for one in member["consents"]] == [True]


async def test_a_forged_token_does_nothing(client, token):
    forged = token[:-1] + ("0" if token[-1] != "0" else "1")
    for one in (forged, "x", "é" * 32):
        assert (await client.post(f"/v1/unsubscribe/{one}")).status_code == 404
