from datetime import timedelta
from uuid import UUID

import pytest

from app.db import webhooks
from tests.app.db.standing import standing_in

URL, SECRET, NOBODY = "https://county.example.org/hooks", "whsec_aaaa", UUID(int=0)


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as opened:
        yield opened


async def added(place, *events):
    async with place.session(place.orange) as session:
        return await webhooks.add(session, place.orange, url=URL, secret=SECRET, events=events)


async def kept(place, hook, count=1):
    async with place.session(place.orange) as session:
        calls = [(place.orange, hook, "member.replied", {"number": number}) for number in range(count)]
        await webhooks.add_calls(session, calls)


async def taken(place, each=10, busy=()):
    async with place.session(None) as session:
        back_at = session.machine_now + timedelta(minutes=2)
        return await webhooks.take(session, each=each, back_at=back_at, busy=busy)


async def one(place):
    async with place.session(place.orange) as session:
        (found,) = await webhooks.every(session, place.orange)
        return found


async def test_who_wants_to_hear_of_what(place):
    hook = await added(place, "member.replied", "contact.bounced")
    async with place.session(place.orange) as session:
        assert await webhooks.wanted(session, [place.orange], "contact.bounced") == [(place.orange, hook)]
        assert await webhooks.wanted(session, [place.orange], "consent.revoked") == []
        assert await webhooks.wanted(session, [NOBODY], "contact.bounced") == []


async def test_calls_are_taken_once_some_of_each_webhook_and_come_back(place):
    hook, other = await added(place, "member.replied"), await added(place, "member.replied")
    await kept(place, hook, 5)
    await kept(place, other)
    calls = await taken(place, each=2)
    assert sorted(call.webhook for call in calls) == sorted([hook, hook, other])
    assert {(call.url, call.secret, call.tries) for call in calls} == {(URL, SECRET, 0)}
    assert len(await taken(place, busy=[other])) == 3
    assert await taken(place) == []
    place.run("UPDATE webhook_call SET due_at = now()")
    assert len(await taken(place, busy=[hook])) == 1


async def test_a_call_is_over_once_it_is_not_due_again(place):
    await kept(place, await added(place, "member.replied"))
    (call,) = await taken(place)
    async with place.session(place.orange) as session:
        await webhooks.end_calls(session, place.orange, [(call.id, 1, None, 204)])
    (row,) = place.rows("SELECT tries, due_at, last_status, done_at IS NOT NULL AS done FROM webhook_call")
    assert row == {"tries": 1, "due_at": None, "last_status": 204, "done": True}
    async with place.session(None) as session:
        assert await webhooks.sweep(session, session.machine_now + timedelta(minutes=1)) == 1


async def test_how_a_receiver_is_kept(place):
    hook = await added(place, "member.replied")
    await kept(place, hook, 2)
    for well, because, failing in ((False, None, True), (True, None, False), (False, "gone", True)):
        async with place.session(place.orange) as session:
            await webhooks.keep_receiver(session, place.orange, hook, well=well, because=because)
        found = await one(place)
        assert (found["failing_since"] is not None, found["disabled_because"]) == (failing, because)
    assert (await one(place))["waiting"] == 0
    async with place.session(None) as session:
        (row,) = await webhooks.troubled(session)
    assert (row.code, row.id, row.disabled_because) == ("orange", hook, "gone")


async def test_another_agency_neither_sees_nor_deletes_a_webhook(place):
    hook = await added(place, "member.replied")
    async with place.session(NOBODY) as session:
        assert await webhooks.every(session, place.orange) == []
        assert not await webhooks.remove(session, place.orange, hook)
    async with place.session(place.orange) as session:
        assert await webhooks.remove(session, place.orange, hook)
