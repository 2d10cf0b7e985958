import pytest

from app.rules.facts import RenewalStatus
from app.rules.roster_words import BASES, CONSENTS, CYCLES, KINDS, OWNERS, PROGRAMS, STATUSES, code_of, fold


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Auto Renewed", RenewalStatus.AUTO_RENEWED),
        ("packet sent", RenewalStatus.PACKET_MAILED),
        ("Packet-Mailed", RenewalStatus.PACKET_MAILED),
        ("FORM_RECEIVED", RenewalStatus.FORM_RECEIVED),
        ("Renewed", RenewalStatus.RENEWED),
        ("Discontinued", RenewalStatus.DISCONTINUED_PROCEDURAL),
        ("Information Requested", RenewalStatus.INFORMATION_REQUESTED),
    ],
)
def test_status_words_are_understood(word, status):
    assert STATUSES[fold(word)] is status


@pytest.mark.parametrize("status", sorted(set(RenewalStatus) - {RenewalStatus.CURE_EXPIRED, RenewalStatus.CANCELED}))
def test_our_own_codes_of_status_are_understood(status):
    assert STATUSES[fold(status)] is status


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("Y", True),
        ("yes", True),
        ("TRUE", True),
        ("1", True),
        ("N", False),
        ("Opt Out", False),
        ("0", False),
        ("", None),
    ],
)
def test_consent_words_are_understood(word, answer):
    assert CONSENTS[fold(word)] is answer


def test_owners_kinds_and_cycles_are_understood():
    assert (OWNERS["ssa"], OWNERS["county"]) == ("ssa", "county")
    assert KINDS["home"] == "landline"
    assert (CYCLES["12"], CYCLES[fold("6 months")]) == (12, 6)


@pytest.mark.parametrize(
    ("text", "table", "code"),
    [
        ("Medi-Cal", PROGRAMS, "medi_cal"),
        ("Application", BASES, "application_number"),
        ("Opt-in", BASES, "opt_in"),
        ("Paper Form", BASES, "paper_form"),
        ("???", BASES, None),
        ("n/a", BASES, None),
        ("x" * 65, BASES, None),
    ],
)
def test_other_words_become_codes_in_snake_case(text, table, code):
    assert code_of(text, table) == code
