"""Which words a person gets, and why in that language."""

import pytest

from app.rules.explaining.wording import in_words


@pytest.mark.parametrize(
    ("language", "wanted", "channel", "words"),
    [
        ("es", "es", "sms", "In Spanish (t, version 2), the language that this person reads."),
        ("vi", "vi", "voice", "In Vietnamese (t, version 2), the language that this person speaks."),
        ("en", "hmn", "sms", "In English (t, version 2), because there are no such words in Hmong."),
        ("en", None, "sms", "In English (t, version 2), because no language of this person is known."),
        ("zh-Hant", "yue", "voice",
         ("In Chinese (Traditional) (t, version 2), which comes nearest to Cantonese, "
          "in which there are no such words.")
         ),
        ("en", "fr", "email", "In English (t, version 2), because there are no such words in “fr”."),
    ],
)  # fmt: skip
def test_the_language_says_why_it_is_that_one(language, wanted, channel, words):
    assert in_words("t", 2, language, wanted, channel) == words


def test_a_language_that_today_would_be_another_is_not_guessed_at():
    told = in_words("t", 1, "en", "es", "sms", holds=False)
    assert told == "In English (t, version 1), by what was known when it was planned."


def test_without_a_language_or_a_version_nothing_is_made_up():
    assert in_words("t", 2, None, "es", "sms") == ""
    assert in_words("t", None, "es", "es", "sms") == "In Spanish (t), the language that this person reads."
