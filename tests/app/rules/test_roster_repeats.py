from app.rules.facts import MemberUpdated
from app.rules.roster_columns import resolve
from app.rules.roster_repeats import Standing
from app.rules.roster_rows import Record, Reject, Row

COLUMNS = resolve(["Member ID", "First Name"])


def admit(standing, line, ref, name):
    return standing.admit(Row(line, ref, MemberUpdated(first_name=name)), Record(line, (ref, name)), COLUMNS)


def test_the_same_row_again_passes():
    standing = Standing()
    assert all(isinstance(admit(standing, line, "M-1", "Ruth"), Row) for line in (2, 3))


def test_another_row_of_the_same_member_is_rejected_and_names_the_first():
    standing = Standing()
    admit(standing, 2, "M-1", "Ruth")
    reject = admit(standing, 9, "M-1", "James")
    assert isinstance(reject, Reject)
    assert (reject.line, reject.column) == (9, "Member ID")
    assert "already on line 2" in reject.reason
    assert "M-1" not in reject.reason


def test_case_makes_another_member():
    standing = Standing()
    admit(standing, 2, "m-1", "Ruth")
    assert isinstance(admit(standing, 3, "M-1", "James"), Row)
