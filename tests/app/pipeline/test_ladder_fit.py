import re

import pytest

from app.pipeline.ladder_fit import fitting_ladder, in_use, shipped_words
from app.pipeline.wording import Shipped
from app.wiring import shipped
from schedules.ladders.faults import BadLadder
from schedules.ladders.reading import parse_ladder
from tests.conftest import ONE_REMINDER
from tests.schedules.ladders.ladder_world import CONSTANTS

SAYS = """
key = "{key}"
language = "{language}"
review = "draft"
purpose = "renewal"
[sms]
body = "{{agency}} {{code}}"
"""


@pytest.fixture(scope="module")
def words():
    return shipped_words(shipped())


def faults(words, text=ONE_REMINDER, languages=("en",)):
    try:
        fitting_ladder(text, "own.toml", constants=CONSTANTS, others=(), words=words, languages=languages)
    except BadLadder as error:
        return [(fault.line, fault.what) for fault in error.faults]
    return []


def test_a_ladder_whose_words_exist_in_all_languages_of_the_agency_fits(words):
    assert faults(words, languages=("en", "es", "vi", "zh-Hans", "zh-Hant", "ko")) == []


def test_a_template_that_does_not_exist_is_refused_where_it_is_named(words):
    text = ONE_REMINDER.replace('template = "renewal_two_months"', 'template = "two_month_renewal"')
    assert faults(words, text, ("en", "vi")) == [
        (6, "the template `two_month_renewal` has no words in en (sms, email, voice), vi (sms, email, voice)")
    ]


def test_other_words_for_a_status_are_asked_for_as_well(words):
    assert faults(words, ONE_REMINDER + '[steps.templates]\nupcoming = "nothing_such"\n') == [
        (11, "the template `nothing_such` has no words in en (sms, email, voice)")
    ]


def test_a_channel_without_words_of_its_own_is_named(words):
    assert faults(words, ONE_REMINDER.replace('template = "renewal_two_months"', 'template = "voicemail"')) == [
        (6, "the template `voicemail` has no words in en (sms, email)")
    ]


DATED = ONE_REMINDER.replace('template = "renewal_two_months"', 'template = "cure_now"')


@pytest.mark.parametrize("shows", ["due_on", "renewal_month"])
def test_words_that_name_a_date_need_a_step_that_shows_one(words, shows):
    what = "the template `cure_now` names a date, and the step none that is always known"
    assert faults(words, DATED) == [(6, what)]
    assert faults(words, f'{DATED}shows = {{ anchor = "{shows}" }}\n') == []


def test_a_date_that_the_county_may_never_say_cannot_be_shown(words):
    shown = f'{DATED}shows = {{ anchor = "packet_mailed_on" }}\n'
    assert [line for line, _ in faults(words, shown)] == [6]
    mailed = re.sub("statuses = .*", 'statuses = ["packet_mailed"]', shown)
    assert faults(words, mailed) == []


def test_words_of_a_move_are_for_ladders_of_a_move(words):
    text = ONE_REMINDER.replace('template = "renewal_two_months"', 'template = "moved_county"')
    assert faults(words, text) == [
        (6, "the template `moved_county` has {new_county_phone}, which this is not about"),
        (6, "the template `moved_county` has {new_county}, which this is not about"),
    ]


def test_english_does_not_stand_in_for_a_language_that_we_have_words_in():
    texts = {"en/w.toml": SAYS.format(key="w", language="en"), "es/x.toml": SAYS.format(key="x", language="es")}
    some = shipped_words(Shipped(texts, {}, ""))
    text = ONE_REMINDER.replace('template = "renewal_two_months"', 'template = "w"')
    assert [what for _, what in faults(some, text, ("en", "es"))] == [
        "the template `w` has no words in en (email, voice), es (sms, email, voice)"
    ]
    assert [what for _, what in faults(some, text, ("fa",))] == ["the template `w` has no words in en (email, voice)"]


def test_english_and_what_there_are_words_in_are_in_use(words):
    assert in_use(("vi", "ium", "yue"), words) == ["en", "vi", "yue"]


def test_what_cannot_be_read_or_makes_no_sense_is_refused_before_its_words_are_looked_for(words):
    assert faults(words, ONE_REMINDER.replace("renewal_two_months", "x").replace("days = 13", "days = 500"))[0][0] == 8
    assert parse_ladder(ONE_REMINDER).name == "medi_cal_renewal"
