import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.roster_csv import HEADER_AGAIN, MOST_LINES, NO_TEXT, OPEN_QUOTE, TOO_MANY, read_csv
from app.rules.roster_rows import BadFile, Reject, Roster, Row


def roster(text):
    found = read_csv(io.StringIO(text, newline=""))
    assert isinstance(found, Roster)
    return found


def rows(text):
    return list(roster(text).rows)


def refs(text):
    return [found.member_ref if isinstance(found, Row) else found.line for found in rows(text)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_do_not_matter(delimiter, end):
    text = end.join(["\ufeffMember ID,First Name,ZIP", "M-1,Ruth,92704", '"M-2","Anna",92704', ""])
    assert refs(text.replace(",", delimiter)) == ["M-1", "M-2"]


def test_blank_lines_do_not_count_but_lines_are_those_of_the_file():
    found = rows("Member ID,First Name\n\nM-1,Ruth\n , \n,\n,Anna\n")
    assert [one.line for one in found] == [3, 6]


def test_a_line_break_inside_quotes_is_part_of_the_cell():
    found = rows('Member ID,First Name\nM-1,"Lucía\n""Jr"""\nM-2,Ruth\n')
    assert [(one.line, one.facts.first_name) for one in found] == [(2, "Lucía"), (4, "Ruth")]


def test_a_quotation_mark_that_is_never_closed_costs_its_own_line_only():
    found = rows('Member ID,First Name\nM-1,"Lucía\nM-2,Ruth\nM-3,"Anna"\nM-4,Ruth\n')
    assert [one.line for one in found] == [2, 3, 4, 5]
    assert [one.reason for one in found if isinstance(one, Reject)] == [OPEN_QUOTE]


def test_a_cell_may_run_over_a_few_lines_but_not_over_half_the_file():
    text = 'Member ID,Note\nM-1,"' + "x\n" * (MOST_LINES + 5) + '"\n'
    assert [one.line for one in rows(text)][:3] == [2, 3, 4]


def test_marks_beside_a_closed_quotation_are_forgiven():
    assert refs('Member ID,First Name\nM-1,"Ruth" \n"M-2" ,Ann\n') == ["M-1", "M-2"]


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("M-1", "First Name", "the row ends before this column: it has 1 of 3 cells"),
        ("M-1,Ruth", "ZIP", "the row ends before this column: it has 2 of 3 cells"),
        ("M-1,Ruth,92704,more", "", TOO_MANY),
        ("M-1,Ru\x00th,92704", "", NO_TEXT),
        ("MEMBER ID,First Name,ZIP", "", HEADER_AGAIN),
        (",Ruth,92704", "Member ID", "the row has no member id; without one nobody can tell whose it is"),
    ],
)
def test_a_record_that_does_not_fit_is_rejected_with_its_own_cells(line, column, reason):
    [found] = rows(f"Member ID,First Name,ZIP\n{line}\n")
    assert isinstance(found, Reject)
    assert (found.line, found.column, found.reason) == (2, column, reason)
    assert found.raw == tuple(line.split(","))


def test_blank_cells_beyond_the_header_do_no_harm():
    assert refs("Member ID,First Name,,\nM-1,Ruth,,\nM-2,Anna,,,,\n") == ["M-1", "M-2"]


def test_lines_before_the_header_are_left_out_and_reported():
    found = roster("sep=;\nRenewals of November;;\n\nMember ID;First Name\nM-1;Ruth\n")
    assert found.warnings == ["2 lines before the header were left out"]
    assert [row.line for row in found.rows] == [5]


def test_a_header_name_may_run_over_two_lines():
    assert refs('"Member\nID","First\nName"\nM-1,Ruth\n') == ["M-1"]


def test_unknown_columns_are_reported_once():
    assert roster("Member ID,Shoe Size\nM-1,9\nM-2,8\n").warnings == [
        'column "Shoe Size" is not known and was left out'
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff"])
def test_an_empty_file_is_no_roster(text):
    assert read_csv(io.StringIO(text)) == BadFile("the file is empty")


def test_a_file_without_member_ids_is_no_roster():
    found = read_csv(io.StringIO("Name,DOB,Phone,ZIP\nRuth,2001-01-01,7145550001,92704\n"))
    assert isinstance(found, BadFile)
    assert "found: Name, DOB, Phone, ZIP" in found.reason


def test_the_same_row_again_passes_and_another_of_the_same_member_does_not():
    found = rows("Member ID,First Name\nM-1,Ruth\nM-1,Ruth\nM-1,James\n")
    assert [type(one) for one in found] == [Row, Row, Reject]
    assert "already on line 2" in found[2].reason


def test_a_rejected_row_does_not_keep_a_good_one_of_its_member_out():
    found = rows("Member ID,Phone\nM-1,7.14E+09\nM-1,7145550001\n")
    assert [type(one) for one in found] == [Reject, Row]


def test_lines_without_ends_do_as_well():
    found = read_csv(["Member ID,First Name", 'M-1,"Lucía', 'Jr"', "M-2,Ruth"])
    assert isinstance(found, Roster)
    assert [row.line for row in found.rows] == [2, 4]


def test_rows_are_read_while_they_are_asked_for():
    def endless():
        yield "Member ID"
        number = 0
        while True:
            number += 1
            yield f"M-{number}"

    found = read_csv(endless())
    assert isinstance(found, Roster)
    assert next(found.rows).member_ref == "M-1"


HEADER = "Member ID,First Name,DOB,Phone,Email,Written Lang,Renewal Month,Status,SMS Consent,Consent Date,ZIP"
damage = st.text(max_size=MOST_LINES // 10) | st.sampled_from(
    ["", "7.14E+09", "6575550006 / 7145550013", "13/2027", "none", "ZZZ", 'Lucía\n"Jr"', "02/30/1970", '"', "a,b", "\t"]
)


def quoted(cell):
    return '"' + cell.replace('"', '""') + '"'


@given(st.lists(st.lists(damage, min_size=10, max_size=10)))
def test_every_record_comes_back_once_as_a_row_or_a_reject(table):
    records = [[f"M-{number}", *cells] for number, cells in enumerate(table)]
    found = rows("\n".join([HEADER, *(",".join(map(quoted, cells)) for cells in records)]))
    assert len(found) == len(records)
    assert all(one.member_ref in cells[0] for one, cells in zip(found, records, strict=True) if isinstance(one, Row))


@given(st.text())
def test_no_text_makes_the_reader_raise(text):
    for start in ("", f"{HEADER}\n"):
        found = read_csv(io.StringIO(start + text, newline=""))
        if isinstance(found, Roster):
            lines = [one.line for one in found.rows]
            assert lines == sorted(set(lines))


@given(st.text(alphabet='M1,"\n;', max_size=60))
def test_no_play_of_quotes_and_line_breaks_loses_the_rows_after_it(text):
    found = rows(f"Member ID,First Name\n{text}\n" + "\n" * MOST_LINES + "M-9,Ruth\n")
    assert found[-1].line == text.count("\n") + MOST_LINES + 3
