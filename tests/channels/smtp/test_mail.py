import asyncio
import itertools

import pytest

from channels.contract import Accepted, CannotSay, Lookup, Mail, Refused, TooLate, TryLater, Unclear
from channels.signals import BadSignature, Callback
from channels.smtp.mail import SmtpMail
from channels.smtp.relay import Relay
from tests.channels.smtp.conftest import CUT, DOT, MOMENT, NEVER, a_message, relaying

ID = "ref-1@orange.example.org"


async def sent(adapter, *messages, not_after=NEVER):
    return list(await adapter.send(messages or [a_message()], not_after=not_after))


def many(count):
    return [a_message(reference=f"ref-{number}", to=f"p{number}@example.org") for number in range(count)]


# --- what is accepted -------------------------------------------------------------------------


async def test_a_mail_is_handed_in_and_known_by_its_message_id(adapter, relay):
    assert await sent(adapter) == [Accepted(ID)]
    (mail,) = relay.parsed
    assert (mail["Subject"], mail["To"], mail["Message-ID"]) == ("Hello Ana", "ana@example.org", f"<{ID}>")
    assert relay.heard[1] == f"MAIL FROM:<renewals@orange.example.org> SIZE={len(relay.mails[0]) - 3}"
    assert relay.heard[2] == "RCPT TO:<ana@example.org>"


async def test_each_person_gets_a_mail_of_their_own_in_order(adapter, relay):
    assert [one.provider_id.partition("@")[0] for one in await sent(adapter, *many(30))] == [
        f"ref-{number}" for number in range(30)
    ]
    assert {mail["To"] for mail in relay.parsed} == {f"p{number}@example.org" for number in range(30)}
    assert relay.verbs.count("RCPT") == len(relay.mails) == 30


async def test_a_handful_of_connections_carries_all_mails(adapter, relay):
    await sent(adapter, *many(50))
    await sent(adapter, *many(50))
    assert relay.connections <= adapter.capabilities.at_once == 8
    assert relay.verbs.count("EHLO") == relay.connections


async def test_reports_are_asked_for_where_the_relay_offers_them(adapter, relay):
    relay.says["EHLO"] = "250-relay.example\r\n250 DSN"
    await sent(adapter, a_message(reference="a+b=c"))
    assert relay.heard[1:3] == [
        "MAIL FROM:<renewals@orange.example.org> RET=HDRS ENVID=a+2Bb+3Dc",
        "RCPT TO:<ana@example.org> NOTIFY=SUCCESS,FAILURE,DELAY",
    ]


async def test_a_line_that_begins_with_a_dot_arrives_whole(adapter, relay):
    await sent(adapter, a_message(mail=Mail("s", ".hidden\n.\n..two\n", "<p>")))
    assert relay.parsed[0].get_body(["plain"]).get_content().splitlines() == [".hidden", ".", "..two"]


# --- what surely was not sent -----------------------------------------------------------------


async def test_nothing_is_written_after_the_deadline(adapter, relay):
    assert await sent(adapter, not_after=0) == [TryLater("deadline")]
    assert relay.heard == []


@pytest.mark.parametrize(("looks", "last"), [(1, "EHLO"), (2, "MAIL"), (3, "RCPT"), (4, "DATA")])
async def test_a_deadline_that_passes_on_the_way_ends_the_mail_before_its_dot(relay, looks, last):
    moments = itertools.count()
    adapter = SmtpMail(relay.reached_by(), clock=lambda: 0 if next(moments) < looks else 2)
    assert await sent(adapter, not_after=1) == [TryLater("deadline")]
    await adapter.close()
    assert relay.mails == []
    assert [verb for verb in relay.verbs if verb != "QUIT"][-1] == last


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
async def test_a_cut_before_the_mail_is_whole_is_no_mail(adapter, relay, verb):
    relay.says[verb] = CUT
    assert await sent(adapter) == [TryLater("unreachable")]


async def test_a_cut_in_the_middle_of_a_big_mail_is_no_mail(adapter, relay):
    """The relay goes away while the lines are still being written: the dot was never out."""
    relay.says["EHLO"], relay.after_data = "250 relay.example", CUT
    big = Mail("s", "x", ("y" * 70 + "\n") * 300_000)
    assert await sent(adapter, a_message(mail=big)) == [TryLater("unreachable")]


async def test_an_answer_out_of_step_is_no_mail(adapter, relay):
    relay.says["DATA"] = "250 what data?"
    assert await sent(adapter) == [TryLater("unreachable")]


async def test_nobody_at_the_port(unused_tcp_port):
    assert await sent(SmtpMail(Relay("127.0.0.1", unused_tcp_port, starttls=False))) == [TryLater("unreachable")]


async def test_a_relay_that_does_not_let_us_in_is_asked_once_and_not_for_each_mail(relay):
    relay.says |= {"EHLO": "250-relay.example\r\n250 AUTH PLAIN", "AUTH": "535 5.7.8 wrong password"}
    adapter = SmtpMail(relay.reached_by(username="us", password="secret"))
    assert set(await sent(adapter, *many(100))) == {TryLater("misconfigured", "535 5.7.8")}
    assert relay.verbs.count("AUTH") <= adapter.capabilities.at_once


# --- what the relay refuses -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "says", "outcome"),
    [
        ("MAIL", "550 5.1.8 bad sender", TryLater("misconfigured", "550 5.1.8")),
        ("MAIL", "451 4.3.0 later", TryLater("deferred", "451 4.3.0")),
        ("RCPT", "550 5.1.1 no such user", Refused("bad_address", "550 5.1.1")),
        ("RCPT", "452 4.2.2 full", TryLater("mailbox_full", "452 4.2.2")),
        ("RCPT", "554 5.7.1 Relay access denied", TryLater("misconfigured", "554 5.7.1")),
        ("DATA", "554 5.5.1 no valid recipients", TryLater("misconfigured", "554 5.5.1")),
        (DOT, "554 5.7.1 spam", Refused("blocked", "554 5.7.1")),
        (DOT, "451 4.7.1 greylisted", TryLater("put_off", "451 4.7.1")),
        (DOT, "421 4.3.2 going down", TryLater("unreachable", "421 4.3.2")),
        ("MAIL", "421 4.7.0 too many", TryLater("rate_limited", "421 4.7.0")),
    ],
)
async def test_a_refusal_is_judged(adapter, relay, verb, says, outcome):
    relay.says[verb] = says
    assert await sent(adapter) == [outcome]


async def test_after_a_refusal_the_connection_is_used_again_from_the_beginning(adapter, relay):
    relay.says["RCPT"] = lambda line, times: "250 ok" if times > 1 else "550 5.1.1 no such user"
    assert await sent(adapter) == [Refused("bad_address", "550 5.1.1")]
    assert await sent(adapter) == [Accepted(ID)]
    assert relay.connections == 1
    assert relay.verbs == ["EHLO", "MAIL", "RCPT", "RSET", "MAIL", "RCPT", "DATA", DOT]


async def test_a_mail_that_is_longer_than_the_relay_takes_is_not_tried(adapter, relay):
    relay.says["EHLO"] = "250-relay.example\r\n250 SIZE 100"
    assert await sent(adapter) == [Refused("too_long")]
    assert "MAIL" not in relay.verbs


async def test_one_bad_message_holds_up_no_other(adapter):
    bad = [
        a_message(to="ana@example.org>\r\nRCPT TO:<eve@example.org"), a_message(sender="nobody"), a_message(mail=None),
        a_message(reference="a b"), a_message(),
    ]  # fmt: skip
    assert await sent(adapter, *bad) == [
        Refused("bad_address"), TryLater("misconfigured"), Refused("no_mail"), Refused("bad_content"), Accepted(ID),
    ]  # fmt: skip


# --- what nobody knows ------------------------------------------------------------------------


@pytest.mark.parametrize("says", [CUT, "no SMTP at all", "250", "354 more?", "9" * 40_000])
async def test_only_a_whole_mail_without_a_clear_answer_is_unclear(adapter, relay, says):
    relay.says[DOT] = says
    (outcome,) = await sent(adapter)
    assert isinstance(outcome, Accepted if says == "250" else Unclear)
    assert len(relay.mails) == 1


async def test_an_answer_that_never_comes_is_unclear(adapter, relay, monkeypatch):
    monkeypatch.setattr("channels.smtp.handover.ANSWER_WITHIN", 0.01)
    relay.says[DOT] = "(nothing is said)"
    assert await sent(adapter) == [Unclear("no answer to the whole mail")]


async def test_a_mail_that_is_unclear_is_not_sent_again_by_itself(adapter, relay):
    await sent(adapter)  # so that the next one goes over a connection that grew old
    relay.says[DOT] = CUT
    assert [type(one) for one in await sent(adapter)] == [Unclear]
    assert len(relay.mails) == 2


async def test_a_send_that_is_called_off_leaves_no_half_said_connection_behind(adapter, relay):
    relay.says["RCPT"] = lambda line, times: "250 ok" if times > 1 else "(nothing is said)"
    task = asyncio.ensure_future(sent(adapter))
    while "RCPT" not in relay.verbs:
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await sent(adapter) == [Accepted(ID)]
    assert relay.connections == 2


# --- connections that grew old ----------------------------------------------------------------


@pytest.mark.parametrize("says", [CUT, "421 4.4.2 idle for too long"])
async def test_an_idle_connection_that_died_is_replaced_and_does_not_count(adapter, relay, says):
    assert await sent(adapter) == [Accepted(ID)]
    relay.says["MAIL"] = lambda line, times: says if times == 2 else "250 ok"
    assert await sent(adapter) == [Accepted(ID)]
    assert relay.connections == 2


async def test_a_connection_that_the_relay_closed_meanwhile_is_not_used(adapter, relay):
    await sent(adapter)
    relay.talks[0].cancel()
    await asyncio.wait(relay.talks)
    assert await sent(adapter) == [Accepted(ID)]
    assert (relay.connections, len(relay.mails)) == (2, 2)


async def test_closing_takes_leave_of_the_relay(adapter, relay):
    await sent(adapter)
    await adapter.close()
    assert relay.verbs[-1] == "QUIT"
    assert await sent(adapter) == [Accepted(ID)]


# --- nothing in the clear ---------------------------------------------------------------------


async def test_starttls_comes_first_and_everything_else_is_encrypted(certificate):
    server, client = certificate
    offer = lambda line, times: "250-r\r\n250 " + ("STARTTLS" if times == 1 else "AUTH PLAIN")  # noqa: E731
    async with relaying(tls=server, says={"EHLO": offer}) as relay:
        adapter = SmtpMail(relay.reached_by(starttls=True, tls=client, username="us", password="secret"))
        assert await sent(adapter) == [Accepted(ID)]
        await adapter.close()
    assert relay.verbs[:5] == ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL"]


async def test_a_relay_that_offers_no_encryption_gets_nothing(relay):
    adapter = SmtpMail(relay.reached_by(starttls=True, username="us", password="secret"))
    assert await sent(adapter) == [TryLater("misconfigured")]
    assert relay.verbs == ["EHLO"]


async def test_a_relay_that_takes_starttls_back_gets_nothing(relay):
    relay.says |= {"EHLO": "250-r\r\n250 STARTTLS", "STARTTLS": "454 4.7.0 not now"}
    assert await sent(SmtpMail(relay.reached_by(starttls=True))) == [TryLater("unreachable", "454 4.7.0")]
    assert "MAIL" not in relay.verbs


async def test_a_stranger_certificate_is_refused(certificate):
    async with relaying(tls=certificate[0], says={"EHLO": "250-r\r\n250 STARTTLS"}) as relay:
        assert await sent(SmtpMail(relay.reached_by(starttls=True))) == [TryLater("misconfigured", "TLS")]
    assert relay.verbs == ["EHLO", "STARTTLS"]


async def test_tls_from_the_first_byte_on_its_own_port(certificate, monkeypatch):
    server, client = certificate
    async with relaying(implicit=server) as relay:
        monkeypatch.setattr("channels.smtp.relay.IMPLICIT_TLS", relay.port)
        adapter = SmtpMail(relay.reached_by(starttls=True, tls=client))
        assert await sent(adapter) == [Accepted(ID)]
        await adapter.close()
    assert "STARTTLS" not in relay.verbs


# --- the rest of the port ---------------------------------------------------------------------


async def test_a_check_signs_in_and_sends_nothing(relay):
    relay.says["EHLO"] = "250-r\r\n250 AUTH PLAIN"
    health = await SmtpMail(relay.reached_by(username="us", password="secret")).check()
    assert (health.ok, health.detail) == (True, "the relay takes mail from us in the clear, and we are signed in")
    assert relay.verbs == ["EHLO", "AUTH", "NOOP", "QUIT"]


@pytest.mark.parametrize(
    ("says", "detail"),
    [
        ({"hello": "554 5.7.1 go away"}, "does not let us in (554 5.7.1)"),
        ({"EHLO": CUT}, "cannot be reached"),
        ({"EHLO": "421 4.3.2 closed for tonight"}, "cannot be reached (421 4.3.2)"),
        ({"hello": "450 4.7.0 busy"}, "does not take mail from us now (450 4.7.0)"),
        ({"NOOP": CUT}, "says nothing"),
        ({"hello": "HTTP/1.1 400 Bad Request"}, "does not let us in"),
    ],
)
async def test_a_check_says_what_is_wrong(relay, says, detail):
    relay.says |= says
    health = await SmtpMail(relay.reached_by()).check()
    assert not health.ok
    assert detail in health.detail


async def test_a_relay_has_no_list_to_search_and_takes_nothing_back(adapter):
    assert isinstance(await adapter.find(Lookup("ref-1", "K7Q2", "a@example.org", "s", MOMENT)), CannotSay)
    assert isinstance(await adapter.cancel(None), TooLate)


def test_without_a_secret_every_report_is_refused(adapter):
    callback = Callback("https://us.example/callbacks/smtp/events", {}, b"", MOMENT, kind="events")
    with pytest.raises(BadSignature):
        adapter.read_callback(callback)


def test_nothing_secret_or_personal_is_in_a_repr(relay):
    adapter = SmtpMail(relay.reached_by(username="us", password="secret"), secrets=["shared"])
    shown = repr(adapter) + repr(relay.reached_by(password="secret"))
    assert [word for word in ("secret", "shared") if word in shown] == []
