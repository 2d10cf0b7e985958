from urllib.parse import unquote, urlsplit

import pytest

from app.rules.sounds import check_sound


@pytest.fixture
def address(services):
    """The address of an Armenian greeting, as a call is given it."""
    return urlsplit(services.clips.url("hy", "greeting")).path


async def test_a_clip_is_served_with_its_words_and_may_be_cached(client, address):
    answer = await client.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "audio/wav"
    assert check_sound(answer.content) == ""
    assert unquote(answer.headers["x-clip-words"]).startswith("Բարև")
    assert answer.headers["cache-control"].startswith("public, max-age=")
    assert answer.headers["etag"]


async def test_its_head_says_the_same_without_the_sound(client, address):
    whole, head = await client.get(address), await client.head(address)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == str(len(whole.content))


async def test_an_address_that_was_made_up_is_refused(client, address):
    answer = await client.get(address.replace("/clips/", "/clips/0"))
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("/problems/expired-clip")


@pytest.mark.parametrize("tail", ["fa/greeting.wav", "hy/goodbye.wav", "hy/hello.wav", "km/greeting.wav"])
async def test_an_address_opens_its_own_clip_alone(client, address, tail):
    assert (await client.get(address.replace("hy/greeting.wav", tail))).status_code == 403


@pytest.mark.parametrize("tail", ["hy/greeting.mp3", "../../etc/passwd"])
async def test_there_is_nothing_but_clips(client, address, tail):
    answer = await client.get(address.replace("hy/greeting.wav", tail))
    assert answer.status_code == 404


@pytest.mark.parametrize("tail", ["hy/GREETING.wav", "h%00/greeting.wav"])
async def test_a_strange_name_is_no_name(client, address, tail):
    assert (await client.get(address.replace("hy/greeting.wav", tail))).status_code == 422
