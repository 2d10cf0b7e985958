from dataclasses import replace
from pathlib import Path

import pytest

import app
from app.rules.facts import Channel
from app.rules.wording import NOTHING, Template, parse_text
from app.rules.wording_reading import parse_template
from app.rules.wording_required import finding, lacking, source_of, texts_of

CONTENT = Path(app.__file__).parent / "content"
REMINDER = parse_template((CONTENT / "en/renewal_two_months.toml").read_text(encoding="utf-8"))


def what(template: Template) -> list[str]:
    return [one.what for one in lacking(template)]


def test_a_shipped_template_lacks_nothing():
    assert lacking(REMINDER) == []


@pytest.mark.parametrize("mark", ["phone", "tty", "postal_address", "county_phone", "code"])
def test_an_email_says_who_writes_and_where_help_is(mark):
    assert REMINDER.email
    without = [parse_text(text.source.replace(f"{{{mark}}}", "")) for text in REMINDER.email.footer]
    body = [parse_text(text.source.replace(f"{{{mark}}}", "")) for text in REMINDER.email.body]
    email = replace(REMINDER.email, footer=tuple(without), body=tuple(body))
    assert what(replace(REMINDER, email=email)) == [f"{{{mark}}} is missing"]


def test_a_text_says_who_writes_and_how_to_stop():
    bare = replace(
        REMINDER, sms=parse_text("Renew in {month}. {agency} {phone} {portal} {code}"), email=None, voice=None
    )
    assert what(bare) == ["the agency does not come first", "STOP is missing"]


@pytest.mark.parametrize(
    ("key", "marks"),
    [
        ("packet_reminder", {"date", "portal"}),
        ("cure_last", {"date", "portal"}),
        ("packet_last_chance", {"month", "portal"}),
        ("ineligible", {"date", "coveredca_phone"}),
        ("ssi_renewal", {"ssa_phone"}),
        ("moved_county", {"new_county", "new_county_phone"}),
        ("scam_alert", {"fraud_phone"}),
    ],
)
def test_a_step_says_until_when_and_whom_to_call(key, marks):
    bare = replace(REMINDER, key=key, sms=parse_text("{agency}: {phone}. STOP {code}"), email=None, voice=None)
    assert what(bare) == [f"{{{mark}}} is missing" for mark in sorted(marks)]


@pytest.mark.parametrize("purpose", ["renewal", "scam_alert", "update_contact"])
def test_what_comes_unasked_says_how_to_stop_it(purpose):
    assert REMINDER.email
    email = replace(REMINDER.email, unsubscribe_label=NOTHING)
    bare = replace(REMINDER, purpose=purpose, sms=parse_text("{agency}: {month} {phone} {portal} {code}"), email=email)
    assert what(bare) == ["STOP is missing", "no way to unsubscribe"]


def test_a_call_offers_a_way_to_stop():
    assert REMINDER.voice
    assert what(replace(REMINDER, voice=replace(REMINDER.voice, stop_hint=NOTHING))) == ["key 9 is not offered at once"]


def test_a_finding_says_of_which_template_and_channel_it_is():
    found = finding(REMINDER, Channel.SMS, ("too long", "Shorten it"))
    assert (found.key, found.channel, found.language) == ("renewal_two_months", "sms", "en")
    assert (found.what, found.mend) == ("too long", "Shorten it")


def test_the_words_of_a_channel_are_all_there():
    assert len(texts_of(REMINDER, Channel.VOICE)) == 12
    assert "{agency}" in source_of(REMINDER, Channel.SMS)
    assert texts_of(replace(REMINDER, sms=None), Channel.SMS) == ()
