from dataclasses import dataclass, replace

import pytest

from app.rules.facts import Channel
from app.rules.wording import (
    NOTHING,
    ConsentWording,
    Email,
    Review,
    Template,
    Text,
    Voice,
    fill,
    parse_text,
)
from app.rules.wording_checks import check, check_wording, coverage, sample_words
from app.rules.wording_reading import parse_template
from channels.segments import as_sent

WORDS = sample_words("en")
SMS = parse_text("{agency}: Call {phone} or {portal} in {month}. Reply STOP to stop. {code}")
EMAIL = Email(
    subject=parse_text("Your renewal"),
    preheader=parse_text("Soon."),
    greeting=parse_text("Hello {first_name},"),
    greeting_plain=parse_text("Hello,"),
    body=(parse_text("In {month}. Call {county_phone} or {portal}."),),
    action_label=NOTHING,
    signoff=parse_text("{agency}"),
    footer=(parse_text("{phone} {tty} {code}"), parse_text("{postal_address}")),
    unsubscribe_label=parse_text("Stop"),
)
VOICE = Voice(
    greeting=parse_text("This is {agency}."),
    stop_hint=parse_text("Press 9 to stop."),
    body=(parse_text("In {month}. Call {phone} or {portal}."),),
    repeat_hint=NOTHING,
    goodbye=parse_text("{code}"),
)
GOOD = Template("renewal_two_months", "en", Review.DRAFT, "renewal", sms=SMS, email=EMAIL, voice=VOICE)


@dataclass
class Measured:
    """A text as its channel would measure it."""

    count: int = 1
    cause: str = ""


def found(template: Template, segments: int = 1, cause: str = "") -> list[str]:
    return [finding.what for finding in check(template, WORDS, lambda _: Measured(segments, cause))]


def text(source: str) -> Template:
    return replace(GOOD, sms=parse_text(source), email=None, voice=None)


def test_a_good_template_has_no_findings():
    assert found(GOOD) == []


@pytest.mark.parametrize("mark", ["agency", "phone", "code", "month", "portal"])
def test_a_required_mark_is_missed(mark):
    source = SMS.source.replace(f"{{{mark}}}", "us")
    assert f"{{{mark}}} is missing" in found(text(source))


def test_the_agency_must_come_first():
    assert "the agency does not come first" in found(text("Hi, " + SMS.source))


def test_stop_must_be_said():
    assert "STOP is missing" in found(text(SMS.source.replace("STOP", "no")))


def test_a_text_message_has_no_name():
    assert "a name in a text message" in found(text(SMS.source + " {first_name}"))


def test_a_long_text_is_found():
    assert f"{len(fill(SMS, WORDS)) + 220} characters" in found(text(SMS.source + " So it is." * 22))


def test_segments_are_counted_by_the_function_handed_in():
    assert found(GOOD, segments=3) == ["3 segments"]


def test_a_stranger_among_small_letters_is_named():
    assert found(text(SMS.source), cause="í (U+00ED) at character 9") == [
        "í (U+00ED) at character 9 makes the text dearer"
    ]
    vietnamese = replace(text(SMS.source), language="vi")
    assert found(vietnamese, cause="đ (U+0111) at character 9") == []


def test_a_number_stands_apart_from_words_that_run_the_other_way():
    arabic = replace(text(SMS.source), language="ar")
    assert found(arabic) == ["the phone number stands among the words"]
    apart = replace(arabic, sms=parse_text(SMS.source.replace("Call {phone} or", "Call\n{phone}\nor")))
    assert found(apart) == []


def test_every_number_stands_apart_and_a_text_without_one_needs_none():
    told = "Call\n{phone}\nFor scams: {fraud_phone}\nReply STOP."
    arabic = replace(text(told), language="ar")
    assert "the phone number stands among the words" in found(arabic)
    without = replace(text("Reply YES or STOP."), language="ar")
    assert "the phone number stands among the words" not in found(without)


def test_hard_words_are_found():
    hard = text(SMS.source + " Eligibility redetermination necessitates documentation.")
    assert any(what.startswith("reading grade") for what in found(hard))


def test_a_long_sentence_is_found():
    long = text(SMS.source + " You can go on" + " and on" * 20 + ".")
    assert any(what.startswith("a sentence of") for what in found(long))


def test_asking_for_numbers_is_found():
    assert found(text(SMS.source + " Send your PIN.")) == ["asks for or promises: pin"]


def test_what_others_may_see_or_hear_tells_nothing_of_the_person():
    told = "tells about the person: ccs"
    assert told in found(text(SMS.source + " Your CCS ends."))
    assert told in found(replace(GOOD, email=replace(EMAIL, subject=parse_text("Your CCS ends"))))
    assert told in found(replace(GOOD, voice=replace(VOICE, goodbye=parse_text("CCS. {code}"))))
    in_the_letter = replace(EMAIL, body=(*EMAIL.body, parse_text("Your CCS ends.")))
    assert found(replace(GOOD, email=in_the_letter)) == []


def test_a_link_is_found():
    assert "a link: https:" in found(text(SMS.source + " https://x"))


@pytest.mark.parametrize("part", ["subject", "preheader", "greeting", "greeting_plain", "signoff"])
def test_an_email_needs_its_parts(part):
    empty: dict[str, Text] = {part: NOTHING}
    assert f"{part} is missing" in found(replace(GOOD, email=replace(EMAIL, **empty)))


def test_a_reminder_needs_a_way_to_unsubscribe():
    email = replace(EMAIL, unsubscribe_label=NOTHING)
    assert found(replace(GOOD, email=email)) == ["no way to unsubscribe"]


def test_a_name_stands_in_the_greeting_only():
    email = replace(EMAIL, subject=parse_text("{first_name}, renew"))
    assert found(replace(GOOD, email=email)) == ["a name outside the greeting"]


def test_a_call_offers_key_9_at_once():
    assert found(replace(GOOD, voice=replace(VOICE, stop_hint=NOTHING))) == ["key 9 is not offered at once"]


def test_a_call_begins_with_who_calls():
    voice = replace(VOICE, greeting=parse_text("Hello."), goodbye=parse_text("{agency} {code}"))
    assert found(replace(GOOD, voice=voice)) == ["the call does not begin with who calls"]


def test_a_machine_hears_no_program_name():
    voice = replace(VOICE, body=(parse_text("Your Medi-Cal. Call {phone}."),))
    template = Template("voicemail", "en", Review.DRAFT, "renewal", voice=voice)
    assert found(template) == ["a program's name on a machine"]


def test_a_review_names_its_reader():
    assert "reviewed by nobody" in found(replace(GOOD, review=Review.REVIEWED))
    assert found(replace(GOOD, review=Review.REVIEWED, reviewer="K. Tran")) == []


def test_a_page_needs_its_parts():
    page = {"title": parse_text("Stop"), "ask": parse_text("Stop?")}
    template = Template("unsubscribed", "en", Review.DRAFT, "service", page=page)
    assert found(template) == [f"{part} is missing" for part in ("button", "done", "letters", "help")]


def test_a_consent_wording_says_what_carriers_ask_for():
    wording = ConsentWording("v1", "en", Channel.SMS, Review.DRAFT, parse_text("Yes, {agency}. STOP"))
    assert [finding.what for finding in check_wording(wording)] == [
        "HELP is missing",
        "{limit} is missing",
    ]


def test_the_completeness_table_shows_what_is_missing():
    rows = coverage([text(SMS.source)], ["en", "es"], lambda _: Measured(2, "í at character 9"))
    assert [(row.language, row.channel, row.review, row.segments, row.forced_by) for row in rows] == [
        ("en", "sms", "draft", 2, "í at character 9"),
        ("es", "sms", "missing", 0, ""),
    ]


PAGE = """
key = "page_x"
language = "en"
review = "draft"
purpose = "service"
[page]
"""


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("You get a text from us.", []),
        ("We need your Social Security number. Send it to us now. It is quick.", ["asks for or promises"]),
        ("You win a free phone.", ["asks for or promises"]),
        ("Go to win.example.com now.", ["a link"]),
        ("Notwithstanding any administrative determination, beneficiaries are obligated to resubmit.", ["grade"]),
    ],
)
def test_a_page_asks_and_promises_as_little_as_a_message(said, wrong):
    found = check(parse_template(f'{PAGE}line = "{said}"'), sample_words("en"), as_sent)
    assert len(found) == len(wrong)
    assert all(part in one.what for part, one in zip(wrong, found, strict=True))
    assert {one.channel for one in found} <= {"page"}


def test_the_table_has_pages_and_who_stands_in_for_what_is_missing():
    english = parse_template(f'{PAGE}line = "Hello"')
    hant = replace(english, language="zh-Hant")
    rows = coverage([english, hant], ["en", "zh-Hans", "ium"], as_sent)
    assert [(row.channel, row.language, row.review, row.stands_in) for row in rows] == [
        ("page", "en", "draft", ""), ("page", "zh-Hans", "missing", "zh-Hant"), ("page", "ium", "missing", "en"),
    ]  # fmt: skip
