import pytest

from app.rules.facts import RenewalStatus
from schedules.ladders.faults import BadLadder
from schedules.ladders.reading import parse_ladder
from schedules.ladders.shape import STATUSES
from tests.schedules.ladders.ladder_world import HEAD, STEP, a_ladder, a_step

ON_LINE = {"name": 1, "occasion": 2, "programs": 3, "purpose": 4, "steps": 4, "key": 5, "template": 6, "from": 7,
           "until": 8, "statuses": 9}  # fmt: skip
"""Where each field stands in the ladder of these tests, the ones that a test adds on line 10."""


def refusal(text):
    with pytest.raises(BadLadder) as caught:
        parse_ladder(text, name="trial.toml")
    return [(fault.line, f"{fault.what}; {fault.mend}") for fault in caught.value.faults]


def test_the_statuses_are_those_of_renewals_but_canceled():
    assert (*STATUSES, "canceled") == tuple(str(status) for status in RenewalStatus)


def test_a_ladder_without_fault_has_none():
    assert parse_ladder(a_ladder()).name == "trial"


@pytest.mark.parametrize("field", ["name", "steps"])
def test_what_a_ladder_must_have_is_missed(field):
    text = a_ladder().replace(f'{field} = "trial"\n', "") if field == "name" else HEAD
    (found,) = refusal(text)
    assert found[0] == 1
    assert f"`{field}` is missing" in found[1]


@pytest.mark.parametrize("field", ["key", "template", "from", "until", "statuses"])
def test_what_a_step_must_have_is_missed_where_the_step_begins(field):
    (found,) = refusal(a_ladder("".join(line for line in STEP.splitlines(keepends=True) if not line.startswith(field))))
    assert found[0] == ON_LINE["steps"]
    assert f"`{field}` is missing" in found[1]


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("name", '"Medi-Cal"', "“Medi-Cal” is no name; write small letters"),
        ("name", "7", "7 is no name"),
        ("occasion", '"birthday"', "“birthday” is no occasion; write one of renewal, age_out_19"),
        ("programs", '"medi_cal"', "“medi_cal” is no list; write a list of names"),
        ("programs", "[]", "it is empty; write a list"),
        ("programs", '["Medi-Cal"]', "“Medi-Cal” is no name"),
        ("programs", '["ccs", "ccs"]', "“ccs” stands there twice"),
    ],
)
def test_a_field_of_a_ladder_that_holds_something_else_is_refused(field, value, what):
    lines = [
        f"{field} = {value}\n" if line.startswith(field) else line for line in a_ladder().splitlines(keepends=True)
    ]
    (found,) = refusal("".join(lines))
    assert found[0] == ON_LINE[field]
    assert f"`{field}`: {what}" in found[1]


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("template", '""', "“” is no name; write the key of a template"),
        ("from", '"M-2"', "“M-2” is no table; write such as { anchor"),
        ("statuses", '["paused"]', "“paused” is no status; write a list of some of unknown, upcoming"),
        ("statuses", '["canceled"]', "“canceled” is no status"),
        ("statuses", "[]", "it is empty; write a list of some of unknown"),
        ("statuses", "[7]", "7 is no status"),
        ("templates", '"words"', "“words” is no table"),
        ("channels", '"all"', "“all” is no channels policy; write one of each, first, fallback"),
        ("fallback_days", "0", "0 is no whole number from 1 to 60"),
        ("fallback_days", "true", "true is no whole number"),
        ("priority", "4", "4 is no whole number from 5 to 9"),
        ("priority", "5.5", "5.5 is no whole number from 5 to 9"),
        ("owners", '["plan"]', "“plan” is no owner; write a list of some of county, ssa"),
        ("cycles", "[3]", "3 is no cycle; write a list of 6, 12 or both"),
        ("cycles", "[12, 12]", "12 stands there twice"),
        ("cycles", "[[6]]", "a list is no cycle"),
    ],
)
def test_a_field_of_a_step_that_holds_something_else_is_refused(field, value, what):
    (found,) = refusal(a_ladder(a_step(**{"starts" if field == "from" else field: value})))
    assert found[0] == ON_LINE.get(field, 10)
    assert f"`{field}`: {what}" in found[1]


@pytest.mark.parametrize(
    ("offset", "what"),
    [
        ("months = -2", "`anchor` is missing"),
        ('anchor = "birthday"', "`anchor`: “birthday” is no anchor; write one of renewal_month, packet_mailed_on"),
        ('anchor = "on", months = 25', "`months`: 25 is no whole number from -24 to 24"),
        ('anchor = "on", months = "two"', "`months`: “two” is no whole number from -24 to 24"),
        ('anchor = "on", days = -401', "`days`: -401 is no whole number from -400 to 400"),
        ('anchor = "on", days = "ninety days"', "`days`: “ninety days” is no constant"),
        ('anchor = "on", days = "cure_days + 401"', "“cure_days + 401” is no constant"),
        ('anchor = "on", weekday = "fifth monday"', "`weekday`: “fifth monday” is no weekday of a month; write first,"),
        ('anchor = "on", weekday = "second payday"', "“second payday” is no weekday of a month"),
        ('anchor = "on", weeks = 2', "`weeks` is not known; use only anchor, months, days, weekday"),
    ],
)
def test_an_impossible_offset_is_refused(offset, what):
    for name, field in (("from", "starts"), ("until", "ends"), ("shows", "shows")):
        (found,) = refusal(a_ladder(a_step(**{field: f"{{ {offset} }}"})))
        assert found[0] == ON_LINE.get(name, 10)
        assert what in found[1]


def test_a_field_that_nobody_knows_is_refused_where_it_stands():
    assert refusal("program = 'medi_cal'\n" + a_ladder()) == [
        (1, "`program` is not known; use only name, occasion, programs, purpose, steps")
    ]
    ((line, what),) = refusal(a_ladder(a_step(deadline="14")))
    assert line == 10
    assert "`deadline` is not known; use only key, template, from, until, statuses" in what


@pytest.mark.parametrize("steps", ["steps = 7\n", "steps = []\n", "steps = [1]\n", "[steps]\n"])
def test_steps_that_are_none_are_refused(steps):
    ((line, what),) = refusal(HEAD + steps)
    assert line == 4
    assert "write at least one [[steps]] table" in what


def test_other_words_are_for_a_status_of_the_step_alone():
    words = '[steps.templates]\nrenewed = "words"\nupcoming = 7\n'
    assert refusal(a_ladder(STEP, words)) == [
        (11, "“renewed” is no status of this step; use only upcoming"),
        (12, "`upcoming`: 7 is no name; write the key of a template"),
    ]


def test_all_faults_are_told_at_once():
    wrong = a_ladder(a_step(key="A B", priority="1"), a_step(key="second", statuses='["paused"]'))
    assert [line for line, _ in refusal(wrong)] == [5, 10, 16]


def test_a_reminder_is_sent_for_no_other_purpose_than_people_agreed_to():
    (found,) = refusal(a_ladder(head=f'{HEAD}purpose = "scam_alert"\n'))
    assert found == (4, "`purpose`: “scam_alert” is no purpose of a reminder; write renewal, or leave it out")
