from app.rules.keyword_words import WORDS
from app.rules.keywords import Meaning
from app.rules.languages import LANGUAGES


def test_every_language_is_one_of_ours_and_every_meaning_too():
    assert set(WORDS) <= {language.tag for language in LANGUAGES}
    assert {name for words in WORDS.values() for name in words} <= {*Meaning, "names"}


def test_every_language_with_words_can_stop_and_ask_for_help():
    assert [tag for tag, words in WORDS.items() if not {"stop", "help"} <= words.keys()] == []


def test_no_word_is_empty_or_there_twice():
    lists = [text.split("|") for words in WORDS.values() for text in words.values()]
    assert [words for words in lists if "" in words or len({*words}) < len(words)] == []
