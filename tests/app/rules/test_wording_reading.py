import pytest

from app.rules.facts import Channel
from app.rules.wording import BadTemplate, Review
from app.rules.wording_reading import parse_template, parse_wordings

HEAD = 'key = "welcome"\nlanguage = "en"\nreview = "draft"\npurpose = "renewal"\n'
WHOLE = (
    HEAD
    + """
[sms]
body = "{agency} {code}"
[email]
subject = "Hello"
body = ["One.", "Two {phone}."]
[voice]
greeting = "This is {agency}."
body = ["One."]
[page]
title = "Welcome"
"""
)


def test_a_file_gives_a_template_for_each_channel():
    template = parse_template(WHOLE)
    assert (template.key, template.language, template.review) == ("welcome", "en", Review.DRAFT)
    assert template.channels == (Channel.SMS, Channel.EMAIL, Channel.VOICE)
    assert template.page["title"].source == "Welcome"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("key = ", "no TOML"),
        ('key = "x"', "language is missing or no text"),
        (HEAD, "no words"),
        (HEAD + "[sms]\nbody = 3", "body is missing or no text"),
        (HEAD + '[sms]\nbody = "x"\nboddy = "y"', "unknown boddy"),
        (HEAD + '[smss]\nbody = "x"', "unknown smss"),
        (HEAD + 'sms = "x"', "sms is no table"),
        (HEAD + '[voice]\nbody = "x"', "body is no list of texts"),
        (HEAD + '[sms]\nbody = "{ssn}"', "unknown mark {ssn}"),
        (HEAD.replace("draft", "fine") + '[sms]\nbody = "x"', "review 'fine'"),
        (HEAD.replace('"renewal"', '"ads"') + '[sms]\nbody = "x"', "purpose 'ads'"),
    ],
)  # fmt: skip
def test_a_fault_says_what_where_and_how_to_mend_it(text, what):
    with pytest.raises(BadTemplate) as refused:
        parse_template(text)
    assert refused.value.what == what
    assert refused.value.where
    assert refused.value.mend


def test_a_consent_wording_stands_for_each_channel():
    wordings = parse_wordings('language = "es"\nreview = "draft"\n[v1]\nsms = "Sí, {agency}"\nvoice = "Sí"')
    assert [(w.id, w.language, w.channel) for w in wordings] == [
        ("v1", "es", Channel.SMS),
        ("v1", "es", Channel.VOICE),
    ]


def test_a_consent_wording_for_an_unknown_channel_is_refused():
    with pytest.raises(BadTemplate, match="fax"):
        parse_wordings('language = "es"\nreview = "draft"\n[v1]\nfax = "Sí"')
