import tomllib

from hypothesis import given
from hypothesis import strategies as st

from schedules.ladders.lines import line_of, scan
from tests.schedules.ladders.ladder_world import TEXTS

TEXT = '''\
# a ladder
name = "x"
[[steps]]
  key = "a"
  from = { anchor = "on", days = 3 }
[steps.templates]
upcoming = "words"

[[ steps ]]  # the second
until.anchor = "on"
statuses = [
  "upcoming",
]
note = """
key = "not a key"
[[steps]]
"""
"owners" = []
'''


def test_each_table_and_key_has_its_line():
    lines = scan(TEXT)
    assert lines["name",] == 2
    assert lines["steps", 0] == 3
    assert lines["steps", 0, "key"] == 4
    assert lines["steps", 0, "templates"] == 6
    assert lines["steps", 0, "templates", "upcoming"] == 7
    assert lines["steps", 1] == 9
    assert lines["steps", 1, "until"] == 10
    assert lines["steps", 1, "owners"] == 18
    assert ("steps", 2) not in lines


def test_what_stands_inside_a_line_has_the_line_of_what_is_around_it():
    lines = scan(TEXT)
    assert line_of(lines, ("steps", 0, "from", "anchor")) == 5
    assert line_of(lines, ("steps", 1, "key")) == 9
    assert line_of(lines, ("purpose",)) == 1
    assert line_of(lines, ()) == 1


def test_every_key_of_every_shipped_ladder_is_found():
    for text in TEXTS.values():
        lines = scan(text)
        for name in tomllib.loads(text):
            assert any(where[0] == name for where in lines)
        for number, step in enumerate(tomllib.loads(text)["steps"]):
            for key in step:
                line = text.splitlines()[lines["steps", number, key] - 1]
                assert line.startswith((f"{key} = ", f"[steps.{key}]"))


@given(st.text(alphabet="ab[].\"=\n #'", max_size=80))
def test_no_text_is_too_strange_to_be_scanned(text):
    assert all(1 <= line <= len(text.splitlines()) for line in scan(text).values())
