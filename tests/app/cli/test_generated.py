from app.cli.generated import AGENCY, members, roster
from app.rules.agency import BadAgency, read_profile
from app.rules.rosters import BadFile, Reject, Row, read_csv

OUTCOMES = [("sms", "+12095550113"), ("email", "bounce@sandbox.keepcovered.example")]


def test_the_agency_is_a_good_one():
    assert not isinstance(read_profile(AGENCY), BadAgency)


def test_the_same_people_are_made_each_time_and_all_but_the_damaged_can_be_read():
    people = list(members(60, ("2027-03", "2027-04"), OUTCOMES))
    assert people == list(members(60, ("2027-03", "2027-04"), OUTCOMES))
    read = read_csv(roster(people).splitlines(keepends=True))
    assert not isinstance(read, BadFile)
    rows = list(read.rows)
    assert sum(isinstance(row, Row) for row in rows) == 60
    assert [row.line for row in rows if isinstance(row, Reject)] == [62, 63, 64, 65]


def test_the_first_people_live_at_the_magic_addresses():
    first, second = list(members(2, ("2027-03",), OUTCOMES))
    assert (first.cells["Phone"], second.cells["Email"]) == (OUTCOMES[0][1], OUTCOMES[1][1])
