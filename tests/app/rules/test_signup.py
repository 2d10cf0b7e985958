import pytest

from app.rules import phones
from app.rules.facts import Channel, LineKind
from app.rules.signup import AddressFault, SignupAsked, read_address

SMS, EMAIL, VOICE = Channel.SMS, Channel.EMAIL, Channel.VOICE


@pytest.mark.parametrize(
    "typed", ["(714) 555-2345", "7145552345", "+1 714 555 2345", "714.555.2345", "７１４５５５２３４５"]
)
def test_a_number_is_read_however_it_is_typed(typed):
    assert read_address(SMS, typed) == "+17145552345"


@pytest.mark.parametrize(
    "typed", ["", "555-2345", "+44 20 7183 8750", "+1 416 555 2345", "8005551234", "ana@example.org", "🎉"]
)
def test_only_numbers_of_people_in_the_united_states(typed):
    assert read_address(SMS, typed) is AddressFault.BAD_PHONE


def test_a_number_that_is_known_to_be_a_landline_gets_no_texts_but_calls(monkeypatch):
    monkeypatch.setattr(phones, "_area", lambda _code, *, toll_free: LineKind.LANDLINE)
    assert read_address(SMS, "7145552345") is AddressFault.LANDLINE
    assert read_address(VOICE, "7145552345") == "+17145552345"


def test_an_e_mail_address_is_read_in_its_plain_form():
    assert read_address(EMAIL, " Ana.Diaz@Example.ORG ") == "Ana.Diaz@example.org"
    assert read_address(EMAIL, "ａｎａ@example.org") == "ana@example.org"


@pytest.mark.parametrize(
    "typed",
    [
        "аna@example.org",  # a Cyrillic a
        "ana@gmаil.com",
        "ana@аррӏе.com",  # all of it Cyrillic
        "ana@xn--gmil-63d.com",
        "αna@example.org",
        "ana@exampłe.org",
        "josé@example.org",
    ],
)  # fmt: skip
def test_letters_that_look_like_others_are_refused(typed):
    assert read_address(EMAIL, typed) is AddressFault.LOOKALIKE


@pytest.mark.parametrize(
    "typed", ["", "ana", "ana@", "@example.org", "ana@example", "a b@example.org", "ana\n@example.org"]
)
def test_what_is_no_e_mail_address_is_refused(typed):
    assert read_address(EMAIL, typed) is AddressFault.BAD_EMAIL


def test_a_call_is_heard_in_the_spoken_language_and_the_rest_read_in_the_written_one():
    def asked(channel):
        return SignupAsked("orange", channel, "+17145552345", "zh-Hant", "v1", spoken="yue")

    assert [asked(channel).heard_in for channel in (SMS, VOICE)] == ["zh-Hant", "yue"]
    assert "+17145552345" not in repr(asked(SMS))
