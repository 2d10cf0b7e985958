from datetime import date
from ipaddress import ip_address

from app.pages.signup_form import filled_of, mistakes, wishes
from app.rules.facts import Channel
from app.rules.network import Network, prefix_of

SMS, EMAIL, VOICE = Channel.SMS, Channel.EMAIL, Channel.VOICE
ALL = (SMS, VOICE, EMAIL)
HERE = Network(ip_address("203.0.113.9"), prefix_of(ip_address("203.0.113.9")))
FIELDS = {
    "who": ["self"], "channels": ["sms", "email"], "phone": ["(714) 555-2345"], "email": ["ana@example.org"],
    "read": ["vi"], "speak": ["yue"], "month": ["2027-02"], "yes": ["sms", "email"], "zip": ["92840-1234"],
    "place": ["bcdfgh"], "stranger": ["x"],
}  # fmt: skip


def asked(offered=ALL, **changes):
    filled = filled_of({**FIELDS, **changes})
    return wishes(
        filled, "orange", offered, shown_in="es", months=[date(2027, 2, 1)], network=HERE, browser="b"
    )  # fmt: skip


def test_each_ticked_channel_is_a_sign_up_of_its_own():
    assert [(one.channel, one.address) for one in asked()] == [(SMS, "+17145552345"), (EMAIL, "ana@example.org")]
    [one, _] = asked()
    assert (one.language, one.spoken, one.shown_in, one.wording) == ("vi", "yue", "es", "v1")
    assert (one.renewal_month, one.zip, one.place) == (date(2027, 2, 1), "92840", "bcdfgh")


def test_a_month_that_was_not_offered_is_no_month():
    assert {one.renewal_month for one in asked(month=["1999-01"])} == {None}


def test_a_channel_that_the_agency_does_not_have_is_not_asked_for():
    assert [one.channel for one in asked(offered=[SMS])] == [SMS]


def test_a_form_without_mistakes_has_none():
    assert mistakes(filled_of(FIELDS), ALL) == {}


def test_mistakes_stand_in_the_order_of_the_fields():
    empty = filled_of({"channels": ["sms", "email"]})
    assert list(mistakes(empty, ALL)) == ["who", "phone", "email", "yes"]
    assert list(mistakes(filled_of({}), ALL)) == ["who", "channels"]


def test_what_was_typed_is_not_shown_in_logs():
    shown = repr(filled_of(FIELDS))
    assert "714" not in shown
    assert "ana@" not in shown
