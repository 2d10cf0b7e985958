from app.rules.keyword_words.english_and_spanish import WORDS


def test_the_languages_of_this_file():
    assert [*WORDS] == ["en", "es"]
