import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.signals import BadSignature, Claim, OptOut, Receipt, Reply, Status
from channels.telnyx.webhooks import STATUSES, claim, signals
from tests.channels.telnyx.conftest import an_event, signed

FINAL = "message.finalized"
STOP = {"code": "40300", "title": "Blocked due to STOP message", "detail": "…"}


def heard(event, **callback):
    return list(signals(signed(event, **callback)))


def a_reply(**changed):
    person, ours = {"phone_number": "+17145550100"}, [{"phone_number": "+17145550199"}]
    said = {"from": person, "to": ours, "direction": "inbound", "text": "STOP", "webhook_url": None, **changed}
    return an_event("message.received", **said)


def inbound(event):
    return heard(event, path="inbound", reference="")


@pytest.mark.parametrize("said", ["queued", "sending", "sent"])
def test_a_text_on_its_way_is_accepted(said):
    assert heard(an_event("message.sent", said)) == [Receipt("r1", "e-1", Status.ACCEPTED, "m-1")]


def test_a_delivered_text_is_delivered():
    assert heard(an_event(FINAL, "delivered")) == [Receipt("r1", "e-1", Status.DELIVERED, "m-1")]


def test_what_the_carrier_never_confirmed_proves_nothing():
    assert heard(an_event(FINAL, "delivery_unconfirmed")) == [Receipt("r1", "e-1", Status.ACCEPTED, "m-1")]


@pytest.mark.parametrize(
    ("said", "errors", "reason", "code"),
    [
        ("delivery_failed", [{"code": "40001"}], "landline", "40001"),
        ("sending_failed", [{"code": "40014"}], "expired_at_provider", "40014"),
        ("expired", [{"code": "40005"}], "handset_unreachable", "40005"),
        ("expired", [], "expired_at_provider", ""),
        ("delivery_failed", [], "unexplained", ""),
        ("delivery_failed", [{"code": "99999"}], "unexplained", "99999"),
        ("cancelled", [], "canceled_at_provider", ""),
    ],
)
def test_a_failed_text_has_its_reason(said, errors, reason, code):
    receipt = Receipt("r1", "e-1", Status.UNDELIVERED, "m-1", reason, code)
    assert heard(an_event(FINAL, said, errors=errors)) == [receipt]


@pytest.mark.parametrize("odd", ["m\0", "é", "x" * 10_000])
def test_ids_that_nobody_could_keep_are_none(odd):
    event = an_event(FINAL, "delivered")
    event["data"]["id"] = odd
    assert heard(event) == [Receipt("r1", "m-1:delivered", Status.DELIVERED, "m-1")]
    assert heard(an_event(FINAL, "delivered", id=odd)) == inbound(a_reply(id=odd)) == []


def test_a_text_that_a_stop_blocked_tells_of_the_stop_as_well():
    receipt, stop = heard(an_event(FINAL, "sending_failed", errors=[STOP]))
    assert (receipt.status, receipt.reason) == (Status.UNDELIVERED, "opted_out")
    assert stop == OptOut("r1", "e-1:stop", "carrier")


def test_another_block_is_no_stop():
    (receipt,) = heard(an_event(FINAL, "delivery_failed", errors=[{"code": "40300", "title": "Blocked"}]))
    assert receipt.reason == "blocked"


def test_the_same_event_again_has_the_same_key():
    again = an_event(FINAL, "delivered")
    again["meta"]["attempt"] = 2
    assert heard(again) == heard(an_event(FINAL, "delivered"))


def test_an_event_of_one_text_is_refused_at_the_address_of_another():
    with pytest.raises(BadSignature):
        heard(an_event(FINAL, "delivered", reference="r2"))


def test_an_event_without_our_address_is_believed_for_its_path():
    assert heard(an_event(FINAL, "delivered", webhook_url=None))


def test_a_reply_is_read():
    assert inbound(a_reply()) == [Reply("m-1", "+17145550100", "+17145550199", "STOP")]


@pytest.mark.parametrize(("said", "did"), [("STOP", "stop"), ("START", "start"), ("help", "help"), (None, "")])
def test_a_keyword_that_telnyx_answered_is_not_answered_again(said, did):
    (reply,) = inbound(a_reply(autoresponse_type=said))
    assert reply.provider_did == did


def test_a_picture_without_words_is_a_reply_all_the_same():
    (reply,) = inbound(a_reply(text=None, type="MMS", media=[{"url": "https://media.example/1"}]))
    assert reply.body == ""


def test_the_status_of_a_text_is_no_reply():
    assert inbound(an_event(FINAL, "delivered")) == []


def test_a_reply_is_no_status_of_a_text():
    assert heard(a_reply()) == []


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b'{"data": 1}', b"[" * 100_000])
def test_a_signed_body_that_is_no_event_tells_nothing(body):
    assert heard(body) == []


@pytest.mark.parametrize(
    "changed", [{"id": None}, {"to": []}, {"to": None}, {"to": ["x"]}, {"to": [{"status": "new"}]}, {"to": [{}]}]
)
def test_an_event_with_a_part_missing_tells_nothing(changed):
    assert heard(an_event(FINAL, "delivered", **changed)) == []


PARTS = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.sampled_from(["message.received", *STATUSES]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["data", "payload", "id", "to", "from", "status", "phone_number", "errors", "event_type"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


@given(PARTS, st.sampled_from(["", "r1"]))
def test_whatever_is_signed_is_read_or_left(event, reference):
    callback = replace(signed(json.dumps(event).encode()), reference=reference)
    assert all(isinstance(one, Receipt | Reply | OptOut) for one in signals(callback))


def test_what_a_text_to_us_claims_to_be_about_is_seen_before_it_is_verified(event, called_back):
    text = called_back(event("message.received", direction="inbound"), reference="")
    assert claim(text) == Claim(called="+17145550100")
    for other in (event("message.sent"), b"[", b"{}"):
        assert claim(called_back(other, reference="")) is None
