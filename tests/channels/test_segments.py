import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.segments import BASIC, EXTENDED, Encoding, as_sent, plain_punctuation, segments


@pytest.mark.parametrize(
    ("text", "encoding", "units", "count"),
    [
        ("", "GSM-7", 0, 0),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),
        ("á" * 70, "UCS-2", 70, 1),
        ("á" * 71, "UCS-2", 71, 2),
        ("á" * 134, "UCS-2", 134, 2),
        ("á" * 135, "UCS-2", 135, 3),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 36, "UCS-2", 72, 2),
    ],
)
def test_the_sizes_that_the_standard_names(text, encoding, units, count):
    size = segments(text)
    assert (size.encoding, size.units, size.count) == (encoding, units, count)


@pytest.mark.parametrize(
    ("text", "encoding", "count"),
    [
        pytest.param("a" * 80 + "\r\n" + "a" * 79, "GSM-7", 2, id="a line end of two characters"),
        pytest.param("a" * 80 + "\n" + "a" * 79, "GSM-7", 1, id="a line end of one"),
        pytest.param("a" * 152 + "€" + "a" * 152, "GSM-7", 3, id="an escape at the end of a part"),
        pytest.param("]" * 153, "GSM-7", 3, id="escapes only"),
        pytest.param("this is a " + "]" * 74 + "😘", "UCS-2", 2, id="no escapes where an emoji stands"),
        pytest.param("é" * 160, "GSM-7", 1, id="a letter with its mark in one"),
        pytest.param("e\u0301" * 35, "UCS-2", 1, id="35 letters with a mark of their own"),
        pytest.param("e\u0301" * 67, "UCS-2", 3, id="a letter and its mark at the end of a part"),
        pytest.param("漢" * 66 + "😀" + "漢" * 66, "UCS-2", 3, id="an emoji at the end of a part"),
        pytest.param("漢" * 60 + "👩‍👩‍👧‍👦" + "漢" * 66, "UCS-2", 3, id="a family at the end of a part"),
        pytest.param("漢" * 65 + "🇺🇸" + "漢" * 65, "UCS-2", 3, id="a flag at the end of a part"),
        pytest.param("漢" * 66 + "👍🏽" + "漢" * 66, "UCS-2", 3, id="a skin tone at the end of a part"),
        pytest.param("आपकी बीमा नवीनीकरण की तारीख " * 5, "UCS-2", 3, id="Hindi"),
        pytest.param("“renew”", "UCS-2", 1, id="curly quotes"),
    ],
)
def test_twilios_own_calculator_said_the_same(text, encoding, count):
    assert (segments(text).encoding, segments(text).count) == (encoding, count)


def test_marks_piled_higher_than_a_part_take_the_parts_they_need():
    assert segments("a" + "\u0301" * 200).count == 3


def test_an_escape_pair_is_not_split():
    assert segments("a" * 152 + "€" + "a" * 153).count == 3  # 307 units; split anywhere it would be 3 too
    assert segments("a" * 152 + "€" + "a" * 152).count == 3  # 306 units, but the pair moves to part two


def test_a_surrogate_pair_is_not_split():
    assert segments("á" * 66 + "😀" + "á" * 66).count == 3  # 134 units, but the pair moves to part two


def test_the_first_character_that_costs_the_small_alphabet_is_named():
    assert segments("Su información llegó").forced_by == "ó"
    assert segments("¿Año? ¡Ñandú no! Ü é ñ").forced_by == "ú"
    assert segments("¿Mañana? ¡Sí!").forced_by == "í"
    assert segments("Renew by 28 February: 1 ~ 2 {x}").forced_by == ""


def test_the_cause_is_named_so_that_a_person_finds_it():
    assert segments("Su renovación").cause == "ó (U+00F3 LATIN SMALL LETTER O WITH ACUTE) at character 12"
    assert segments("a\ue000").cause == "\ue000 (U+E000 no name) at character 2"
    assert segments("Renew").cause == ""


def test_a_text_is_counted_as_it_goes_out():
    assert segments("Don’t wait").encoding is Encoding.UCS2
    assert as_sent("Don’t wait").encoding is Encoding.GSM7


@pytest.mark.parametrize("text", ["Tsis txhob plam koj txoj kev pov hwm", "Ñ é ü ¿ ¡ à ò"])
def test_letters_of_the_small_alphabet_stay_in_it(text):
    assert segments(text).encoding is Encoding.GSM7


def by_hand(text):
    """Fill parts character by character, as the standard tells it."""
    small = all(char in BASIC + EXTENDED for char in text)
    single, part = (160, 153) if small else (70, 67)
    wide = EXTENDED if small else "".join(char for char in text if char > "\uffff")
    sizes = [2 if char in wide else 1 for char in text]
    if sum(sizes) <= single:
        return sum(sizes), min(len(text), 1)
    parts, room = 1, part
    for size in sizes:
        if size > room:
            parts, room = parts + 1, part
        room -= size
    return sum(sizes), parts


@given(st.text(st.sampled_from(BASIC + EXTENDED), max_size=700) | st.text(st.sampled_from("aá😀漢€\n"), max_size=400))
def test_any_text_is_counted_as_by_hand(text):
    size = segments(text)
    assert (size.units, size.count) == by_hand(text)
    assert (size.forced_by == "") == (size.encoding is Encoding.GSM7)


def test_typographic_punctuation_becomes_plain():
    assert plain_punctuation("“Don’t wait” – renew\u00a0now… it—helps") == '"Don\'t wait" - renew now... it-helps'


def test_a_text_that_cannot_be_small_keeps_its_typography():
    text = "Gia hạn ngay… “Medi-Cal” – đừng chờ"
    assert plain_punctuation(text) == text


def test_a_plain_text_is_left_alone():
    assert plain_punctuation("Renew by 28 February.") == "Renew by 28 February."


@given(st.text())
def test_letters_are_never_touched(text):
    def letters(value):
        return [char for char in value if char.isalpha()]

    plain = plain_punctuation(text)
    assert letters(plain) == letters(text)
    assert plain_punctuation(plain) == plain
