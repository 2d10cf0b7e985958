from app.rules.keyword_words.russian_ukrainian_armenian import WORDS


def test_the_languages_of_this_file():
    assert [*WORDS] == ["ru", "uk", "hy"]
