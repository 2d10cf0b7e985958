"""Goes over every text that is shipped."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import app
from app.rules.clips import NAMES, Source, parse_clips
from app.rules.facts import Channel
from app.rules.sounds import check_sound
from app.rules.wording import Review, Template, Text, Words, fill
from app.rules.wording_call import MENU_WORDS, compose_call
from app.rules.wording_checks import check, check_wording, coverage, sample_words
from app.rules.wording_fit import unfit
from app.rules.wording_mail import PERSONAL, compose_mail, mail_words
from app.rules.wording_reading import parse_template, parse_wordings
from channels.segments import Encoding, as_sent, segments

CONTENT = Path(app.__file__).parent / "content"
LANGUAGES = ["en", "es", "vi", "zh-Hans", "zh-Hant", "ko"]
KEYS = {
    "renewal_two_months", "signup_code", "welcome", "stop_confirmation", "start_confirmation", "help",
    "reply_received", "language_help", "voicemail", "unsubscribed", "call_menu", "call_link",
}  # fmt: skip
LAYOUT = (CONTENT / "layout.mjml").read_text(encoding="utf-8")
FILES = sorted(path for path in CONTENT.glob("*/*.toml") if path.stem not in {"wordings", "clips"})
TEMPLATES = [parse_template(path.read_text(encoding="utf-8")) for path in FILES]
EVERY = pytest.mark.parametrize("template", TEMPLATES, ids=[f"{t.language}-{t.key}" for t in TEMPLATES])
HOSTILE = {
    "first_name": "O'Br\u202eian {code} [[code]] 🌻",
    "agency": 'Ágency "<b>&\r\n{month} [[code]] 100%s',
    "month": "{phone}\x00",
    "code": "[[greeting]]",
}


def texts(template: Template, words: Words) -> Iterator[str]:
    if template.sms:
        yield fill(template.sms, words)
    if template.voice:
        yield compose_call(template.voice, words).whole
    yield from (fill(text, words) for text in (*template.page.values(), *template.call.values()))
    if template.email and template.key != "language_help":
        shared = {mark: word for mark, word in words.items() if mark not in PERSONAL}
        mail = compose_mail(template, LAYOUT, shared)
        own = mail_words(mail, words["first_name"], words)
        yield re.sub(r"\[\[([a-z_]+)\]\]", lambda mark: own[mark[1]], mail.subject + mail.text)


@EVERY
def test_every_file_is_named_for_what_it_holds(template):
    assert CONTENT / template.language / f"{template.key}.toml" in FILES


@EVERY
def test_every_text_passes_the_checks(template):
    assert check(template, sample_words(template.language), as_sent) == []


@EVERY
def test_every_text_fits_its_channels_with_the_longest_words(template):
    assert unfit(template, LAYOUT, as_sent) == []


@EVERY
def test_every_text_can_be_said_with_ordinary_words(template):
    for said in texts(template, sample_words(template.language)):
        assert said
        assert not re.search(r"[{}]|\[\[|@@", said)


@EVERY
def test_every_text_withstands_hostile_words(template):
    for said in texts(template, sample_words(template.language) | HOSTILE):
        assert not re.search(r"[\x00\r\u202e]", said)


@EVERY
def test_no_text_claims_that_a_person_reviewed_it(template):
    assert (template.review, template.reviewer) == ("draft", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_whole_menu_of_a_call(language):
    menu = next(template.call for template in TEMPLATES if (template.key, template.language) == ("call_menu", language))
    assert set(MENU_WORDS) == set(menu) - {"choose_cantonese"}


@pytest.mark.parametrize("path", sorted(CONTENT.glob("*/clips.toml")), ids=lambda path: path.parent.name)
def test_every_table_of_clips_is_whole_and_its_recordings_can_be_played(path):
    table = parse_clips(path.read_text(encoding="utf-8"), path.parent.name)
    assert table.language == path.parent.name
    assert set(table.clips) == set(NAMES)
    assert {clip.source for clip in table.clips.values()} == {Source.ESPEAK}
    assert {clip.review for clip in table.clips.values()} == {Review.DRAFT}
    sounds = {file.stem: file.read_bytes() for file in path.parent.glob("clips/*.wav")}
    assert set(sounds) == set(NAMES)
    assert {check_sound(sound) for sound in sounds.values()} == {""}
    assert sum(map(len, sounds.values())) < 2_000_000


def test_every_key_stands_in_every_language():
    held = {(template.key, template.language) for template in TEMPLATES}
    assert held == {(key, language) for key in KEYS for language in LANGUAGES}
    assert all(row.review == "draft" for row in coverage(TEMPLATES, LANGUAGES, as_sent))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_uses_the_marks_that_english_uses(language):
    def marks(template: Template, channel: Channel) -> set[str]:
        part = {Channel.SMS: template.sms}.get(channel)
        return set(part.marks) if isinstance(part, Text) else set()

    by_key = {(template.key, template.language): template for template in TEMPLATES}
    for key in KEYS:
        here, english = by_key[key, language], by_key[key, "en"]
        assert here.channels == english.channels
        assert here.page.keys() == english.page.keys()
        assert marks(here, Channel.SMS) == marks(english, Channel.SMS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_a_consent_wording_for_every_channel(language):
    wordings = parse_wordings((CONTENT / language / "wordings.toml").read_text(encoding="utf-8"))
    assert [(w.id, w.language, w.channel) for w in wordings] == [("v1", language, channel) for channel in Channel]
    assert [finding for wording in wordings for finding in check_wording(wording)] == []


@EVERY
def test_spanish_texts_stay_in_the_small_alphabet(template):
    """`á í ó ú` would double the price of a text; other words say the same without them."""
    if template.language in {"en", "es"} and template.sms:
        said = fill(template.sms, sample_words(template.language))
        assert segments(said).encoding is Encoding.GSM7


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_reminder_fits_two_segments_for_the_longest_agency(language):
    name = "Contra Costa County Employment & Human Services Department"
    reminder = next(t for t in TEMPLATES if (t.key, t.language) == ("renewal_two_months", language))
    assert reminder.sms
    assert (as_sent(fill(reminder.sms, sample_words(language) | {"agency": name})).count) == 2


def test_vietnamese_keeps_its_tone_marks():
    vietnamese = [t for t in TEMPLATES if t.language == "vi" and t.sms]
    assert all(re.search("[ạảấầậệịọốộợủứừữýơưđ]", t.sms.source) for t in vietnamese if t.sms)


def test_the_two_chinese_scripts_are_not_mixed():
    simplified, traditional = (
        set("续县会请这发码话电邮页验证时间们为与绝听"),
        set("續縣會請這發碼話電郵頁驗證時間們為與絕聽"),
    )
    for path in CONTENT.glob("zh-*/*.toml"):
        other = traditional if path.parent.name == "zh-Hans" else simplified
        assert not other & set(path.read_text(encoding="utf-8")), path


@EVERY
def test_no_text_says_that_a_form_must_be_sent(template):
    """Seven in ten renewals need nothing from the member (`domain.md` 0.2)."""
    if template.language == "en":
        said = " ".join(texts(template, sample_words("en"))).lower()
        assert "form" not in re.findall(r"[a-z]+", said)
        assert "must" not in re.findall(r"[a-z]+", said)
