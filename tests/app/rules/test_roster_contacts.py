import pytest

from app.rules.facts import UNCHANGED, Email, LineKind, Phone
from app.rules.roster_cells import Reading
from app.rules.roster_columns import resolve
from app.rules.roster_contacts import (
    ADDRESS_CLEANED,
    KIND_LEFT,
    NO_ADDRESS,
    NO_NUMBER,
    PLACEHOLDER_LEFT,
    PUT_BACK,
    SEVERAL_ADDRESSES,
    SEVERAL_NUMBERS,
    emails,
    phones,
)
from app.rules.roster_rows import Record


def phones_of(emptied=(), **cells: str):
    columns = resolve(list(cells))
    reading = Reading(Record(2, tuple(cells.values())), columns, emptied)
    return phones(reading, columns.phones), reading


def emails_of(emptied=(), **cells: str):
    columns = resolve(list(cells))
    reading = Reading(Record(2, tuple(cells.values())), columns, emptied)
    return emails(reading, columns.emails), reading


def test_several_numbers_in_a_cell_are_taken_apart_and_the_kind_is_that_of_the_first():
    found, reading = phones_of(phone="6575550006 / 7145550013", phone_kind="Mobile")
    assert found == (Phone("+16575550006", LineKind.MOBILE, 1), Phone("+17145550013", LineKind.UNKNOWN, 2))
    assert reading.repairs == [f"phone: {SEVERAL_NUMBERS}"]


def test_a_number_that_stands_twice_is_kept_once():
    found, _ = phones_of(phone="7145550001", phone_2="(714) 555-0001")
    assert found == (Phone("+17145550001"),)


def test_blank_cells_leave_the_numbers_unchanged():
    assert phones_of(phone="", phone_2=" ")[0] is UNCHANGED
    assert phones_of()[0] is UNCHANGED
    assert phones_of(emptied=["phones"])[0] is None


def test_a_word_for_none_is_no_number():
    found, reading = phones_of(phone="N/A")
    assert (found, reading.repairs, reading.problems) == (UNCHANGED, [f"phone: {NO_NUMBER}"], [])


def test_a_number_in_scientific_form_with_all_its_digits_is_put_back():
    found, reading = phones_of(phone="7.145550001E+09")
    assert (found, reading.repairs) == ((Phone("+17145550001"),), [f"phone: {PUT_BACK}"])


@pytest.mark.parametrize("text", ["7.14E+09", "999-999-9999", "7145550001 x3", "555-0100", "7145550001 / 0002"])
def test_a_bad_number_stops_the_row(text):
    _, reading = phones_of(Telephone=text)
    assert {problem.column for problem in reading.problems} == {"Telephone"}


def test_a_placeholder_beside_a_good_number_is_left_out():
    found, reading = phones_of(phone="7145550001", alt_phone="999-999-9999")
    assert (found, reading.repairs, reading.problems) == (
        (Phone("+17145550001"),),
        [f"alt_phone: {PLACEHOLDER_LEFT}"],
        [],
    )


def test_an_unknown_kind_of_line_is_left_out():
    found, reading = phones_of(phone="7145550001", phone_type="Pigeon")
    assert (found, reading.repairs) == ((Phone("+17145550001"),), [f"phone_type: {KIND_LEFT}"])


def test_addresses_are_kept_in_order_and_once():
    found, _ = emails_of(email="Ruth@EXAMPLE.org", email_2="Ruth@example.org")
    assert found == (Email("Ruth@example.org"),)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("a@example.org; b@example.org", SEVERAL_ADDRESSES),
        ("Ruth <a@example.org>", ADDRESS_CLEANED),
        ("mailto:a@example.org", ADDRESS_CLEANED),
        ("a@example.org.", ADDRESS_CLEANED),
        ("none", NO_ADDRESS),
        ("none@none.com", NO_ADDRESS),
    ],
)
def test_what_can_be_mended_of_an_address_is_mended_and_noted(text, note):
    _, reading = emails_of(email=text)
    assert (reading.repairs, reading.problems) == ([f"email: {note}"], [])


@pytest.mark.parametrize("text", ["ruth", "ruth@@example.org", "ruth@example", "a@gm\u0430il.com"])
def test_a_bad_address_stops_the_row(text):
    found, reading = emails_of(email=text)
    assert found is UNCHANGED
    assert [problem.column for problem in reading.problems] == ["email"]


def test_no_address_leaves_the_addresses_unchanged_and_null_removes_them():
    assert emails_of(email="")[0] is UNCHANGED
    assert emails_of(emptied=["emails"])[0] is None
