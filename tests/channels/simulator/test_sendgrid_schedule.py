"""Batches and withdrawals, as they are asked for by hand and by our own adapter."""

from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from channels.contract import (
    Accepted,
    Canceled,
    CannotSay,
    Handle,
    Lookup,
    Mail,
    OutgoingMessage,
    Present,
    TooLate,
    TryLater,
)
from channels.sendgrid.mail import SendGridMail
from channels.simulator import Simulator
from channels.transport import NEVER, Transport
from tests.channels.simulator.conftest import MAIL_KEY, MOMENT, Wire, a_reader
from tests.channels.simulator.test_world import served

KEY = {"Authorization": f"Bearer {MAIL_KEY}"}
BASE = "/sandbox/sendgrid/v3"
WITHDRAWN = f"{BASE}/user/scheduled_sends"
SOON = int(MOMENT.timestamp()) + 900


@pytest.fixture
async def batch(client):
    answer = await client.http.post(f"{BASE}/mail/batch", headers=KEY)
    assert answer.status_code == 201
    return answer.json()["batch_id"]


async def ask(client, method, path="", **body: object):
    return await client.http.request(method, WITHDRAWN + path, json=body or None, headers=KEY)


async def withdraw(client, batch):
    return await ask(client, "POST", batch_id=batch, status="cancel")


async def statuses(client):
    return [mail["status"] for mail in await client.accepted()]


async def test_the_key_may_send_and_withdraw(client):
    scopes = (await client.http.get(f"{BASE}/scopes", headers=KEY)).json()["scopes"]
    assert {"mail.send", "user.scheduled_sends.create"} <= set(scopes)


async def test_a_batch_id_can_be_validated(client, batch):
    known = await client.http.get(f"{BASE}/mail/batch/{batch}", headers=KEY)
    assert (known.status_code, known.json()) == (200, {"batch_id": batch})
    unknown = await client.http.get(f"{BASE}/mail/batch/nobodys", headers=KEY)
    assert (unknown.status_code, unknown.json()["errors"][0]["message"]) == (400, "invalid batch id")


async def test_a_withdrawn_batch_is_shown_and_listed(client, batch):
    shown = {"batch_id": batch, "status": "cancel"}
    answer = await withdraw(client, batch)
    assert (answer.status_code, answer.json()) == (201, shown)
    assert (await ask(client, "GET")).json() == [shown]
    assert (await ask(client, "GET", f"/{batch}")).json() == [shown]
    assert (await ask(client, "PATCH", f"/{batch}", status="cancel")).status_code == 204


@pytest.mark.parametrize(("method", "body"), [("GET", {}), ("DELETE", {}), ("PATCH", {"status": "cancel"})])
async def test_a_batch_without_a_status_is_not_found(client, batch, method, body):
    answer = await ask(client, method, f"/{batch}", **body)
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (404, "batch id not found")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"batch_id": "b", "status": "cancel"}, "batch_id"),
        ({"batch_id": 7, "status": "cancel"}, "batch_id"),
        ({"status": "cancel"}, "batch_id"),
        ({"batch_id": "b"}, "status"),
        ({"batch_id": "b", "status": "pause"}, "status"),
        ({"batch_id": "b", "status": "cancel", "why": "x"}, "why"),
    ],
)
async def test_a_withdrawal_that_is_not_well_formed_is_refused(client, body, field):
    answer = await ask(client, "POST", **body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


async def test_only_the_mails_of_the_batch_are_withdrawn(client, batch):
    await client.mail(a_reader("ana@example.org"), batch_id=batch, send_at=SOON)
    await client.mail(a_reader("bo@example.org"), send_at=SOON)
    await withdraw(client, batch)
    assert await statuses(client) == ["scheduled", "canceled"]


async def test_a_mail_that_comes_after_the_withdrawal_of_its_batch_is_taken_and_withdrawn(client, batch):
    await withdraw(client, batch)
    answer = await client.mail(batch_id=batch, send_at=SOON)
    assert answer.status_code == 202
    assert await statuses(client) == ["canceled"]


async def test_a_withdrawal_that_is_taken_back_lets_the_mails_wait_again(client, batch):
    await client.mail(batch_id=batch, send_at=SOON)
    await withdraw(client, batch)
    assert (await ask(client, "DELETE", f"/{batch}")).status_code == 204
    assert await statuses(client) == ["scheduled"]


async def test_a_batch_without_a_time_leaves_at_once(client, batch):
    await client.mail(batch_id=batch)
    await client.quiet()
    assert await statuses(client) == ["delivered"]


# --- by our own adapter ----------------------------------------------------------------------


class Clock:
    """A clock that a test sets on."""

    moment = MOMENT

    def __call__(self):
        return self.moment


@pytest.fixture
def clock():
    return Clock()


class Sandbox:
    """A simulator that can be stopped, and goes on later."""

    def __init__(self, settings, service, clock) -> None:
        self.settings, self.service, self.clock = settings, service, clock
        self.simulator = Simulator(settings, now=clock, network=Wire(service.app))

    async def later(self, by):
        await self.simulator.stop()
        self.clock.moment += by
        self.simulator = Simulator(self.settings, now=self.clock, network=Wire(self.service.app))
        await self.simulator.start()
        assert await self.simulator.quiet(5)

    async def statuses(self):
        transport = httpx.ASGITransport(self.simulator.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x.example") as http:
            return [mail["status"] for mail in (await http.get("/messages")).json()["data"]]


@pytest.fixture
async def sandbox(settings, service, clock):
    made = Sandbox(settings, service, clock)
    yield made
    await made.simulator.stop()


@pytest.fixture
async def adapter(sandbox):
    async def app(scope, receive, send):
        await sandbox.simulator.app(scope, receive, send)

    async with served(Starlette(routes=[Mount("/", app=app)])) as base, Transport(timeout=timedelta(seconds=5)) as way:
        yield SendGridMail(way, api_key=MAIL_KEY, base_url=f"{base}/sendgrid")


def message(**changed: object):
    return OutgoingMessage(
        reference="ref-1", code="K7Q2", to="ana@example.org", sender="renewals@orange.example.org", language="en",
        mail=Mail("Hello", "Dear [[name]]", "<p>[[name|html]]</p>"), words={"name": "Ana"},
        unsubscribe_url="https://kc.example/u/1", category="two_months", **changed,
    )  # fmt: skip


async def fenced(adapter, **changed: object):
    fence = await adapter.new_fence()
    one = message(fence=fence, send_at=MOMENT + timedelta(minutes=15), **changed)
    (outcome,) = await adapter.send([one], not_after=NEVER)
    assert isinstance(outcome, Accepted)
    return Handle(outcome.provider_id, fence)


async def test_our_adapter_finds_that_it_may_send(adapter):
    health = await adapter.check()
    assert (health.ok, health.detail) == (True, "SendGrid answers, and the API key may send mail and withdraw it")


async def test_a_mail_of_ours_leaves_when_its_time_has_come(adapter, sandbox, service):
    await fenced(adapter)
    assert (await sandbox.statuses(), service.heard) == (["scheduled"], [])
    await sandbox.later(timedelta(minutes=15))
    assert await sandbox.statuses() == ["delivered"]


async def test_a_mail_that_we_withdraw_never_leaves(adapter, sandbox, service):
    handle = await fenced(adapter)
    assert await adapter.cancel(handle) == Canceled()
    assert await adapter.cancel(handle) == Canceled()
    await sandbox.later(timedelta(minutes=20))
    assert (await sandbox.statuses(), service.heard) == (["canceled"], [])


async def test_a_late_zombie_of_a_withdrawn_batch_is_discarded(adapter, sandbox, service):
    """The fence: what is accepted after the withdrawal is discarded at its time of sending."""
    fence = await adapter.new_fence()
    assert await adapter.cancel(Handle("", fence)) == Canceled()
    (outcome,) = await adapter.send([message(fence=fence, send_at=MOMENT + timedelta(minutes=15))], not_after=NEVER)
    assert isinstance(outcome, Accepted)
    await sandbox.later(timedelta(minutes=20))
    assert (await sandbox.statuses(), service.heard) == (["canceled"], [])


async def test_what_is_about_to_leave_is_not_withdrawn_any_more(adapter, sandbox, clock):
    handle = await fenced(adapter)
    clock.moment += timedelta(minutes=6)
    assert isinstance(await adapter.cancel(handle), TooLate)
    assert await sandbox.statuses() == ["scheduled"]


async def test_an_eleventh_withdrawal_cannot_be_had_at_a_time(adapter):
    fences = [await adapter.new_fence() for _ in range(11)]
    *ten, eleventh = [await adapter.cancel(Handle("", fence)) for fence in fences]
    assert ten == [Canceled()] * 10
    assert isinstance(eleventh, CannotSay)


async def test_a_time_that_is_too_far_ahead_and_a_fence_of_nobodys_are_not_ignored(adapter, sandbox):
    far = message(send_at=MOMENT + timedelta(hours=73))
    strange = message(fence="nobodys", send_at=MOMENT + timedelta(minutes=15))
    outcomes = await adapter.send([far, strange], not_after=NEVER)
    assert outcomes == [TryLater("send_time_refused", "400")] * 2
    assert await sandbox.statuses() == []


async def test_a_mail_that_waits_is_found(adapter):
    handle = await fenced(adapter)
    lookup = Lookup("ref-1", "K7Q2", "ana@example.org", "renewals@orange.example.org", MOMENT)
    assert await adapter.find(lookup) == Present(handle.provider_id)
