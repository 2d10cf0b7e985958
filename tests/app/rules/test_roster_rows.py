from app.rules.facts import MemberUpdated
from app.rules.roster_rows import Problem, Record, Reject, Row


def test_a_reject_tells_all_that_is_wrong_with_it():
    reject = Reject(17, (Problem("Phone", "too short"), Problem("DOB", "no date")), ("7145", "x"))
    assert (reject.column, reject.reason) == ("Phone; DOB", "Phone: too short; DOB: no date")


def test_a_reject_with_one_problem_names_its_column_once():
    reject = Reject(17, (Problem("Phone", "too short"),), ("7145",))
    assert (reject.column, reject.reason) == ("Phone", "too short")


def test_nothing_personal_shows_in_a_repr():
    values = (
        Reject(2, (Problem("Phone", "too short"),), ("Ruth", "7145550001")),
        Row(2, "911000001A", MemberUpdated(first_name="Ruth")),
        Record(2, ("Ruth", "911000001A")),
    )
    assert not any(word in repr(values) for word in ("Ruth", "911000001A", "7145550001"))
