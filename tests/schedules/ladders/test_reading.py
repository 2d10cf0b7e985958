from contextlib import contextmanager, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.ladders.faults import BadLadder
from schedules.ladders.model import Anchor, Occasion, Offset, Policy
from schedules.ladders.reading import checked_ladder, parse_ladder
from tests.schedules.ladders.ladder_world import CONSTANTS, STEP, TEXTS, a_ladder


def test_a_ladder_is_read_with_what_it_leaves_out():
    ladder = parse_ladder(f'name = "small"\n{STEP}')
    (step,) = ladder.steps
    assert (ladder.name, ladder.occasion, ladder.programs, ladder.purpose) == (
        "small", Occasion.RENEWAL, frozenset(), "renewal",
    )  # fmt: skip
    assert step.starts == Offset(Anchor.RENEWAL_MONTH, months=-2)
    assert (step.policy, step.fallback_days, step.priority) == (Policy.EACH, 0, 5)
    assert (step.owners, step.cycles, step.shows) == ({"county"}, {6, 12}, None)


def test_a_ladder_is_read_with_all_that_it_says():
    more = """\
channels = "fallback"
fallback_days = 3
priority = 7
owners = ["ssa", "county"]
cycles = [6]
shows = { anchor = "effective_on", days = "cure_days + 1" }
templates.upcoming = "other_words"
"""
    (step,) = parse_ladder(a_ladder(STEP + more)).steps
    assert (step.policy, step.fallback_days, step.priority) == (Policy.FALLBACK, 3, 7)
    assert (step.owners, step.cycles) == ({"ssa", "county"}, {6})
    assert step.shows == Offset(Anchor.EFFECTIVE_ON, days="cure_days + 1")
    assert (step.words("upcoming"), step.words("unknown")) == ("other_words", "words")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (a_ladder().replace("[[steps]]", "[[steps]"), 4),
        (a_ladder() + "key = 'again'\n", 10),
        (a_ladder() + "priority = ", 10),
        ("name = ", 1),
        ('name = """a\nb', 2),
    ],
)
def test_what_is_no_toml_is_refused_with_its_line(text, line):
    with pytest.raises(BadLadder, match=r"it is no TOML: .*; see toml.io") as caught:
        parse_ladder(text, name="trial.toml")
    (fault,) = caught.value.faults
    assert (fault.file, fault.line) == ("trial.toml", line)


def test_every_shipped_ladder_is_named_as_its_file():
    assert {parse_ladder(text).name + ".toml" for text in TEXTS.values()} == TEXTS.keys()


@given(st.sampled_from([*TEXTS.values()]), st.data())
def test_a_ladder_with_a_line_lost_or_spoilt_is_read_or_refused_and_nothing_else(text, data):
    lines = text.splitlines(keepends=True)
    place = data.draw(st.integers(0, len(lines) - 1))
    spoilt = data.draw(
        st.sampled_from(["", "[[steps]]\n", "days = 500\n", 'key = "x"\n', "[steps.templates]\n", "=\n"])
    )
    text = "".join([*lines[:place], spoilt, *lines[place + 1 :]])
    with suppress(BadLadder), placed_within(len(lines)):
        checked_ladder(text, name="trial.toml", constants=CONSTANTS)


@contextmanager
def placed_within(length):
    try:
        yield
    except BadLadder as error:
        if error.faults and all(1 <= fault.line <= length for fault in error.faults):
            raise
        pytest.fail(f"a fault without a line of the text: {error.faults}")
