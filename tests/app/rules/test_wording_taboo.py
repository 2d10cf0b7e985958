import pytest

from app.rules.wording_taboo import FORBIDDEN, NEVER, foreign_links, taboos


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("en", "Please send us your Social Security number."),
        ("en", "Enter your PIN to go on."),
        ("en", "You get a free phone."),
        ("es", "Mande su número de Seguro Social."),
        ("es", "Please show your ID."),
        ("vi", "Xin cho biết ngày sinh của quý vị."),
        ("zh-Hans", "请提供您的身份证。"),
        ("zh-Hant", "請提供您的信用卡。"),
        ("ko", "생년월일을 알려 주세요."),
        ("fa", "Pay now."),
    ],
)
def test_asking_or_luring_is_found(language, source):
    assert list(taboos(language, source))


@pytest.mark.parametrize("source", ["We never ask for your ID or money.", "The cardinal is a bird."])
def test_saying_that_we_never_ask_is_allowed(source):
    assert not list(taboos("en", source))


def test_the_next_sentence_is_looked_at_again():
    assert list(taboos("en", "We never ask for money. Send us your card."))


@pytest.mark.parametrize("source", ["See https://x.org", "go to bit.ly/3", "www.example", "Evil.com"])
def test_an_address_written_out_is_found(source):
    assert list(foreign_links(source))


def test_the_portal_mark_is_no_foreign_link():
    assert not list(foreign_links("Go to {portal} or {unsubscribe_url}. Help is free."))


def test_each_language_with_forbidden_words_can_say_never():
    assert FORBIDDEN.keys() == NEVER.keys()
