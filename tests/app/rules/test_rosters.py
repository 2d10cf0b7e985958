import io
from datetime import date
from pathlib import Path

import pytest

from app.rules.facts import UNCHANGED, Channel, Email, LineKind, Phone, RenewalStatus
from app.rules.rosters import FileText, Reject, Roster, Row, read_csv, read_ndjson, text_of

DAMAGED = Path(__file__).parent / "data" / "damaged.csv"


@pytest.fixture
def roster():
    file = text_of(DAMAGED.read_bytes())
    assert isinstance(file, FileText)
    found = read_csv(io.StringIO(file.text, newline=""), today=date(2026, 11, 22))
    assert isinstance(found, Roster)
    return found


def test_a_damaged_file_gives_each_record_once_with_its_line(roster):
    found = [(one.line, one.column if isinstance(one, Reject) else one.member_ref) for one in roster.rows]
    assert found == [
        (2, "T-01"),
        (3, "T-02"),
        (5, "T-03"),
        (6, "Phone"),
        (7, "Phone"),
        (8, "DOB"),
        (9, "Renewal Month"),
        (10, "Member ID"),
        (11, "Written Lang"),
        (12, "Phone"),
        (13, "Member ID"),
        (14, "T-12"),
        (15, "T-12"),
        (17, ""),
        (18, "T-14"),
    ]
    assert roster.warnings == ['column "Case Worker" is not known and was left out']


def test_each_reject_says_how_to_mend_it(roster):
    reasons = {one.line: one.reason for one in roster.rows if isinstance(one, Reject)}
    assert "put the ten digits back" in reasons[6]
    assert "only fills the field" in reasons[7]
    assert "write it like 1970-02-28" in reasons[8]
    assert "write it like 2027-02" in reasons[9]
    assert "no member id" in reasons[10]
    assert "language is not known" in reasons[11]
    assert "3 of 22 cells" in reasons[12]
    assert "already on line 2" in reasons[13]
    assert "quotation mark" in reasons[17]


def test_what_can_be_mended_is_mended_and_noted(roster):
    rows = {one.member_ref: one for one in roster.rows if isinstance(one, Row)}
    assert rows["T-02"].facts.first_name == "Lucía"
    assert rows["T-02"].facts.language_written == "es"
    assert rows["T-02"].facts.phones == (Phone("+19495550102", LineKind.LANDLINE),)
    assert rows["T-02"].facts.emails == (Email("t02@example.org"),)
    assert [one.status for one in rows["T-02"].status] == [RenewalStatus.PACKET_MAILED]
    assert rows["T-03"].facts.phones == (Phone("+16575550103"), Phone("+17145550113", rank=2))
    assert rows["T-03"].facts.emails is UNCHANGED
    assert rows["T-12"].facts.zip == "92683"
    assert [one.renewal_month for one in rows["T-12"].facts.renewals] == [date(2027, 2, 1)]
    assert [(one.channel, one.granted) for one in rows["T-12"].facts.consents] == [
        (Channel.SMS, False),
        (Channel.VOICE, True),
    ]
    assert rows["T-14"].facts.renewals == ()
    assert rows["T-14"].facts.language_spoken == "yue"
    assert {ref: len(row.repairs) for ref, row in rows.items()} == {
        "T-01": 0,
        "T-02": 0,
        "T-03": 2,
        "T-12": 2,
        "T-14": 0,
    }


def test_the_same_members_as_ndjson_give_the_same_facts(roster):
    [csv_row, *_] = roster.rows
    line = (
        '{"member_ref": "T-01", "first_name": "Ana", "dob": "1962-04-08", "phones": [{"number": "+17145550101", '
        '"kind": "mobile"}], "written_lang": "es", "spoken_lang": "es", "renewal_month": "2027-04", "cycle": 12, '
        '"owner": "county", "consent_sms": true, "consent_voice": false, "consent_basis": "opt_in", '
        '"consent_at": "2026-02-12", "zip": "92704"}'
    )
    [json_row] = read_ndjson([line]).rows
    assert isinstance(json_row, Row)
    assert json_row.facts == csv_row.facts


def test_nothing_personal_shows_in_what_is_reported(roster):
    shown = "".join(map(repr, roster.rows)) + repr(roster)
    assert not any(word in shown for word in ("Ana", "Lucía", "555", "T-01", "example.org", "92704", "Klingon"))
