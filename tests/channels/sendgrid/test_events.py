import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.reasons import REASONS
from channels.sendgrid.events import DROPPED, OF_CODE, OPT_OUTS, RECEIPTS, STOPPED
from channels.signals import Claim, OptOut, Receipt, Status
from tests.channels.sendgrid.conftest import CHANNEL, event, signed


def read(*events: object):
    return CHANNEL.read_callback(signed(json.dumps(events).encode() + b"\r\n"))


@pytest.mark.parametrize(
    ("told", "status", "reason", "code"),
    [
        (event("processed"), Status.ACCEPTED, "", ""),
        (event("deferred", response="451 busy"), Status.ACCEPTED, "", ""),
        (event("deferred", response="452 4.2.2 full", attempt="3"), Status.ACCEPTED, "", "4.2.2"),
        (event("delivered"), Status.DELIVERED, "", ""),
        (event("bounce", type="bounce", status="5.1.1"), Status.UNDELIVERED, "bounced", "5.1.1"),
        (event("bounce", type="blocked", status="5.7.1"), Status.UNDELIVERED, "blocked", "5.7.1"),
        (event("blocked"), Status.UNDELIVERED, "blocked", ""),
        (event("dropped", reason="Bounced Address", status="oops"), Status.UNDELIVERED, "dropped", ""),
    ],
)
def test_an_event_is_a_receipt(told, status, reason, code):
    assert read(told) == [Receipt("r1", "e1", status, "m-1", reason, code)]


@pytest.mark.parametrize(
    ("said", "reason"),
    [("spamreport", "spam_report"), ("unsubscribe", "unsubscribed"), ("group_unsubscribe", "unsubscribed")],
)
def test_a_reader_who_stops_us_is_an_opt_out(said, reason):
    assert read(event(said)) == [OptOut("r1", "e1", reason)]


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (reason, bounce)
        for reason, bounces in {
            "bounced": [
                {"status": "5.1.1"},
                {"status": "5.2.1"},
                {"status": "5.0.0"},
                {"status": ""},
                {"status": "5.4.4", "bounce_classification": "Invalid Address"},
            ],
            "mailbox_full": [
                {"status": "5.2.2"},
                {"status": "4.2.2"},
                {"status": "5.2.2", "type": "blocked"},
                {"status": "", "reason": "552 5.2.2 Over quota"},
                {"status": "5.0.0", "reason": "552-5.2.2 Over quota"},
            ],
            "too_long": [{"status": "5.3.4"}, {"status": "5.2.3", "type": "blocked"}],
            "blocked": [
                {"status": "5.7.1"},
                {"status": "4.4.1"},
                {"status": "5.1.1", "type": "blocked"},
                {"status": "4.7.0", "type": "expired"},
                {"status": "5.0.0", "bounce_classification": "Reputation"},
            ],
        }.items()
        for bounce in bounces
    ],
)
def test_a_bounce_blames_the_address_only_if_the_address_is_at_fault(reason, told):
    (receipt,) = read(event("bounce", **{"type": "bounce", **told}))
    assert (receipt.status, receipt.reason) == (Status.UNDELIVERED, reason)


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        ("Bounced Address", "dropped"),
        ("Invalid", "bad_address"),
        ("Invalid SMTPAPI header", "bad_content"),
        ("Recipient List over Package Quota", "refused"),
        ("", "refused"),
    ],
)
def test_what_sendgrid_drops_is_blamed_on_whoever_is_at_fault(why, reason):
    (receipt,) = read(event("dropped", reason=why))
    assert receipt.reason == reason


@pytest.mark.parametrize(
    ("why", "stop"), [("Unsubscribed Address", "unsubscribed"), ("Spam Reporting Address", "spam_report")]
)
def test_a_stop_that_only_sendgrid_has_heard_becomes_ours(why, stop):
    receipt, heard = read(event("dropped", reason=why))
    assert (receipt.status, receipt.reason) == (Status.UNDELIVERED, "opted_out")
    assert heard == OptOut("r1", "e1:stop", stop)


def test_every_reason_means_something():
    given = {reason for _, reason in RECEIPTS.values()} | {*OPT_OUTS.values(), *DROPPED.values()}
    given |= {*STOPPED.values(), *OF_CODE.values()}
    assert given - {""} - set(REASONS) == set()


@pytest.mark.parametrize(
    "told",
    [event("open"), event("click"), event("group_resubscribe"), event("invented"), {"event": "delivered"}, {}, 7, None],
)
def test_what_proves_nothing_or_is_not_ours_is_skipped(told):
    assert read(told, event("delivered")) == read(event("delivered"))


def test_an_event_without_an_id_still_has_a_stable_key():
    told = {"event": "delivered", "reference": "r1"}
    assert read(told) == [Receipt("r1", "r1:delivered", Status.DELIVERED)]


def test_an_event_without_an_id_that_is_told_again_keeps_its_key_and_the_next_try_has_another():
    def key(**more: str | int):
        (receipt,) = read({"event": "deferred", "reference": "r1", **more})
        return receipt.key

    assert key(attempt="1", timestamp=7) == key(attempt="1", timestamp=7) == "r1:deferred:1:7"
    assert key(attempt="2", timestamp=7) != key(attempt="1", timestamp=7)


def test_what_a_stranger_wrote_is_not_kept():
    (receipt,) = read(event("bounce", reason="550 Maria Lopez <m@example.org> unknown"))
    assert "Lopez" not in repr(receipt)


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"7", b"null", b'"x"', b"[" * 9999, b"[[]]"])
def test_a_signed_body_that_is_no_list_of_events_says_nothing(body):
    assert CHANNEL.read_callback(signed(body)) == []


def test_bytes_that_are_no_text_say_nothing_however_well_signed():
    assert CHANNEL.read_callback(signed(b"\xff\xfe")) == []


# --- whatever is signed ------------------------------------------------------------------------

ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.just("x" * 999),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = {
    "event": st.sampled_from([*RECEIPTS, *OPT_OUTS, "open", "group_resubscribe"]),
    "type": st.sampled_from(["bounce", "blocked", "expired"]),
    "status": st.from_regex(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}", fullmatch=True),
    "reason": st.sampled_from([*DROPPED, "552 5.2.2 full", "550"]),
    "bounce_classification": st.sampled_from(["Content", "Invalid Address"]),
    **dict.fromkeys(("sg_event_id", "sg_message_id", "attempt", "timestamp"), st.text(max_size=9) | st.integers()),
}
EVENTS = st.fixed_dictionaries(
    {"reference": st.just("r1") | ODD}, optional={name: given | ODD for name, given in FIELDS.items()}
)


@given(st.lists(EVENTS | ODD, max_size=4))
def test_whatever_is_signed_is_read_without_a_fault_and_the_same_way_each_time(events):
    heard = read(*events)
    assert heard == read(*events)
    assert all(0 < len(signal.key) < 1_000 and signal.key.isascii() and signal.key.isprintable() for signal in heard)
    reasons = {signal.reason for signal in heard}
    assert reasons - {""} - set(REASONS) == set()


def test_what_a_batch_claims_to_be_about_is_seen_before_it_is_verified():
    assert CHANNEL.claim(signed(json.dumps([{"event": "open"}, event("delivered")]).encode())) == Claim("r1")
    for body in (b"[", b"[]", b"[{}]", b"{}"):
        assert CHANNEL.claim(signed(body)) is None
