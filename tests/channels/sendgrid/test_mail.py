import email.utils
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sendgrid.helpers import mail as vendor

from channels.contract import (
    Accepted,
    Mail,
    MessageChannel,
    OutgoingMessage,
    Refused,
    TryLater,
    Unclear,
)
from channels.sendgrid.mail import SendGridMail
from channels.transport import NEVER

MAIL = Mail("Renew, [[name]]", "Hello [[name]]: [[link]]", '<a href="[[link|html]]">Hello [[name|html]]</a>')
SENDER = "Medi-Cal renewals <renewals@orange.example.org>"
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def message(number=0, **changed: object):
    made = OutgoingMessage(
        reference=f"r{number}",
        code="K7Q2M",
        to=f"p{number}@example.org",
        sender=SENDER,
        language="en",
        mail=MAIL,
        words={"name": "Ana", "link": f"https://kc.example/{number}?a=1&b=2"},
        unsubscribe_url=f"https://kc.example/unsubscribe/{number}",
    )
    return replace(made, **changed)


def took(_):
    return b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nX-Message-Id: m-1\r\n\r\n"


def test_it_is_a_channel(channel):
    port: MessageChannel = channel
    assert (port.name, port.capabilities.batch) == ("sendgrid", 1000)


# --- what goes out ---------------------------------------------------------------------------


def by_the_vendor(*messages: OutgoingMessage):
    """Build the same request with SendGrid's own helper."""
    made = vendor.Mail()
    name, address = email.utils.parseaddr(messages[0].sender)
    made.from_email = vendor.Email(address, name)
    made.subject = MAIL.subject
    made.add_content(vendor.Content("text/plain", MAIL.text))
    made.add_content(vendor.Content("text/html", MAIL.html))
    made.tracking_settings = vendor.TrackingSettings(
        click_tracking=vendor.ClickTracking(enable=False, enable_text=False),
        open_tracking=vendor.OpenTracking(enable=False),
        subscription_tracking=vendor.SubscriptionTracking(enable=False),
        ganalytics=vendor.Ganalytics(enable=False),
    )
    for one in reversed(messages):  # the helper puts each before the last
        person = vendor.Personalization()
        person.add_to(vendor.Email(one.to))
        person.add_custom_arg(vendor.CustomArg("reference", one.reference))
        person.add_header(vendor.Header("List-Unsubscribe", f"<{one.unsubscribe_url}>"))
        person.add_header(vendor.Header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
        for word, value in one.words.items():
            person.add_substitution(vendor.Substitution(f"[[{word}]]", value))
            person.add_substitution(vendor.Substitution(f"[[{word}|html]]", value.replace("&", "&amp;")))
        made.add_personalization(person)
    return made.get()


async def test_the_request_is_what_the_vendors_helper_would_build(channel, provider):
    provider.answer = took
    await channel.send([message(1), message(2)], not_after=NEVER)
    (asked,) = provider.asked
    assert (asked.method, asked.path) == ("POST", "/sandbox/sendgrid/v3/mail/send")
    assert asked.headers["authorization"] == "Bearer SG.test"
    assert asked.headers["content-type"] == "application/json"
    assert asked.json == by_the_vendor(message(1), message(2))


async def test_what_a_member_is_called_cannot_become_markup(channel, provider):
    provider.answer = took
    await channel.send([message(words={"name": '<b>"O\'Neil" & co'})], not_after=NEVER)
    (person,) = provider.asked[0].json["personalizations"]
    assert person["substitutions"] == {
        "[[name]]": '<b>"O\'Neil" & co',
        "[[name|html]]": "&lt;b&gt;&quot;O&#x27;Neil&quot; &amp; co",
    }


async def test_without_an_address_to_unsubscribe_no_header_promises_one(channel, provider):
    provider.answer = took
    await channel.send([message(unsubscribe_url="", sender="bare@orange.example.org")], not_after=NEVER)
    assert "headers" not in provider.asked[0].json["personalizations"][0]
    assert provider.asked[0].json["from"] == {"email": "bare@orange.example.org"}


async def test_neighbours_share_a_request_if_mail_and_sender_are_the_same(channel, provider):
    provider.answer = took
    other = replace(MAIL, subject="Another")
    messages = [message(1), message(2), message(3, mail=other), message(4, mail=other, sender="b@example.org")]
    assert await channel.send(messages, not_after=NEVER) == [Accepted("m-1")] * 4
    sizes = sorted(len(asked.json["personalizations"]) for asked in provider.asked)
    assert sizes == [1, 1, 2]


async def test_a_family_that_shares_an_address_is_written_to_in_requests_of_its_own(channel, provider):
    provider.answer = took
    family = [message(1), message(2, to="P1@example.org"), message(3)]
    assert await channel.send(family, not_after=NEVER) == [Accepted("m-1")] * 3
    assert sorted(len(asked.json["personalizations"]) for asked in provider.asked) == [1, 2]


async def test_a_message_whose_first_try_failed_goes_in_a_request_of_its_own(channel, provider):
    provider.answer = took
    messages = [message(1), message(2, alone=True), message(3), message(4)]
    assert await channel.send(messages, not_after=NEVER) == [Accepted("m-1")] * 4
    assert sorted(len(asked.json["personalizations"]) for asked in provider.asked) == [1, 1, 2]


async def test_a_request_carries_a_thousand_people_at_most(channel, provider):
    provider.answer = took
    outcomes = await channel.send([message(number) for number in range(1001)], not_after=NEVER)
    assert outcomes == [Accepted("m-1")] * 1001
    assert sorted(len(asked.json["personalizations"]) for asked in provider.asked) == [1, 1000]


async def test_neighbours_share_a_request_only_if_time_fence_and_category_are_the_same(channel, provider):
    provider.answer = took
    later = NOON + timedelta(hours=1)
    messages = [
        message(1, send_at=NOON, fence="b1", category="two_months"),
        message(2, send_at=NOON, fence="b1", category="two_months"),
        message(3, send_at=later, fence="b1", category="two_months"),
        message(4, send_at=later, fence="b2", category="two_months"),
        message(5, send_at=later, fence="b2", category="last_call"),
    ]
    await channel.send(messages, not_after=NEVER)
    said = sorted(
        (asked.json["send_at"], asked.json["batch_id"], *asked.json["categories"], len(asked.json["personalizations"]))
        for asked in provider.asked
    )
    noon = int(NOON.timestamp())
    assert said == [
        (noon, "b1", "two_months", 2),
        (noon + 3600, "b1", "two_months", 1),
        (noon + 3600, "b2", "last_call", 1),
        (noon + 3600, "b2", "two_months", 1),
    ]


async def test_a_person_with_too_many_words_is_refused_alone_and_never_sent(channel, provider):
    provider.answer = took
    wordy = message(2, words={"name": "é" * 5_001})
    outcomes = await channel.send([message(1), wordy, message(3)], not_after=NEVER)
    assert outcomes == [Accepted("m-1"), Refused("too_long"), Accepted("m-1")]
    assert sorted(asked.json["personalizations"][0]["to"][0]["email"] for asked in provider.asked) == [
        "p1@example.org",
        "p3@example.org",
    ]


async def test_a_request_that_would_be_too_large_is_sent_in_parts_without_asking(channel, provider, monkeypatch):
    provider.answer = took
    monkeypatch.setattr("channels.sendgrid.mail.LONGEST", 2_000)
    messages = [message(number) for number in range(8)]
    assert await channel.send(messages, not_after=NEVER) == [Accepted("m-1")] * 8
    assert len(provider.asked) > 1
    assert all(len(asked.body) <= 2_000 for asked in provider.asked)


async def test_a_mail_that_is_too_large_for_anybody_is_refused(channel, provider, monkeypatch):
    monkeypatch.setattr("channels.sendgrid.mail.LONGEST", 100)
    assert await channel.send([message(1), message(2)], not_after=NEVER) == [Refused("too_long")] * 2
    assert provider.asked == []


async def test_a_page_instead_of_a_refusal_is_unclear_and_not_searched_among_the_readers(channel, provider, http):
    provider.answer = lambda _: http(400, b"<html>Bad Request</html>")
    assert await channel.send([message(1), message(2)], not_after=NEVER) == [Unclear("HTTP 400")] * 2
    assert len(provider.asked) == 1


async def test_a_message_without_a_mail_is_refused_alone(channel, provider):
    provider.answer = took
    outcomes = await channel.send([message(1), message(2, mail=None)], not_after=NEVER)
    assert outcomes == [Accepted("m-1"), Refused("no_mail")]


async def test_a_broken_character_does_not_stop_the_batch(channel, provider):
    provider.answer = took
    outcomes = await channel.send([message(1, words={"name": "\ud800"}), message(2)], not_after=NEVER)
    assert outcomes == [Accepted("m-1")] * 2


# --- what came back --------------------------------------------------------------------------


def faults(*fields: str | None):
    return {"errors": [{"message": "…", "field": field, "help": None} for field in fields]}


BAD_TO = "personalizations.0.to.0.email"


async def test_bad_addresses_stand_alone_and_the_others_are_sent(channel, provider, http):
    bad = {"p3@example.org", "p8@example.org"}

    def answer(asked):
        people = {person["to"][0]["email"] for person in asked.json["personalizations"]}
        return http(400, faults(BAD_TO)) if people & bad else took(asked)

    provider.answer = answer
    outcomes = await channel.send([message(number) for number in range(10)], not_after=NEVER)
    expected = [Refused("bad_address", "400") if number in (3, 8) else Accepted("m-1") for number in range(10)]
    assert outcomes == expected


async def test_what_is_too_large_is_sent_in_smaller_parts(channel, provider, http):
    provider.answer = lambda asked: http(413) if len(asked.json["personalizations"]) > 2 else took(asked)
    assert await channel.send([message(number) for number in range(8)], not_after=NEVER) == [Accepted("m-1")] * 8


async def test_a_fault_of_the_mail_itself_is_not_searched_among_its_readers(channel, provider, http):
    provider.answer = lambda _: http(400, faults("content.1.value"))
    outcomes = await channel.send([message(number) for number in range(8)], not_after=NEVER)
    assert outcomes == [Refused("bad_content", "400")] * 8
    assert len(provider.asked) == 1


async def test_the_wait_that_sendgrid_asks_for_is_handed_on(channel, provider, http):
    provider.answer = lambda _: http(429, Retry_After="9")
    assert await channel.send([message()], not_after=NEVER) == [TryLater("rate_limited", "429", timedelta(seconds=9))]


async def test_a_lost_answer_is_unclear_for_all_and_never_repeated(channel, provider):
    provider.answer = lambda _: b""
    outcomes = await channel.send([message(1), message(2)], not_after=NEVER)
    assert [type(outcome) for outcome in outcomes] == [Unclear, Unclear]
    assert len(provider.asked) == 1


async def test_what_was_not_written_may_be_tried_later(channel, transport, provider):
    assert await channel.send([message()], not_after=0) == [TryLater("deadline")]
    nobody = SendGridMail(transport, api_key="k", base_url="http://127.0.0.1:1")
    assert await nobody.send([message()], not_after=NEVER) == [TryLater("unreachable")]
    assert provider.asked == []


async def test_a_mail_that_was_taken_without_an_id_was_taken(channel, provider, http):
    provider.answer = lambda _: http(202)
    assert await channel.send([message()], not_after=NEVER) == [Accepted("")]


@pytest.mark.parametrize("key", ["no key", "AAAA", "ñ"])
def test_a_public_key_that_is_none_is_refused_at_the_start(transport, key):
    with pytest.raises(ValueError, match="public key"):
        SendGridMail(transport, api_key="k", base_url="http://x", public_keys=[key])
