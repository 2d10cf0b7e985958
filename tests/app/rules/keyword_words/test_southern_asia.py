from app.rules.keyword_words.southern_asia import WORDS


def test_the_languages_of_this_file():
    assert [*WORDS] == ["hi", "pa", "th", "km", "lo"]
