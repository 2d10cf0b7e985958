from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import app
from app.rules.facts import Channel
from app.rules.wording import MARKS, Template, Text, fill, parse_text
from app.rules.wording_checks import sample_words
from app.rules.wording_fit import LIMITS, longest_words, seconds_to_say, unfit
from app.rules.wording_reading import parse_template
from channels.segments import as_sent

CONTENT = Path(app.__file__).parent / "content"
LAYOUT = (CONTENT / "layout.mjml").read_text(encoding="utf-8")
REMINDER = parse_template((CONTENT / "en/renewal_two_months.toml").read_text(encoding="utf-8"))
LANGUAGES = ["en", "es", "vi", "zh-Hans", "zh-Hant", "ko", "ar", "fa"]


def what(template: Template) -> list[str]:
    return [one.what for one in unfit(template, LAYOUT, as_sent)]


def text(source: str) -> Template:
    assert REMINDER.sms
    return replace(REMINDER, sms=parse_text(REMINDER.sms.source + source), email=None, voice=None)


def email(**parts: Text | tuple[Text, ...]) -> Template:
    assert REMINDER.email
    changed: Mapping[str, Any] = parts
    return replace(REMINDER, sms=None, voice=None, email=replace(REMINDER.email, **changed))


def call(*more: str) -> Template:
    assert REMINDER.voice
    body = (*REMINDER.voice.body, *map(parse_text, more))
    return replace(REMINDER, sms=None, email=None, voice=replace(REMINDER.voice, body=body))


def test_a_shipped_template_fits():
    assert unfit(REMINDER, LAYOUT, as_sent) == []


def test_a_text_of_too_many_parts_is_refused():
    assert what(text(" And so on." * 80)) == ["9 segments with the longest words"]


def test_a_text_that_no_provider_takes_is_refused():
    assert what(text("x" * 1600))[0].endswith("characters with the longest words")


def test_an_email_that_a_mailbox_would_cut_is_refused():
    [found] = what(email(body=(*REMINDER.email.body, parse_text("And so on. " * 5_000))))
    assert found.endswith("bytes with the longest words")


def test_a_subject_is_one_line_and_not_endless():
    assert what(email(subject=parse_text("Your renewal in {month}\nBcc: x"))) == ["a line end in the subject"]
    assert what(email(subject=parse_text("{month} and so on" * 20))) == [
        "480 characters in the subject with the longest words"
    ]


def test_an_email_without_what_the_law_asks_for_is_refused():
    assert what(email(unsubscribe_label=parse_text(""))) == ["no way to unsubscribe"]


def test_an_email_with_a_word_that_emails_do_not_have_is_refused():
    [found] = what(email(signoff=parse_text("{first_name}")))[1:]
    assert found == "cannot be put together: first_name"


def test_a_call_ends_within_a_minute():
    [found] = what(call("And so on, and so on, and so on, and so on, and so on, and so on, and so on."))
    assert found.endswith("seconds to say with the longest words")


@pytest.mark.parametrize("sign", ["🌻", "_", "©", "<", "@"])
def test_a_call_says_only_what_can_be_said(sign):
    [found] = what(call(f"Hi {sign}"))
    assert repr(sign) in found
    assert "cannot be said" in found


def test_a_part_that_must_be_there_is_missed():
    assert what(text("")) == []
    assert REMINDER.sms
    assert what(replace(text(""), sms=parse_text(REMINDER.sms.source.replace("STOP", "no")))) == ["STOP is missing"]


def test_every_channel_has_its_limits():
    assert set(LIMITS) == set(Channel)


def test_the_docs_name_every_limit():
    page = (CONTENT.parents[1] / "docs" / "emails-and-texts.md").read_text(encoding="utf-8")
    assert [
        f"{most:,} {unit}"
        for limits in LIMITS.values()
        for unit, most in limits.items()
        if f"{most:,} {unit.split()[0]}" not in page
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_words_are_no_shorter_than_ordinary_ones(language):
    ordinary, longest = sample_words(language), longest_words(language)
    assert longest.keys() >= MARKS
    assert [mark for mark, word in ordinary.items() if len(longest[mark]) < len(word)] == []


def test_long_languages_take_long_to_say():
    assert seconds_to_say("en", "one two three") == pytest.approx(3 / 135 * 60)
    assert seconds_to_say("zh-Hans", "续保月份") == pytest.approx(4 / 215 * 60)
    assert seconds_to_say("hi", "मदद मुफ़्त है।") == pytest.approx(3 / 150 * 60)
    assert seconds_to_say("en", "one\ntwo") == pytest.approx(2 / 135 * 60 + 0.4)


@given(st.text(st.characters(codec="utf-8"), max_size=2_000))
def test_what_fits_can_be_sent_with_any_words(words):
    assert REMINDER.sms
    said = fill(REMINDER.sms, {**longest_words("en"), "agency": words, "month": words, "portal": words})
    assert len(said) <= LIMITS[Channel.SMS]["characters"]
