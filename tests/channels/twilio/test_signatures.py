from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from channels.signals import BadSignature, Callback, Claim
from channels.twilio.signatures import READ, Signatures

FORM = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": "+17145550100", "Body": "sí, ¿cómo? & = +"}
SIGNATURES = Signatures(["a-token-of-tests"])


def encoded(form):
    return urlencode(form, errors="replace").encode()


def genuine_callback():
    url = "https://kc.example.org/callbacks/twilio/messages/r1"
    signature = RequestValidator("a-token-of-tests").compute_signature(url, FORM)
    return Callback(url, {"X-Twilio-Signature": signature}, encoded(FORM), datetime(2026, 12, 1, tzinfo=UTC))


@pytest.fixture
def genuine():
    return genuine_callback()


def test_a_genuine_callback_gives_its_fields(genuine):
    assert SIGNATURES.form(genuine) == FORM


def test_a_key_that_was_pressed_is_told_with_a_field_in_small_letters(called_back):
    told = {"CallSid": "CA1", "Digits": "3", "msg": "Gather End"}
    assert SIGNATURES.form(called_back("calls", told, token="a-token-of-tests")) == told


@pytest.mark.parametrize("name", ["x-twilio-signature", "X-TWILIO-SIGNATURE"])
def test_the_header_may_be_written_in_any_case(genuine, name):
    (signature,) = genuine.headers.values()
    assert SIGNATURES.form(replace(genuine, headers={name: signature})) == FORM


def test_current_and_next_token_are_accepted_and_no_third(called_back):
    both = Signatures(["current", "next"])
    for token in ("current", "next"):
        assert both.form(called_back("inbound", FORM, token=token)) == FORM
    with pytest.raises(BadSignature):
        both.form(called_back("inbound", FORM, token="another"))


def test_without_a_token_nothing_is_genuine(called_back):
    for none in ([], [""]):
        with pytest.raises(BadSignature):
            Signatures(none).form(called_back("inbound", FORM, token=""))


@pytest.mark.parametrize("signed_as", ["https://kc.example.org:443/x?y=1", "https://kc.example.org/x?y=1"])
def test_the_port_of_the_scheme_may_be_in_the_address_or_not(genuine, signed_as):
    signature = RequestValidator("a-token-of-tests").compute_signature(signed_as, FORM)
    callback = replace(genuine, url="https://kc.example.org/x?y=1", headers={"X-Twilio-Signature": signature})
    assert SIGNATURES.form(callback) == FORM


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-Twilio-Signature": ""}, {"X-Twilio-Signature": "ñ"}, {"X-Twilio-Signature": "not base64!"}],
)
def test_a_missing_or_malformed_signature_is_refused(genuine, headers):
    with pytest.raises(BadSignature):
        SIGNATURES.form(replace(genuine, headers=headers))


@pytest.mark.parametrize("url", ["https://kc.example.org/other", "http://[", "https://kc.example.org:port/", ""])
def test_another_address_is_refused(genuine, url):
    with pytest.raises(BadSignature):
        SIGNATURES.form(replace(genuine, url=url))


@pytest.mark.parametrize("body", [b"", b"no form", b"a=1&&b=2", b"\xff\xfe", b"a=%ff", b'{"json": 1}', b"a=1&a=2"])
def test_a_body_that_is_no_form_of_twilios_is_refused(genuine, body):
    with pytest.raises(BadSignature):
        SIGNATURES.form(replace(genuine, body=body))


def test_a_form_cut_in_two_other_fields_is_refused_although_the_signed_text_is_the_same(called_back):
    callback = called_back("x", {"A": "1", "B": "2"})
    with pytest.raises(BadSignature):
        SIGNATURES.form(replace(callback, body=b"A1&B=2"))


@pytest.mark.parametrize(
    "signed_as",
    [
        "https://evil.example/callbacks/twilio/messages/r1",
        "https://kc.example.org.evil.example/callbacks/twilio/messages/r1",
        "http://kc.example.org/callbacks/twilio/messages/r1",
        "https://kc.example.org:8443/callbacks/twilio/messages/r1",
        "https://kc.example.org/callbacks/twilio/messages/r2",
        "https://kc.example.org/callbacks/twilio/messages/r1?x=1",
    ],
)
def test_what_was_signed_for_another_host_port_or_path_is_refused(genuine, signed_as):
    signature = RequestValidator("a-token-of-tests").compute_signature(signed_as, FORM)
    with pytest.raises(BadSignature):
        SIGNATURES.form(replace(genuine, headers={"X-Twilio-Signature": signature}))


def test_the_fields_may_come_in_any_order_for_they_say_the_same(genuine):
    backwards = b"&".join(reversed(genuine.body.split(b"&")))
    assert SIGNATURES.form(replace(genuine, body=backwards)) == FORM


@pytest.mark.parametrize("body", [b"A=12&B=", b"A=&B=12", b"A=1&2B=", b"AB=12", b"A=1&B=2&C="])
def test_fields_that_are_cut_in_other_places_are_refused(called_back, body):
    callback = called_back("x", {"A": "1", "B": "2"})
    with pytest.raises(BadSignature):
        SIGNATURES.form(replace(callback, body=body))


@pytest.mark.parametrize(
    "body",
    [
        b"&".join(b"f%d=1" % number for number in range(10_000)),
        b"a=1&" * 10_000 + b"a=1",
        b"a=" + b"x" * 10_000_000,
        b"&" * 1_000_000,
        b"=" * 1_000_000,
        b"%" * 1_000_000,
    ],
    ids=["many fields", "one field often", "a huge field", "only &", "only =", "only %"],
)
def test_a_huge_body_is_refused_like_any_other(genuine, body):
    with pytest.raises(BadSignature):
        SIGNATURES.form(replace(genuine, body=body))


@given(body=st.binary(max_size=200), url=st.text(max_size=40), signature=st.text(max_size=40))
def test_whatever_comes_is_refused_and_nothing_else_happens(body, url, signature):
    callback = Callback(url, {"X-Twilio-Signature": signature}, body, datetime(2026, 12, 1, tzinfo=UTC))
    assert accepted(callback) is None


def accepted(callback):
    try:
        return SIGNATURES.form(callback)
    except BadSignature:
        return None


@given(st.data())
def test_no_changed_byte_changes_what_is_believed(data):
    callback = genuine_callback()
    place = data.draw(st.integers(0, len(callback.body) - 1))
    byte = data.draw(st.integers(0, 255))
    body = callback.body[:place] + bytes([byte]) + callback.body[place + 1 :]
    assert accepted(replace(callback, body=body)) in (None, FORM)


@given(st.integers(0, 200))
def test_no_truncated_body_is_believed(length):
    callback = genuine_callback()
    body = callback.body[: min(length, len(callback.body) - 1)]
    assert accepted(replace(callback, body=body)) is None


@given(st.sampled_from(sorted(FORM)), st.text(max_size=20))
@example("MessageStatus", "failed")
def test_no_changed_field_is_believed(name, value):
    changed = {**FORM, name: value}
    callback = genuine_callback()
    assert accepted(replace(callback, body=encoded(changed))) == (FORM if changed == FORM else None)


@given(st.integers(0, 27), st.characters(max_codepoint=0x7E, min_codepoint=0x21))
def test_no_changed_signature_is_believed(place, char):
    callback = genuine_callback()
    signature = callback.headers["X-Twilio-Signature"]
    forged = signature[:place] + char + signature[place + 1 :]
    headers = {"X-Twilio-Signature": forged}
    assert (accepted(replace(callback, headers=headers)) == FORM) is (forged == signature)


@given(st.data())
def test_letters_moved_between_a_name_and_its_value_are_never_believed(data):
    """The signed text joins names and values without a mark, so it stays the same."""
    name = data.draw(st.sampled_from([name for name in FORM if name in READ and FORM[name]]))
    whole = name + FORM[name]
    place = data.draw(st.integers(1, len(whole)).filter(lambda place: place != len(name)))
    moved = {other: value for other, value in FORM.items() if other != name} | {whole[:place]: whole[place:]}
    with pytest.raises(BadSignature):
        SIGNATURES.form(replace(genuine_callback(), body=encoded(moved)))


@pytest.mark.parametrize(
    ("form", "claim"),
    [
        ({"To": "+17145550100", "From": "+1"}, Claim(called="+17145550100")),
        ({"To": "whatsapp:+17145550100"}, Claim(called="+17145550100")), ({"From": "+1"}, Claim()),
    ],
)  # fmt: skip
def test_what_a_form_claims_to_be_about_is_seen_before_it_is_verified(called_back, form, claim):
    assert Signatures(["another"]).claim(called_back("inbound", form)) == claim


def test_what_is_no_form_claims_nothing(called_back):
    assert Signatures([]).claim(replace(called_back("inbound", {}), body=b"%ff=\xff")) == Claim()


@given(st.data())
def test_letters_moved_away_from_what_decides_are_never_believed(data):
    wanted = ("MessageSid", "MessageStatus")
    name = data.draw(st.sampled_from(wanted))
    whole = name + FORM[name]
    place = data.draw(st.integers(1, len(whole)).filter(lambda place: place != len(name)))
    moved = {other: value for other, value in FORM.items() if other != name} | {whole[:place]: whole[place:]}
    with pytest.raises(BadSignature):
        SIGNATURES.form(replace(genuine_callback(), body=encoded(moved)), wanted)


WHOLE = {
    "inbound": {"MessageSid": "SM1", "From": "+17145550100", "To": "+17145550199", "Body": "STOP"},
    "messages": {"MessageSid": "SM1", "MessageStatus": "delivered"},
    "calls": {"CallSid": "CA1", "Digits": "9"},
}


def signed(form):
    url = "https://kc.example.org/callbacks/twilio/inbound"
    signature = RequestValidator("a-token-of-tests").compute_signature(url, form)
    return Callback(url, {"X-Twilio-Signature": signature}, encoded(form), datetime(2026, 12, 1, tzinfo=UTC))


@given(st.sampled_from(sorted(WHOLE)), st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,30}", fullmatch=True), st.text("é =&"))
@example("inbound", "channelMetadata", "{}")
@example("inbound", "OriginalBody", "")
@example("inbound", "ReferralBody", "")
@example("inbound", "_x", "")
@example("calls", "LastDigits", "9")
def test_one_new_field_of_twilios_in_a_whole_form_loses_nothing(kind, name, value):
    form = {name: value, **WHOLE[kind]}
    assert SIGNATURES.form(signed(form), list(WHOLE[kind])) == form


def test_a_field_that_may_have_been_made_of_what_decides_is_refused():
    for made in ({"Digi": "ts9"}, {"XDigits": "9"}, {"gits": "9"}):
        with pytest.raises(BadSignature):
            SIGNATURES.form(signed({"CallSid": "CA1", **made}), ["CallSid", "Digits"])


def test_after_a_connection_no_key_is_missed():
    form = {"CallSid": "CA1", "DialCallStatus": "completed", "LastDigits": "1"}
    assert SIGNATURES.form(signed(form), ["CallSid", "Digits", "DialCallStatus"]) == form
