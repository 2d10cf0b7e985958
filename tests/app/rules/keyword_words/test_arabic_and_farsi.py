from app.rules.keyword_words.arabic_and_farsi import WORDS


def test_the_languages_of_this_file():
    assert [*WORDS] == ["ar", "fa"]
