import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.facts import (
    UNCHANGED,
    Channel,
    Consent,
    Email,
    LineKind,
    Phone,
    RenewalDue,
    RenewalStatus,
    Representative,
)
from app.rules.roster_ndjson import NOT_JSON, read_ndjson
from app.rules.roster_rows import Reject, Row

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(
    ["member_ref", "Member ID", "phones", "emails", "consents", "renewals", "channels", "representative", "phone"]
)


def rows(*values: object):
    return list(read_ndjson([json.dumps(value) for value in values]).rows)


def row(**values: object):
    [found] = rows({"member_ref": "M-1", **values})
    assert isinstance(found, Row), found
    return found


def reject(**values: object):
    [found] = rows({"member_ref": "M-1", **values})
    assert isinstance(found, Reject)
    return found


def test_flat_objects_are_read_like_the_rows_of_a_table():
    found = row(
        **{"First Name": "Ruth", "phone": 7145550001, "SMS Consent": True, "status": "Renewed", "RE Month": "202702"}
    )
    assert found.facts.first_name == "Ruth"
    assert found.facts.phones == (Phone("+17145550001"),)
    assert found.facts.consents == (Consent(Channel.SMS, granted=True),)


def test_objects_in_the_shape_of_the_event_are_read():
    facts = row(
        phones=[{"number": "+17145550002", "kind": "landline", "rank": 2}, {"number": "+17145550001", "rank": 1}],
        emails=[{"address": "a@example.org"}],
        representative={"first_name": "Grace", "relation": "parent"},
        channels=["email", "sms"],
        consents=[{"channel": "sms", "purpose": "renewal", "basis": "opt_in", "granted_at": "2026-08-20T00:00:00Z"}],
        renewals=[
            {"program": "medi_cal", "renewal_month": "2027-02", "cycle_months": 12, "owner": "county"},
            {"program": "ccs", "renewal_month": "2027-05"},
        ],
    ).facts
    assert facts.phones == (Phone("+17145550001"), Phone("+17145550002", LineKind.LANDLINE, 2))
    assert facts.emails == (Email("a@example.org"),)
    assert facts.representative == Representative("Grace", "parent")
    assert facts.channels == (Channel.EMAIL, Channel.SMS)
    assert facts.consents == (Consent(Channel.SMS, granted=True, basis="opt_in", at=datetime(2026, 8, 20, tzinfo=UTC)),)
    assert facts.renewals == (
        RenewalDue("medi_cal", date(2027, 2, 1), 12, "county"),
        RenewalDue("ccs", date(2027, 5, 1)),
    )


def test_a_status_goes_with_the_only_renewal():
    found = row(renewals=[{"renewal_month": "2027-02"}], status="Form Received", received_on="2027-01-05")
    assert [(one.renewal_month, one.status, one.received_on) for one in found.status] == [
        (date(2027, 2, 1), RenewalStatus.FORM_RECEIVED, date(2027, 1, 5))
    ]


def test_null_removes_and_absent_leaves_unchanged():
    facts = row(zip=None, Phones=[], emails=None, representative=None, **{"First Name": None}).facts
    assert (facts.zip, facts.phones, facts.emails, facts.first_name) == (None, None, None, None)
    assert facts.representative is None
    assert facts.channels is UNCHANGED


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"phones": [{"number": "7.14E+09"}]}, "phone_1"),
        ({"phones": ["7145550001"]}, "phones"),
        ({"phones": [{"number": f"714555{n:04}"} for n in range(10)]}, "phones"),
        ({"channels": []}, "channels"),
        ({"first_name": ["Ruth"]}, "first_name"),
        ({"consents": [{"channel": "fax"}]}, "consents"),
        ({"consents": [{"channel": "sms", "granted_at": "soon"}]}, "granted_at"),
        ({"renewals": [{"program": "ccs"}, {"renewal_month": "2027-02"}]}, "renewals"),
        ({"renewals": [{"renewal_month": "2027-13"}, {"renewal_month": "2027-02"}]}, "renewal_month"),
    ],
)
def test_what_cannot_be_read_is_rejected_and_named(values, column):
    assert reject(**values).column == column


@pytest.mark.parametrize("line", ["{", "[]", "1", '"x"', "null", '{"a": NaN}', "[" * 100_000])
def test_a_line_that_is_no_object_is_rejected(line):
    [found] = read_ndjson([line]).rows
    assert isinstance(found, Reject)
    assert (found.reason, found.raw) == (NOT_JSON, (line,))


@pytest.mark.parametrize("name", ["Ru\x00th", "Ru\ud800th"])
def test_a_character_that_is_no_text_is_rejected(name):
    assert "no text" in reject(first_name=name).reason


def test_blank_lines_do_not_count_but_lines_are_those_of_the_file():
    found = list(read_ndjson(["\n", '\ufeff{"member_ref": "M-1"}\n', " \n", '{"first_name": "Ruth"}']).rows)
    assert [(type(one), one.line) for one in found] == [(Row, 2), (Reject, 4)]


def test_unknown_names_are_reported_once():
    found = read_ndjson(['{"member_ref": "M-1", "shoe": 9}', '{"member_ref": "M-2", "shoe": 8}'])
    assert len(list(found.rows)) == 2
    assert found.warnings == ['column "shoe" is not known and was left out']


def test_another_object_of_the_same_member_is_rejected():
    found = rows({"member_ref": "M-1", "zip": "92704"}, {"member_ref": "M-1", "zip": "92620"})
    assert [type(one) for one in found] == [Row, Reject]


@given(st.lists(st.dictionaries(names | st.text(max_size=8), json_values, max_size=6)))
def test_every_object_comes_back_once_as_a_row_or_a_reject(values):
    found = rows(*values)
    assert [one.line for one in found] == list(range(1, len(values) + 1))


@given(st.lists(st.text()))
def test_no_text_makes_the_reader_raise(lines):
    assert len(list(read_ndjson(lines).rows)) <= len(lines)
