import pytest

from app.rules.facts import LineKind
from app.rules.roster_columns import ALIASES, PhoneColumn, missing_member_ref, resolve

SAMPLE = [
    *("Member ID", "First Name", "DOB", "Phone", "Phone Type", "Alt Phone", "Email", "Written Lang"),
    *("Spoken Lang", "Renewal Month", "Cycle", "Owner", "Status", "Packet Mailed", "Due Date", "SMS Consent"),
    *("Email Consent", "Voice Consent", "Consent Basis", "Consent Date", "ZIP"),
]


def test_a_countys_own_header_is_understood_whole():
    columns = resolve(SAMPLE)
    assert columns.warnings() == []
    assert columns.known == len(SAMPLE)


@pytest.mark.parametrize("own", ALIASES)
def test_our_own_column_names_are_understood(own):
    assert resolve([own]).places == {own: 0}
    assert resolve([own.replace("_", " ").title()]).places == {own: 0}


def test_phones_stand_in_order_of_choice_each_with_its_kind():
    columns = resolve(["phone_2_kind", "phone_2", "phone", "phone_kind"])
    assert columns.phones == (PhoneColumn(2, 3), PhoneColumn(1, 0))


def test_a_column_name_can_tell_the_kind_of_its_numbers():
    columns = resolve(["Home Phone", "Cell Phone", "Work Telephone Number"])
    assert [column.kind for column in columns.phones] == [LineKind.LANDLINE, LineKind.MOBILE, LineKind.LANDLINE]


def test_e_mail_columns_are_found_and_consents_are_none_of_them():
    columns = resolve(["E-Mail Address", "email_2", "Email Consent"])
    assert columns.emails == (0, 1)
    assert columns.places == {"consent_email": 2}


def test_the_best_name_wins_and_the_other_is_reported():
    columns = resolve(["CIN", "Member ID", "Shoe Size"])
    assert columns.places == {"member_ref": 1}
    assert columns.warnings() == [
        'column "Shoe Size" is not known and was left out',
        'column "CIN" says the same as another and was left out',
    ]


def test_a_header_without_member_ids_is_named_in_the_error():
    assert "found: Membr, First Name, DOB, Phone" in missing_member_ref(
        resolve(["Membr", "First Name", "DOB", "Phone"])
    )


def test_a_first_line_that_is_no_header_is_not_repeated_in_the_error():
    assert "Andrés" not in missing_member_ref(resolve(["911000001A", "Andrés", "10/07/2003", "9495550001"]))
