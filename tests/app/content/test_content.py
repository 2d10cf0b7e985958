"""Goes over every text that is shipped."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import app
import schedules
from app.rules.clips import NAMES, Source, parse_clips
from app.rules.facts import Channel
from app.rules.sounds import check_sound
from app.rules.wording import Review, Template, Text, Words, fill
from app.rules.wording_call import MENU_WORDS, compose_call
from app.rules.wording_checks import ROOMIER, check, check_wording, coverage, sample_words
from app.rules.wording_fit import unfit
from app.rules.wording_mail import PERSONAL, compose_mail, mail_words
from app.rules.wording_reading import parse_template, parse_wordings
from app.rules.wording_required import LINES, texts_of
from channels.segments import Encoding, as_sent, segments
from schedules.ladders.reading import parse_ladder

CONTENT = Path(app.__file__).parent / "content"
LANGUAGES = [
    "en", "es", "vi", "zh-Hans", "zh-Hant", "ko", "fa", "ar", "hy", "ru", "uk",
    "tl", "ja", "th", "hi", "pa", "km", "lo",
]  # fmt: skip
KEYS = {
    "renewal_two_months", "signup_code", "welcome", "stop_confirmation", "start_confirmation", "help",
    "reply_received", "language_help", "voicemail", "unsubscribed", "call_menu", "call_link",
    "contact_details", "packet_reminder", "renewal_one_month", "renewal_due_month", "packet_due_month",
    "packet_last_chance", "auto_renewed", "form_received", "information_requested", "information_due",
    "six_month_renewal", "ssi_renewal", "cure_now", "cure_reminder", "cure_last", "ineligible", "apply_again",
    "age_out_21", "age_out_19", "age_out_26", "annual_care_plan", "continuity_of_care", "moved_county",
    "work_notice", "work_notice_last", "scam_alert", "update_contact",
    "reply_wrong_person", "reply_done", "reply_call", "reply_moved", "reply_language", "reply_scam", "reply_real",
    "reply_not_real", "join_confirm", "preferences_code", "safe_word",
    "page_common", "page_signup", "page_preferences", "page_mine", "page_verify", "page_privacy",
}  # fmt: skip
LAYOUT = (CONTENT / "layout.mjml").read_text(encoding="utf-8")
FILES = sorted(path for path in CONTENT.glob("*/*.toml") if path.stem not in {"wordings", "clips"})
TEMPLATES = [parse_template(path.read_text(encoding="utf-8")) for path in FILES]
LONG_AGENCY = "Contra Costa County Employment & Human Services Department"
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
    if template.email and template.key not in LINES:
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


PAGES = [template for template in TEMPLATES if template.key.startswith("page_")]


@pytest.mark.parametrize("template", PAGES, ids=[f"{t.language}-{t.key}" for t in PAGES])
def test_every_page_says_in_each_language_what_it_says_in_english(template):
    english = next(one.page for one in PAGES if (one.key, one.language) == (template.key, "en"))
    assert {name: sorted(text.marks) for name, text in template.page.items()} == {
        name: sorted(text.marks) for name, text in english.items()
    }


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


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_stands_in_the_language(language):
    assert {template.key for template in TEMPLATES if template.language == language} == KEYS
    assert all(row.review == "draft" for row in coverage(TEMPLATES, [language], as_sent))


def test_no_other_language_has_texts():
    assert {template.language for template in TEMPLATES} == set(LANGUAGES)


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


@pytest.mark.parametrize("template", [t for t in TEMPLATES if t.language == "en"], ids=lambda template: template.key)
def test_an_english_text_fits_two_segments_for_a_long_agency(template):
    if template.sms and template.key not in ROOMIER:
        said = fill(template.sms, sample_words("en") | {"agency": LONG_AGENCY})
        assert as_sent(said).count <= 2


def test_the_spanish_reminder_fits_two_segments_for_a_long_agency():
    reminder = next(t for t in TEMPLATES if (t.key, t.language) == ("renewal_two_months", "es"))
    assert reminder.sms
    assert as_sent(fill(reminder.sms, sample_words("es") | {"agency": LONG_AGENCY})).count == 2


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


@EVERY
def test_no_message_that_comes_unasked_is_missing_a_way_out_of_it(template):
    if template.purpose != "service" and template.key != "voicemail":
        assert template.sms
        assert template.email
        assert template.voice
        assert "STOP" in template.sms.source
        assert template.email.unsubscribe_label
        assert "9" in template.voice.stop_hint.source


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_a_packet_that_was_mailed_is_to_be_returned(language):
    """What asks for the packet back goes only to those to whom the county mailed one."""
    words = {
        "en": "packet", "es": "paquete", "vi": "bộ hồ sơ", "zh-Hans": "续保资料", "zh-Hant": "續保資料",
        "ko": "갱신 서류", "fa": "بسته", "hy": "փաթեթ", "ar": "حزمة أوراق", "ru": "пакет", "uk": "пакет",
        "tl": "packet", "ja": "更新書類", "th": "ชุดเอกสารต่ออายุ", "km": "កញ្ចប់",
        "hi": "पैकेट", "pa": "ਪੈਕੇਟ", "lo": "ຊຸດເອກະສານ",
    }  # fmt: skip
    told = {
        template.key
        for template in TEMPLATES
        if template.language == language and template.sms and words[language] in template.sms.source
    }
    assert told <= {"packet_reminder", "packet_due_month", "form_received"}


def test_the_way_back_is_told_to_everybody_in_the_same_words():
    """Nobody may learn from a text who a person is, so none of them knows."""
    marks = {"agency", "date", "phone", "portal", "code"}
    cures = [t for t in TEMPLATES if t.key.startswith("cure_") and t.sms]
    assert all(set(template.sms.marks) == marks for template in cures if template.sms)


STEPS = [
    (step, key)
    for path in sorted(Path(schedules.__file__).parent.glob("ladders/*.toml"))
    for step in parse_ladder(path.read_text(encoding="utf-8"), name=path.stem).steps
    for key in sorted({step.template, *step.templates.values()})
]


@pytest.mark.parametrize(("step", "key"), STEPS, ids=[f"{step.key}-{key}" for step, key in STEPS])
def test_every_step_has_words_and_knows_the_day_that_they_name(step, key):
    template = next(t for t in TEMPLATES if (t.key, t.language) == (key, "en"))
    named = {mark for channel in template.channels for text in texts_of(template, channel) for mark in text.marks}
    assert set(template.channels) == set(Channel)
    assert "date" not in named or step.shows is not None
