import pytest

from channels.contract import Accepted, Refused, TryLater
from channels.smtp.handover import Deadline, hand_over
from channels.smtp.letter import compose
from channels.smtp.relay import Broken, open_link
from tests.channels.smtp.conftest import CUT, NEVER, a_message

SOON = 5.0


def a_letter(**changes: object):
    message = a_message(**changes)
    return compose(message, message.mail)


@pytest.fixture
async def link(relay):
    relay.says["EHLO"] = "250-relay.example\r\n250 8BITMIME"
    made = await open_link(relay.reached_by(), SOON)
    yield made
    await made.leave()


async def test_a_mail_is_passed_on_step_by_step(link, relay):
    assert await hand_over(link, a_letter(), Deadline(NEVER)) == Accepted("ref-1@orange.example.org")
    assert relay.verbs == ["EHLO", "MAIL", "RCPT", "DATA", "."]


async def test_an_address_that_is_not_ascii_needs_a_relay_that_takes_it(link, relay):
    letter = a_letter(to="añá@example.org")
    assert await hand_over(link, letter, Deadline(NEVER)) == Refused("bad_address")
    relay.says["EHLO"] = "250-relay.example\r\n250 SMTPUTF8"
    able = await open_link(relay.reached_by(), SOON)
    assert isinstance(await hand_over(able, letter, Deadline(NEVER)), Accepted)
    assert relay.heard[-4:-2] == [
        "MAIL FROM:<renewals@orange.example.org> BODY=8BITMIME SMTPUTF8", "RCPT TO:<añá@example.org>",
    ]  # fmt: skip
    await able.leave()


async def test_a_broken_connection_is_told_apart_from_a_refusal(link, relay):
    relay.says["RCPT"] = CUT
    with pytest.raises(Broken):
        await hand_over(link, a_letter(), Deadline(NEVER))
    assert not link.alive


async def test_a_relay_that_closes_is_judged_on_a_fresh_connection_and_broken_on_an_old_one(link, relay):
    relay.says["MAIL"] = "421 4.4.2 closing"
    assert await hand_over(link, a_letter(), Deadline(NEVER)) == TryLater("unreachable", "421 4.4.2")
    old = await open_link(relay.reached_by(), SOON)
    old.used = True
    with pytest.raises(Broken):
        await hand_over(old, a_letter(), Deadline(NEVER))


def test_a_deadline_counts_down():
    assert Deadline(10.0, lambda: 4.0).left == 6.0
    assert Deadline(0.0).left < 0
