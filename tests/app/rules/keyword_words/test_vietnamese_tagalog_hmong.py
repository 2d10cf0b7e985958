from app.rules.keyword_words.vietnamese_tagalog_hmong import WORDS


def test_the_languages_of_this_file():
    assert [*WORDS] == ["vi", "tl", "hmn"]
