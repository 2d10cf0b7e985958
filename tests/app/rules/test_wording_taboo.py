import pytest

from app.rules.wording_taboo import FORBIDDEN, NEVER, TELLING, foreign_links, taboos, telling


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


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("en", "Social Security renews your Medi-Cal. Call Social Security."),
        ("es", "El Seguro Social renueva su Medi-Cal."),
        ("vi", "Sở An Sinh Xã Hội gia hạn Medi-Cal."),
        ("zh-Hans", "社会安全局为您的 Medi-Cal 续保。"),
        ("zh-Hant", "社會安全局為您的 Medi-Cal 續保。"),
        ("ko", "사회보장국에서 Medi-Cal을 갱신합니다."),
    ],
)
def test_the_office_that_renews_for_some_may_be_named(language, source):
    assert not list(taboos(language, source))


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("en", "Your CCS ends at 21."),
        ("en", "Because of your disability, call us."),
        ("en", "Your immigration papers are missing."),
        ("en", "You have SSI."),
        ("es", "Por su discapacidad, llame."),
        ("es", "Por su condición de inmigrante, llame."),
        ("es", "California Children's Services termina."),
        ("vi", "Vì bệnh tật của quý vị, xin gọi."),
        ("zh-Hans", "您的移民文件不全。"),
        ("zh-Hant", "您懷孕了。"),
        ("ko", "장애가 있으시면 전화하세요."),
        ("fa", "CCS"),
    ],
)
def test_what_a_stranger_would_learn_of_the_person_is_found(language, source):
    assert list(telling(language, source))


@pytest.mark.parametrize(
    ("language", "source"),
    [("en", "Your child health program changes at 21."), ("en", "A letter about work."), ("ko", "소비자 상담")],
)
def test_plain_words_tell_nothing(language, source):
    assert not list(telling(language, source))


@pytest.mark.parametrize("source", ["See https://x.org", "go to bit.ly/3", "www.example", "Evil.com"])
def test_an_address_written_out_is_found(source):
    assert list(foreign_links(source))


def test_the_portal_mark_is_no_foreign_link():
    assert not list(foreign_links("Go to {portal} or {unsubscribe_url}. Help is free."))


def test_each_language_with_forbidden_words_can_say_never():
    assert FORBIDDEN.keys() == NEVER.keys() == TELLING.keys()
