from datetime import date

import pytest

from schedules.dated import BadTable, check_order, read_rows

GOOD = """
[[rules]]
name = "one"
value = 5

[[rules]]
name = "one"
value = 6
from = 2027-01-01
until = 2027-12-31
"""


def read(text: str):
    return read_rows(text, name="rules.toml", table="rules", needs={"name": str, "value": int}, may={"note": str})


def refusal(text: str) -> str:
    with pytest.raises(BadTable) as refused:
        check_order(read(text), gaps=False)
    assert str(refused.value) == f"{refused.value.where}: {refused.value.what}; {refused.value.mend}"
    return str(refused.value)


def test_rows_hold_from_a_day_to_a_day_or_always():
    first, second = read(GOOD)
    assert (first.begins, first.ends, first.where) == (date.min, date.max, "rules.toml:2")
    assert (second.begins, second.ends, second.where) == (date(2027, 1, 1), date(2027, 12, 31), "rules.toml:6")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules = [", "rules.toml: "),
        ("[[others]]\nname = 'x'", "rules.toml: it must hold [[rules]] and nothing else"),
        ("rules = 5", "rules.toml: it must hold [[rules]]"),
        ("[[rules]]\nname = 'x'", "rules.toml:1: `value` is missing; add `value = …`"),
        ("[[rules]]\nname = 'x'\nvalue = 1\ncolour = 3", "rules.toml:4: `colour` is no key of this table; use from, "),
        ("[[rules]]\nname = 'x'\nvalue = 'many'", "rules.toml:3: `value` must be a whole number"),
        ("[[rules]]\nname = 'x'\nvalue = true", "rules.toml:3: `value` must be a whole number"),
        ("[[rules]]\nname = 7\nvalue = 1", "rules.toml:2: `name` must be a text"),
        ("[[rules]]\nname = 'x'\nvalue = 1\nfrom = '2027'", "rules.toml:4: `from` must be a date"),
        ("[[rules]]\nname = 'x'\nvalue = 1\nfrom = 2027-01-01T00:00:00Z", "rules.toml:4: `from` must be a date"),
        (
            "[[rules]]\nname = 'x'\nvalue = 1\nfrom = 2027-02-01\nuntil = 2027-01-01",
            "rules.toml:1: it ends before it begins",
        ),
        (GOOD, "rules.toml:6: it holds on 2027-01-01, and so does the row at rules.toml:2; end the earlier row"),
        (
            GOOD.replace("value = 5", "value = 5\nuntil = 2026-12-30"),
            "rules.toml:7: nothing holds between 2026-12-30 and 2027-01-01; let `from` follow on `until`",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line_and_the_mend(text, said):
    assert refusal(text).startswith(said)


def test_gaps_may_be_allowed_and_rows_come_in_the_order_of_their_days():
    later, earlier = "[[rules]]\nname='b'\nvalue=2\nfrom=2028-01-01", "[[rules]]\nname='a'\nvalue=1\nuntil=2026-01-01"
    rows = check_order(read(f"{later}\n{earlier}"), gaps=True)
    assert [row.values["name"] for row in rows] == ["a", "b"]
