from datetime import UTC, date, datetime

import pytest

from app.rules.facts import (
    UNCHANGED,
    Channel,
    Consent,
    MemberLeft,
    MemberUpdated,
    RenewalChanged,
    RenewalDue,
    RenewalStatus,
    Representative,
)
from app.rules.roster_cells import NOTHING_NOTE
from app.rules.roster_columns import resolve
from app.rules.roster_facts import (
    CYCLE_LEFT,
    DUE_LEFT,
    NAME_LEFT,
    NO_MONTH,
    UNKNOWN_LANGUAGE,
    WITHOUT_WORDS,
    ZIP_LEFT,
    read_record,
)
from app.rules.roster_rows import Record, Reject, Row

FEBRUARY = date(2027, 2, 1)


def read(today=None, **cells: str):
    cells = {"member_ref": "M-1", **cells}
    return read_record(Record(2, tuple(cells.values())), resolve(list(cells)), today=today)


def row(**cells: str):
    found = read(**cells)
    assert isinstance(found, Row)
    return found


def columns_of(found):
    assert isinstance(found, Reject)
    return [problem.column for problem in found.problems]


def test_a_row_with_nothing_but_a_member_id_changes_nothing():
    assert row() == Row(2, "M-1", MemberUpdated())


def test_blank_cells_change_nothing():
    assert row(first_name="", dob=" ", phone="", email="", zip="", channels="", status="") == row()


def test_the_facts_of_a_person_are_read():
    facts = row(first_name="Thảo", dob="10/16/1969", zip="92620", timezone="America/Los_Angeles").facts
    assert (facts.first_name, facts.date_of_birth, facts.zip, facts.timezone) == (
        "Thảo",
        date(1969, 10, 16),
        "92620",
        "America/Los_Angeles",
    )


def test_cantonese_is_kept_as_spoken_and_written_in_traditional_characters():
    facts = row(written_lang="Chinese-Cantonese", spoken_lang="Chinese-Cantonese").facts
    assert (facts.language_written, facts.language_spoken) == ("zh-Hant", "yue")


def test_a_language_without_words_of_ours_becomes_english_and_says_so():
    found = row(written_lang="French")
    assert (found.facts.language_written, found.repairs) == ("en", (f"written_lang: {WITHOUT_WORDS}",))


def test_an_unknown_language_rejects_the_row():
    found = read(written_lang="Klingon")
    assert isinstance(found, Reject)
    assert (found.column, found.reason) == ("written_lang", UNKNOWN_LANGUAGE)


@pytest.mark.parametrize("ref", ["", "  ", "N/A", "9.11E+08", "x" * 129, "a\x07b"])
def test_a_row_without_a_usable_member_id_is_rejected(ref):
    assert columns_of(read(member_ref=ref)) == ["member_ref"]


def test_a_member_id_is_trimmed_and_keeps_its_case():
    assert row(member_ref=" m-1A ").member_ref == "m-1A"


@pytest.mark.parametrize(
    "cells",
    [
        {"dob": "02/30/1970"},
        {"dob": "2030-01-01"},
        {"phone": "7.14E+09"},
        {"email": "ruth@"},
        {"renewal_month": "13/2027"},
        {"owner": "Nobody"},
        {"status": "Whatever"},
        {"due_date": "02/30/2027"},
        {"sms_consent": "maybe"},
        {"consent_date": "yesterday", "sms_consent": "Y"},
        {"channels": "sms;fax"},
        {"timezone": "Mars"},
        {"program": "9!"},
    ],
)
def test_a_bad_cell_that_matters_rejects_the_row_and_is_named(cells):
    assert columns_of(read(today=date(2026, 11, 22), **cells)) == [next(iter(cells))]


def test_a_reject_lists_every_bad_cell_and_repeats_no_value():
    found = read(dob="02/30/1970", phone="714555", month="2027-02", renewal_month="soon")
    assert columns_of(found) == ["dob", "phone", "renewal_month"]
    assert not any(value in repr(found) for value in ("02/30/1970", "714555", "soon"))


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        ({"zip": "9270"}, f"zip: {ZIP_LEFT}"),
        ({"cycle": "9"}, f"cycle: {CYCLE_LEFT}"),
        ({"first_name": "=1+1"}, f"first_name: {NAME_LEFT}"),
        ({"status": "Packet Sent"}, f"status: {NO_MONTH}"),
    ],
)
def test_a_bad_cell_that_does_not_matter_is_left_out_and_noted(cells, note):
    assert row(**cells).repairs == (note,)


def test_a_renewal_has_its_month_program_cycle_and_owner():
    facts = row(renewal_month="Feb-27", cycle="6", owner="SSA", program="CCS").facts
    assert facts.renewals == (RenewalDue("ccs", FEBRUARY, 6, "ssa"),)


@pytest.mark.parametrize("name", ["first_name", "dob", "written_lang", "zip", "channels", "renewal_month"])
def test_a_word_for_none_is_a_blank_cell_and_is_noted(name):
    found = row(**{name: "N/A"})
    assert (found.facts, found.repairs) == (MemberUpdated(), (f"{name}: {NOTHING_NOTE}",))


def test_a_month_that_is_still_to_be_told_rejects_the_row_so_that_somebody_tells_it():
    assert columns_of(read(renewal_month="TBD")) == ["renewal_month"]


def test_a_row_without_a_month_has_no_renewal():
    assert row(renewal_month="", cycle="12", owner="County").facts.renewals == ()


def test_a_status_is_that_of_the_rows_renewal_with_the_dates_beside_it():
    found = row(renewal_month="2027-02", status="Packet Sent", packet_mailed="2026-12-01", due_date="2/28/2027")
    assert found.status == (
        RenewalChanged(
            "medi_cal",
            FEBRUARY,
            RenewalStatus.PACKET_MAILED,
            packet_mailed_on=date(2026, 12, 1),
            due_on=date(2027, 2, 28),
        ),
    )


@pytest.mark.parametrize("asked", [{"packet_mailed": "2027-02-10"}, {"requested_on": "2027-02-10"}])
def test_a_due_day_before_anything_was_asked_is_left_out(asked):
    found = row(renewal_month="2027-02", status="Packet Sent", due_date="2027-02-09", **asked)
    assert found.repairs == (f"due_date: {DUE_LEFT}",)
    assert found.status[0].due_on is None


def test_a_status_that_says_no_more_than_the_month_is_none():
    assert row(renewal_month="2027-02", status="Upcoming").status == ()


def test_a_row_can_say_that_the_member_is_gone():
    assert row(renewal_month="2027-02", status="Deceased").left == MemberLeft("deceased")


def test_consents_are_lines_with_basis_and_time_and_a_blank_cell_is_none():
    at = datetime(2026, 8, 20, tzinfo=UTC)
    facts = row(
        sms_consent="Y",
        email_consent="no",
        voice_consent="",
        consent_basis="Application",
        consent_date="2026-08-20",
        consent_until="2027-08-20",
    ).facts
    assert facts.consents == (
        Consent(Channel.SMS, granted=True, basis="application_number", at=at, until=datetime(2027, 8, 20, tzinfo=UTC)),
        Consent(Channel.EMAIL, granted=False, basis="application_number", at=at),
    )


def test_a_consent_date_without_an_answer_is_no_consent():
    assert row(consent_date="2026-08-20", consent_basis="Opt-in").facts.consents == ()


def test_channels_stand_in_order_of_preference():
    assert row(channels="Text; e-mail;call;sms").facts.channels == (Channel.SMS, Channel.EMAIL, Channel.VOICE)


def test_a_representative_is_read():
    facts = row(representative_first_name="Grace", relation="Foster Parent").facts
    assert facts.representative == Representative("Grace", "foster_parent")
    assert row(representative_first_name="").facts.representative is UNCHANGED
