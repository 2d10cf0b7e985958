import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.facts import LineKind
from app.rules.phones import REASONS, BadPhone, PhoneFault, PhoneRead, parse_e164, read_phone, split_cell


def fault_of(text):
    found = read_phone(text)
    return found.fault if isinstance(found, BadPhone) else None


possible_numbers = st.tuples(
    st.sampled_from(["714", "949", "657", "213", "787"]),
    st.integers(2_000_000, 9_999_999).map(str),
).map("".join)


@pytest.mark.parametrize(
    "text",
    [
        "7145550001",
        "714.555.0001",
        "(714) 555-0001",
        "+1 714 555 0001",
        "1-714-555-0001",
        "714/555-0001",
        "714–555–0001",
        "tel:+17145550001",
        '="7145550001"',
        "'7145550001",
        "7145550001.0",
        "7.145550001E+09",
        "٧١٤٥٥٥٠٠٠١",
    ],
)
def test_every_usual_spelling_is_one_number(text):
    assert read_phone(text) == PhoneRead("+17145550001", LineKind.UNKNOWN, "America/Los_Angeles")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", PhoneFault.BLANK),
        ("N/A", PhoneFault.BLANK),
        ("7.14E+09", PhoneFault.LOST_DIGITS),
        ("6.58e9", PhoneFault.LOST_DIGITS),
        ("#########", PhoneFault.HIDDEN),
        ("714-555-0001 x12", PhoneFault.EXTENSION),
        ("714 555 0001 ext. 5", PhoneFault.EXTENSION),
        ("1-800-FLOWERS", PhoneFault.NOT_A_NUMBER),
        ("randomPhone", PhoneFault.NOT_A_NUMBER),
        ("999-999-9999", PhoneFault.PLACEHOLDER),
        ("0000000000", PhoneFault.PLACEHOLDER),
        ("123-456-7890", PhoneFault.PLACEHOLDER),
        ("714-555-5555", PhoneFault.PLACEHOLDER),
        ("555-0199", PhoneFault.TOO_SHORT),
        ("+1714555000", PhoneFault.TOO_SHORT),
        ("714555000123", PhoneFault.TOO_LONG),
        ("714-123-4567", PhoneFault.IMPOSSIBLE),
        ("911-555-0001", PhoneFault.IMPOSSIBLE),
        ("+52 55 1234 5678", PhoneFault.FOREIGN),
        ("011 44 7911 123456", PhoneFault.FOREIGN),
        ("416-555-0001", PhoneFault.FOREIGN),
        ("800-555-0001", PhoneFault.NO_PERSON),
        ("900-555-0001", PhoneFault.NO_PERSON),
    ],
)
def test_what_cannot_be_reached_is_refused_with_its_reason(text, fault):
    assert fault_of(text) is fault
    assert REASONS[fault] == BadPhone(fault).reason


def test_a_real_exchange_of_nines_is_no_placeholder():
    assert isinstance(read_phone("714-999-0990"), PhoneRead)


def test_a_number_that_is_possible_counts_even_if_its_area_code_is_unknown():
    assert read_phone("555-555-0100") == PhoneRead("+15555550100", LineKind.UNKNOWN, None)


def test_a_number_of_a_territory_counts_with_its_zone():
    assert read_phone("787 555 0100") == PhoneRead("+17875550100", LineKind.UNKNOWN, "America/Puerto_Rico")


def test_a_number_bound_to_no_place_has_no_zone():
    assert read_phone("+15005550006") == PhoneRead("+15005550006", LineKind.UNKNOWN, None)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("7145550001", PhoneFault.NOT_E164),
        (" +17145550001", PhoneFault.NOT_E164),
        ("+1714555000١", PhoneFault.NOT_E164),
        ("+525512345678", PhoneFault.FOREIGN),
        ("+1714555000", PhoneFault.TOO_SHORT),
        ("+18002819799", PhoneFault.NO_PERSON),
    ],
)
def test_the_api_takes_only_e164(text, fault):
    assert parse_e164(text) == BadPhone(fault)


def test_an_agencys_own_line_may_be_toll_free():
    assert parse_e164("+18002819799", toll_free=True) == PhoneRead("+18002819799")


def test_a_number_never_shows_in_a_repr():
    assert "555" not in repr(read_phone("7145550001"))


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("6575550006 / 7145550013", ("6575550006", "7145550013")),
        ("6575550006 or 7145550013", ("6575550006", "7145550013")),
        ("6575550006; 7145550013", ("6575550006", "7145550013")),
        ("6575550006, 7145550013", ("6575550006", "7145550013")),
        ("6575550006\n7145550013", ("6575550006", "7145550013")),
        ("6575550006 7145550013", ("6575550006", "7145550013")),
        ("+16575550006 +17145550013", ("+16575550006", "+17145550013")),
        ("cell: 657-555-0006, home (714) 555-0013", ("657-555-0006", "(714) 555-0013")),
        ("657-555-0006 (cell)", ("657-555-0006",)),
        ("714/555-0001", ("714/555-0001",)),
        ("7145550001 / N/A", ("7145550001",)),
        ("none", ()),
        ("", ()),
    ],
)
def test_a_cell_is_split_into_its_numbers(cell, numbers):
    assert split_cell(cell) == numbers


@given(st.text() | st.text(alphabet="0123456789+-(). xeE/#,or\n"))
def test_no_text_makes_the_readers_raise(text):
    read_phone(text)
    parse_e164(text)
    for part in split_cell(text):
        read_phone(part)


@given(st.text(alphabet="0123456789+-(). xeE/", max_size=16))
def test_the_canonical_form_is_stable(text):
    found = read_phone(text)
    if isinstance(found, PhoneRead):
        assert read_phone(found.number) == parse_e164(found.number) == found


@given(possible_numbers)
def test_a_number_survives_every_spelling(ten):
    spellings = [f"({ten[:3]}) {ten[3:6]}-{ten[6:]}", f"+1{ten}", f"{ten[0]}.{ten[1:]}E+09"]
    assert len({read_phone(spelling) for spelling in [ten, *spellings]}) == 1
