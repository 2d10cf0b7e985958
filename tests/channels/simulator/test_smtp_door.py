"""The mail server, as our own adapter and as a careless client meet it."""

import asyncio
from dataclasses import replace

import pytest

from channels.contract import Accepted, Mail, OutgoingMessage, Refused, TryLater, Unclear
from channels.signals import Callback, OptOut, Status
from channels.simulator import Simulator
from channels.simulator.outcomes import MAIL_DOMAIN, Twist
from channels.smtp.mail import SmtpMail
from channels.smtp.relay import Relay
from tests.channels.simulator.conftest import MOMENT, PUBLIC, Wire

NEVER = float("inf")
SECRET = "shared"


@pytest.fixture
def settings(settings):
    return replace(settings, smtp_port=0, smtp_webhook_secret=SECRET)


@pytest.fixture
async def adapter(simulator):
    made = SmtpMail(Relay("127.0.0.1", simulator.mail_door.port, starttls=False), secrets=[SECRET])
    yield made
    await made.close()


def a_message(to="ana@example.org", **changes: object):
    mail = Mail("Hello [[name]]", "Dear [[name]]", "<p>Dear [[name|html]]</p>")
    plain = OutgoingMessage(
        reference="ref-1", code="K7Q2", to=to, sender="Renewals <renewals@orange.example.org>", language="en",
        mail=mail, words={"name": "Ana & Bo"}, unsubscribe_url="https://us.example/unsubscribe/t0k",
    )  # fmt: skip
    return replace(plain, **changes)


async def sent(adapter, to="ana@example.org", **changes: object):
    (outcome,) = await adapter.send([a_message(to, **changes)], not_after=NEVER)
    return outcome


def magic(name):
    return f"{name}@{MAIL_DOMAIN}"


async def told(adapter, simulator, service):
    assert await simulator.quiet(5)
    callbacks = [Callback(PUBLIC + one.path, one.headers, one.body, MOMENT, kind="events") for one in service.heard]
    return [signal for callback in callbacks for signal in adapter.read_callback(callback)]


async def test_our_mail_arrives_is_shown_and_its_report_reaches_us(adapter, client, simulator, service):
    assert await sent(adapter) == Accepted("ref-1@orange.example.org")
    (receipt,) = await told(adapter, simulator, service)
    assert (receipt.reference, receipt.status) == ("ref-1", Status.DELIVERED)
    assert receipt.provider_id == "ref-1@orange.example.org"
    (mail,) = await client.accepted(channel="email")
    assert (mail["to"], mail["from"], mail["subject"], mail["reference"], mail["status"]) == (
        "ana@example.org", "renewals@orange.example.org", "Hello Ana & Bo", "ref-1", "delivered",
    )  # fmt: skip
    assert (mail["body"].strip(), mail["html"].strip()) == ("Dear Ana & Bo", "<p>Dear Ana &amp; Bo</p>")
    assert mail["headers"]["List-Unsubscribe"] == "<https://us.example/unsubscribe/t0k>"


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("refused", Refused("bad_address", "550 5.1.1")),
        ("greylisted", TryLater("put_off", "451 4.7.1")),
        ("too-many", TryLater("rate_limited", "421 4.7.0")),
        ("error", TryLater("deferred", "451 4.3.0")),
        ("cut", Unclear("no answer to the whole mail")),
        ("error-after", Unclear("no answer to the whole mail")),
        ("slow", Accepted("ref-1@orange.example.org")),
    ],
)
async def test_a_magic_address_decides_the_answer(adapter, client, name, outcome):
    assert await sent(adapter, magic(name)) == outcome
    was_taken = isinstance(outcome, Accepted | Unclear)
    assert len(await client.accepted(channel="email")) == was_taken


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("bounce", ["bounced"]), ("full", ["mailbox_full"]), ("block", ["blocked"]), ("dropped", ["bounced"]),
        ("deferred", ["", ""]), ("spam", ["", "spam_report"]), ("unsubscribe", ["", "unsubscribed"]),
        ("silent", []), ("duplicate", ["", ""]), ("early", [""]),
    ],
)  # fmt: skip
async def test_a_magic_address_decides_what_comes_back(adapter, simulator, service, name, ends):
    assert isinstance(await sent(adapter, magic(name)), Accepted)
    assert [signal.reason for signal in await told(adapter, simulator, service)] == ends


async def test_a_complaint_says_who_wants_no_more(adapter, simulator, service):
    await sent(adapter, magic("spam"))
    assert (await told(adapter, simulator, service))[-1] == OptOut("ref-1", "ref-1:abuse", "spam_report")


async def test_who_was_put_off_is_taken_the_second_time(adapter):
    await sent(adapter, magic("greylisted"))
    assert isinstance(await sent(adapter, magic("greylisted")), Accepted)


@pytest.mark.parametrize(
    ("kind", "outcome"), [(Twist.ERROR, TryLater), (Twist.DROP, Unclear), (Twist.TOO_MANY, TryLater)]
)
async def test_a_fault_hits_mail_by_smtp(adapter, client, kind, outcome):
    fault = {"provider": "smtp", "kind": kind.value, "share": 1, "for_seconds": 60}
    assert (await client.http.post("/sandbox/faults", json=fault)).status_code == 201
    assert isinstance(await sent(adapter), outcome)
    await client.http.delete("/sandbox/faults")
    assert isinstance(await sent(adapter), Accepted)


async def test_sendgrids_list_knows_nothing_of_what_a_relay_took(adapter, client):
    await sent(adapter)
    asked = {"query": "(unique_args['reference']=\"ref-1\")"}
    listed = await client.http.get(
        "/sandbox/sendgrid/v3/messages", params=asked, headers={"Authorization": "Bearer SG.the-key"}
    )
    assert listed.json() == {"messages": []}


# --- strictness -------------------------------------------------------------------------------


class Careless:
    """A client that says what it likes."""

    def __init__(self, reader, writer):
        self._reader, self._writer = reader, writer

    async def hear(self):
        lines = [await self._reader.readline()]
        while lines[-1][3:4] == b"-":
            lines.append(await self._reader.readline())
        return lines[-1].decode().strip()

    async def say(self, *lines):
        said = ""
        for line in lines:
            self._writer.write(line.encode() + b"\r\n")
            said = await self.hear()
        return said


@pytest.fixture
async def careless(simulator):
    reader, writer = await asyncio.open_connection("127.0.0.1", simulator.mail_door.port)
    client = Careless(reader, writer)
    await client.hear()
    await client.say("EHLO us.example")
    yield client
    writer.close()
    await writer.wait_closed()


FROM, TO = "MAIL FROM:<renewals@orange.example.org>", "RCPT TO:<ana@example.org>"


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        ((FROM, TO, "RCPT TO:<bo@example.org>"), "452 4.5.3"),
        (("MAIL FROM:<renewals>",), "553"),
        ((FROM, "RCPT TO:<ana>"), "553"),
        ((FROM + " RET=ALL",), "555"),
        ((FROM, TO + " NOTIFY=SOMETIMES"), "555"),
        ((FROM + " RET=HDRS ENVID=a+2Bb SIZE=10", TO + " NOTIFY=SUCCESS,FAILURE"), "250"),
        ((FROM + " SIZE=99999999",), "552"),
        (("AUTH PLAIN AHVzAHNlY3JldA==",), "535"),
        (("DATA",), "503"),
        ((FROM, TO, "DATA", "Subject: s\r\n\r\nt\r\n."), "550 5.6.0"),
    ],
)
async def test_what_a_careful_server_refuses(careless, lines, answer):
    assert (await careless.say(*lines)).startswith(answer)


async def test_a_user_name_makes_everybody_sign_in(settings, service):
    guarded = replace(settings, smtp_username="us", smtp_password="secret")
    simulator = Simulator(guarded, now=lambda: MOMENT, network=Wire(service.app))
    await simulator.start()
    relay = Relay("127.0.0.1", simulator.mail_door.port, "us", "secret", starttls=False)
    good, bad = SmtpMail(relay), SmtpMail(replace(relay, password="guess"))
    assert isinstance(await sent(good), Accepted)
    assert await sent(bad) == TryLater("misconfigured", "535 5.7.8")
    assert await sent(SmtpMail(replace(relay, username=""))) == TryLater("misconfigured", "530 5.7.0")
    assert (await good.check()).ok
    await good.close()
    await simulator.stop()


async def test_the_server_takes_no_mail_unless_it_is_told_where(settings, service):
    simulator = Simulator(replace(settings, smtp_port=None), now=lambda: MOMENT, network=Wire(service.app))
    await simulator.start()
    assert simulator.mail_door.port == 0
    await simulator.stop()


async def test_stopping_hangs_up_on_everybody(simulator, careless):
    await simulator.mail_door.close()
    assert await careless.hear() == ""
    assert simulator.mail_door.port == 0
