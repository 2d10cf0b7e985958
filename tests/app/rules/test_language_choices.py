from app.rules.language_choices import likely_heard, script_of, to_hear, to_read
from app.rules.languages import LANGUAGES

ALL = {language.tag for language in LANGUAGES}


def test_only_languages_that_have_words_are_offered_by_their_own_names():
    assert to_read({"en", "vi", "xx"}) == [("en", "English"), ("vi", "Tiếng Việt")]


def test_chinese_is_read_in_two_scripts_and_heard_in_two_languages():
    assert {"zh-Hans", "zh-Hant"} <= dict(to_read(ALL)).keys()
    heard = dict(to_hear(ALL))
    assert {"zh-Hans", "yue"} <= heard.keys()
    assert "zh-Hant" not in heard
    assert (script_of("yue"), script_of("vi")) == ("zh-Hant", "vi")


def test_who_reads_traditional_chinese_most_likely_hears_cantonese():
    assert (likely_heard("zh-Hant"), likely_heard("zh-Hans"), likely_heard("ko")) == ("yue", "zh-Hans", "ko")
