import pytest

from app.pipeline.delivery import LEASE, WRITE_WITHIN
from channels.contract import Accepted, Refused, TryLater, Unclear
from channels.smtp.handover import AFTER_DEADLINE, Deadline, hand_over
from channels.smtp.letter import compose
from channels.smtp.relay import Broken, open_link
from tests.channels.smtp.conftest import CUT, DOT, NEVER, SILENCE, a_message

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


@pytest.mark.parametrize(
    ("now", "seconds"),
    [(0.0, 25.0), (2.0, 23.0), (14.9, 10.1), (25.0, 0.0), (40.0, 0.0)],
)
def test_an_answer_is_waited_for_as_long_as_the_lease_allows(now, seconds):
    assert Deadline(15.0, lambda: now).for_an_answer == pytest.approx(seconds)


def test_without_a_lease_an_answer_is_waited_for_as_long_as_the_standard_says():
    assert Deadline(NEVER).for_an_answer == 600


async def test_a_relay_that_thinks_until_the_last_moment_is_heard(link, relay):
    waited = []
    link.finish, finish = lambda within: waited.append(within) or finish(within), link.finish
    assert isinstance(await hand_over(link, a_letter(), Deadline(15.0, lambda: 1.0)), Accepted)
    assert waited == [24.0]


async def test_a_relay_that_says_nothing_until_the_lease_is_nearly_over_is_unclear(link, relay):
    relay.says[DOT] = SILENCE
    looks = iter([14.0] * 4 + [24.99])  # before each command and the dot, and then for the answer
    assert await hand_over(link, a_letter(), Deadline(15.0, lambda: next(looks))) == Unclear(
        "no answer to the whole mail"
    )
    assert not link.alive


def test_what_became_of_a_mail_is_known_before_its_lease_is_over():
    assert LEASE.total_seconds() - 5 >= WRITE_WITHIN + AFTER_DEADLINE
