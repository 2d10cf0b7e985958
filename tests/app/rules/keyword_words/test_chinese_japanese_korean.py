from app.rules.keyword_words.chinese_japanese_korean import WORDS


def test_the_languages_of_this_file():
    assert [*WORDS] == ["zh-Hans", "zh-Hant", "ja", "ko"]
