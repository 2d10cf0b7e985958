from datetime import timedelta

import pytest

from channels.simulator import Simulator
from channels.simulator.waits import Waits
from tests.channels.simulator.conftest import MAIL_KEY, MESSAGES, MOMENT, Wire, a_reader

AN_HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
IN_AN_HOUR = (MOMENT + AN_HOUR).strftime("%Y-%m-%dT%H:%M:%SZ")
HELD = {"ScheduleType": "fixed", "From": "", "MessagingServiceSid": "MG" + "0" * 32, "SendAt": IN_AN_HOUR}


async def pass_by(client, by):
    answer = await client.http.post("/sandbox/waits", json={"seconds": by.total_seconds()})
    assert answer.status_code == 200
    await client.quiet()


async def mail_for_later(client):
    headers = {"Authorization": f"Bearer {MAIL_KEY}"}
    batch = (await client.http.post("/sandbox/sendgrid/v3/mail/batch", headers=headers)).json()["batch_id"]
    await client.mail(a_reader(), batch_id=batch, send_at=int((MOMENT + AN_HOUR).timestamp()))
    return lambda: client.http.post(
        "/sandbox/sendgrid/v3/user/scheduled_sends", headers=headers, json={"batch_id": batch, "status": "cancel"}
    )


async def standing(client):
    return [message["status"] for message in await client.accepted()]


async def test_what_is_held_leaves_when_the_sandboxs_clock_has_passed_its_time(client):
    await client.text(**HELD)
    await client.telnyx_text(send_at=IN_AN_HOUR)
    await mail_for_later(client)
    await pass_by(client, AN_HOUR - MINUTE)
    assert await standing(client) == ["scheduled"] * 3
    await pass_by(client, 2 * MINUTE)
    assert await standing(client) == ["delivered"] * 3


async def test_what_is_handed_over_after_that_waits_for_its_own_time(client):
    await pass_by(client, 5 * AN_HOUR)
    await client.text(**HELD)
    assert await standing(client) == ["scheduled"]
    await pass_by(client, AN_HOUR + MINUTE)
    assert await standing(client) == ["delivered"]


async def test_what_is_not_held_leaves_at_once_whatever_the_clock_says(client):
    await pass_by(client, 5 * AN_HOUR)
    await client.text()
    await client.quiet()
    assert await standing(client) == ["delivered"]


async def test_what_was_withdrawn_never_leaves(client):
    sid = (await client.text(**HELD)).json()["sid"]
    withdraw = await mail_for_later(client)
    await pass_by(client, AN_HOUR / 2)
    await client.twilio("POST", f"{MESSAGES}/{sid}.json", {"Status": "canceled"})
    assert (await withdraw()).status_code == 201
    await pass_by(client, AN_HOUR)
    assert await standing(client) == ["canceled"] * 2


async def test_how_near_the_time_has_come_decides_what_can_be_withdrawn(client):
    withdraw = await mail_for_later(client)
    made = (await client.telnyx_text(send_at=IN_AN_HOUR)).json()["data"]["id"]
    await pass_by(client, AN_HOUR - MINUTE / 2)
    assert (await withdraw()).status_code == 400
    assert (await client.telnyx("DELETE", f"messages/{made}")).status_code == 403


@pytest.mark.parametrize("seconds", [-1, "soon", None])
async def test_time_passes_forward_and_in_seconds(client, seconds):
    answer = await client.http.post("/sandbox/waits", json={"seconds": seconds})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/seconds")


def test_how_much_was_let_pass_stands_in_the_book(tmp_path):
    path = tmp_path / "book.sqlite"
    Waits(path, lambda: MOMENT).let_pass(AN_HOUR)
    again = Waits(path, lambda: MOMENT)
    again.let_pass(MINUTE)
    assert (again(), again.at(MOMENT + MINUTE)) == (MOMENT + AN_HOUR + MINUTE, MOMENT + AN_HOUR + 2 * MINUTE)


async def test_a_new_start_on_the_same_book_lets_leave_what_has_waited_long_enough(settings, service, client):
    await client.text(**HELD)
    await client.simulator.stop()
    Waits(settings.path, lambda: MOMENT).let_pass(2 * AN_HOUR)
    again = Simulator(settings, now=lambda: MOMENT, network=Wire(service.app))
    await again.start()
    assert await again.quiet(5)
    await again.stop()
    assert service.told()[-1] == "delivered"
