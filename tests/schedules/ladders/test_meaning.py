import pytest

from schedules.ladders.faults import BadLadder
from schedules.ladders.meaning import DAYS
from schedules.ladders.reading import checked_ladder, parse_ladder
from tests.schedules.ladders.ladder_world import CONSTANTS, HEAD, SHIPPED, TEXTS, a_ladder, a_step

MILESTONE = HEAD.replace('occasion = "renewal"', 'occasion = "work_notice"')


def faults(text, *others):
    try:
        checked_ladder(text, name="trial.toml", constants=CONSTANTS, others=others)
    except BadLadder as error:
        return [(fault.line, f"{fault.what}; {fault.mend}") for fault in error.faults]
    return []


def an_offset(anchor="renewal_month", **more):
    said = {"anchor": f'"{anchor}"', **{name: str(value) for name, value in more.items()}}
    return "{ " + ", ".join(f"{name} = {value}" for name, value in said.items()) + " }"


def between(first, last, anchor="renewal_month"):
    return {"starts": an_offset(anchor, days=first), "ends": an_offset(anchor, days=last)}


def test_every_shipped_ladder_makes_sense_beside_the_others():
    for text in TEXTS.values():
        ladder = parse_ladder(text)
        assert faults(text, *(one for one in SHIPPED.values() if one.name != ladder.name)) == []


def test_a_step_counts_from_and_until_from_the_same_anchor():
    text = a_ladder(a_step(ends=an_offset("due_on", days=3)))
    assert faults(text) == [
        (8, "`from` is counted from renewal_month, `until` from due_on; count both from the same anchor")
    ]


@pytest.mark.parametrize("field", ["starts", "ends", "shows"])
def test_a_constant_that_nobody_gave_is_refused(field):
    offsets = {"starts": an_offset("effective_on"), "ends": an_offset("effective_on", days=200)}
    text = a_ladder(a_step(**offsets | {field: an_offset("effective_on", days='"grace_days"')}))
    assert [what for _, what in faults(text)] == [
        "“grace_days” names no constant; use a name of schedules/constants.toml"
    ]


def test_a_constant_is_known_with_days_more():
    text = a_ladder(a_step(**between('"cure_days + 1"', '"cure_days + 15"', "effective_on")))
    assert faults(text) == []


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        pytest.param(an_offset(days=9), an_offset(days=8), id="on every day"),
        pytest.param(an_offset(months=-1, days=30), an_offset(days=2), id="never"),
        pytest.param(an_offset("on", days=30), an_offset("on", months=1), id="in February alone"),
        pytest.param(an_offset("on", days=29), an_offset("on", months=1), id="in a February of 28 days alone"),
        pytest.param(an_offset("on", weekday='"last friday"'), an_offset("on", days=2), id="early in a month"),
        pytest.param(an_offset("on", days='"ce_response_days"'), an_offset("on", days=29), id="by a constant"),
    ],
)
def test_a_deadline_before_its_start_is_refused_on_whatever_day_that_happens(starts, ends, request):
    head = MILESTONE if '"on"' in starts else HEAD
    found = faults(a_ladder(a_step(starts=starts, ends=ends), head=head))
    if request.node.callspec.id == "never":
        assert found == []
    else:
        ((line, what),) = found
        assert line == 8
        assert "it ends before it begins: if" in what


def test_leap_days_and_the_ends_of_months_are_tried():
    tried = {(day.month, day.day) for day in DAYS}
    assert {(2, 28), (2, 29), (12, 31), (1, 1), (4, 30)} <= tried


def test_an_occasion_has_anchors_and_statuses_of_its_own():
    notice = a_step(**between(0, 3, "effective_on"), statuses='["upcoming", "renewed"]')
    assert faults(a_ladder(notice, head=MILESTONE)) == [
        (7, "work_notice has no `effective_on`; count from one of on, renewal_month"),
        (8, "work_notice has no `effective_on`; count from one of on, renewal_month"),
        (9, "work_notice is never “renewed”; use only upcoming"),
    ]
    ((line, what), _) = faults(a_ladder(a_step(**between(0, 3, "on"))))
    assert (line, what[:24]) == (7, "renewal has no `on`; cou")


def test_fallback_and_its_days_go_together():
    assert faults(a_ladder(a_step(channels='"fallback"'))) == [
        (10, "`fallback` without days; say after how many: fallback_days = 3")
    ]
    ((line, what),) = faults(a_ladder(a_step(fallback_days="3")))
    assert line == 10
    assert "`fallback_days` without `fallback`" in what
    assert faults(a_ladder(a_step(channels='"fallback"', fallback_days="3"))) == []


def test_the_next_channel_has_its_turn_before_the_step_ends():
    waits = {"channels": '"fallback"', "fallback_days": "9"}
    assert faults(a_ladder(a_step(**between(0, 9), **waits))) == []
    assert faults(a_ladder(a_step(**between(0, 8), **waits))) == [
        (11, "the next channel waits 9 days, and the step ends after 8; let it wait less, or let `until` be later")
    ]


def test_two_steps_of_one_key_are_refused_in_one_ladder_and_across():
    twice = a_ladder(a_step(), a_step(**between(40, 50)))
    assert faults(twice) == [(11, "`first` is a step already; give each step a key of its own")]
    other = parse_ladder(a_ladder(a_step(**between(40, 50))).replace('"trial"', '"other"'))
    assert faults(a_ladder(), other) == [
        (5, "`first` is a step of the ladder other already; give each step a key of its own")
    ]


def test_steps_on_the_same_days_for_the_same_people_are_refused():
    text = a_ladder(a_step(**between(0, 9)), a_step("second", **between(9, 12)))
    ((line, what),) = faults(text)
    assert line == 10
    assert "its days overlap with those of `first` (if renewal_month is 2026-01-01)" in what


def test_steps_that_meet_in_a_short_month_alone_are_refused():
    sooner = a_step(starts=an_offset("due_on"), ends=an_offset("due_on", days=29))
    later = a_step("second", starts=an_offset("due_on", months=1), ends=an_offset("due_on", months=1, days=5))
    ((_, what),) = faults(a_ladder(sooner, later))
    assert "(if due_on is 2027-01-30)" in what


@pytest.mark.parametrize(
    "apart",
    [
        pytest.param({"statuses": '["renewed"]'}, id="another status"),
        pytest.param({"owners": '["ssa"]'}, id="another owner"),
        pytest.param(between(10, 12), id="other days"),
        pytest.param(between(0, 9, "due_on"), id="another anchor"),
    ],
)
def test_steps_with_something_apart_may_stand_beside_each_other(apart):
    assert faults(a_ladder(a_step(**between(0, 9)), a_step("second", **{**between(0, 9), **apart}))) == []


def test_steps_of_other_cycles_may_stand_on_the_same_days():
    steps = a_step(**between(0, 9), cycles="[6]"), a_step("second", **between(0, 9), cycles="[12]")
    assert faults(a_ladder(*steps)) == []


def test_ladders_of_other_programs_or_occasions_do_not_meet():
    text = a_ladder(a_step("second"))
    same = a_ladder().replace('"trial"', '"other"')
    ((_, what),) = faults(text, parse_ladder(same))
    assert "overlap with those of `first` of the ladder other" in what
    assert faults(text, parse_ladder(same.replace("medi_cal", "ccs"))) == []
    assert faults(text, parse_ladder(same.replace('"renewal"', '"work_notice"'))) == []
    assert faults(text, parse_ladder(same.replace('programs = ["medi_cal"]\n', ""))) != []
