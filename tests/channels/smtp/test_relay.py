import pytest

from channels.contract import TryLater
from channels.smtp.relay import Broken, Relay, Shut, open_link
from tests.channels.smtp.conftest import CUT, DOT, SILENCE

SOON = 5.0


async def test_a_link_knows_what_the_relay_offers(relay):
    relay.says["EHLO"] = "250-relay.example\r\n250-SIZE 1234\r\n250 DSN"
    link = await open_link(relay.reached_by(), SOON)
    assert (link.alive, link.longest, link.offers("dsn"), link.offers("smtputf8")) == (True, 1234, True, False)
    await link.leave()
    assert not link.alive


@pytest.mark.parametrize("size", ["", "SIZE", "SIZE many", "SIZE ²", "SIZE " + "9" * 5000], ids=range(5))
async def test_a_relay_that_names_no_size_has_no_limit(relay, size):
    relay.says["EHLO"] = f"250-relay.example\r\n250 {size or 'DSN'}"
    link = await open_link(relay.reached_by(), SOON)
    assert link.longest == 0
    await link.leave()


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ({"hello": CUT}, TryLater("unreachable")), ({"hello": SILENCE}, TryLater("unreachable")),
        ({"EHLO": SILENCE}, TryLater("unreachable")), ({"EHLO": "550 no"}, TryLater("misconfigured", "550")),
        ({"hello": "421 4.3.2 later"}, TryLater("unreachable", "421 4.3.2")),
        ({"hello": "HTTP/1.1 400 Bad Request"}, TryLater("misconfigured")),
    ],
)  # fmt: skip
async def test_why_a_relay_does_not_let_us_in(relay, says, why):
    relay.says |= says
    with pytest.raises(Shut) as shut:
        await open_link(relay.reached_by(), 0.05 if SILENCE in says.values() else SOON)
    assert shut.value.outcome == why
    assert shut.value.__cause__ is None


async def test_a_host_that_is_no_name_is_a_wrong_setting():
    with pytest.raises(Shut) as shut:
        await open_link(Relay("a" * 64 + ".example", 25, starttls=False), SOON)
    assert shut.value.outcome == TryLater("misconfigured")


async def test_a_dot_that_could_not_be_written_is_no_mail(relay):
    link = await open_link(relay.reached_by(), SOON)
    link.drop()
    for step in (link.ask("NOOP", SOON), link.pour(b"x\r\n", SOON), link.finish(SOON)):
        with pytest.raises(Broken):
            await step


async def test_a_relay_that_goes_away_after_the_lines_is_noticed_before_the_dot(relay):
    link = await open_link(relay.reached_by(), SOON)
    await link.pour(b"x\r\n", SOON)
    link._client.transport.abort()  # noqa: SLF001  (what a reset does)
    with pytest.raises(Broken):
        await link.finish(SOON)
    assert DOT not in relay.heard


def test_a_password_is_not_in_the_repr():
    assert "secret" not in repr(Relay("relay.example", username="us", password="secret"))
