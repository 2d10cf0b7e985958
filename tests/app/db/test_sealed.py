from itertools import combinations
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from app.db.sealed import CODE_LETTERS, CODE_SIGNS, BlindIndex, KeyRing, associated

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
RING = KeyRing([OLD])
INDEX = BlindIndex(bytes(32))
A, B, ROW, OTHER_ROW = (UUID(int=number) for number in range(1, 5))
PLACES = [
    associated(column, agency, row)
    for column in ("member.private", "member.ref", "member.re")
    for agency in (A, B)
    for row in (ROW, OTHER_ROW)
]
UUIDS = st.uuids()


# --- sealing ----------------------------------------------------------------------------------


@given(st.text(), st.sampled_from(PLACES))
def test_what_is_sealed_opens_again_in_its_place(text, place):
    assert RING.open(RING.seal(text, place), place) == text
    assert RING.open_bytes(RING.seal(text.encode(), place), place) == text.encode()


@pytest.mark.parametrize(("place", "elsewhere"), [*combinations(PLACES, 2)])
def test_a_ciphertext_in_another_row_column_or_agency_does_not_open(place, elsewhere):
    with pytest.raises(InvalidTag):
        RING.open(RING.seal("Ana", place), elsewhere)


@given(st.binary(max_size=40), st.data())
def test_a_changed_ciphertext_does_not_open(value, data):
    sealed = bytearray(RING.seal(value, PLACES[0]))
    sealed[data.draw(st.integers(1, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises((InvalidTag, KeyError)):
        RING.open_bytes(bytes(sealed), PLACES[0])


def test_the_same_value_is_sealed_differently_each_time_and_never_readable():
    sealed = {RING.seal("Ana Garcia", PLACES[0]) for _ in range(50)}
    assert len(sealed) == 50
    assert not [one for one in sealed if b"Ana" in one or b"Garcia" in one]


def test_after_a_rotation_old_values_open_and_new_ones_are_sealed_with_the_new_key():
    before = RING.seal("Ana", PLACES[0])
    rotated = KeyRing([NEW, OLD])
    assert rotated.open(before, PLACES[0]) == "Ana"
    after = rotated.seal("Ana", PLACES[0])
    assert KeyRing([NEW]).open(after, PLACES[0]) == "Ana"
    with pytest.raises(KeyError):
        RING.open(after, PLACES[0])


def test_without_its_key_a_value_does_not_open():
    with pytest.raises(KeyError):
        KeyRing([NEW]).open(RING.seal("Ana", PLACES[0]), PLACES[0])


# --- looking up -------------------------------------------------------------------------------


def test_the_blind_index_depends_on_value_column_agency_and_key():
    asked = [("phone", A, "+1"), ("phone", A, "+2"), ("phone", B, "+1"), ("email", A, "+1")]
    found = {INDEX.of(*one) for one in asked} | {BlindIndex(bytes([9]) * 32).of(*asked[0])}
    assert len(found) == 5
    assert INDEX.of(*asked[0]) == BlindIndex(bytes(32)).of(*asked[0])


def test_a_one_time_code_counts_only_in_its_place():
    digests = {INDEX.one_time(code, place) for code in ("123456", "654321") for place in (ROW.bytes, OTHER_ROW.bytes)}
    assert len(digests) == 4


# --- references, tokens, codes ----------------------------------------------------------------


@given(UUIDS)
def test_a_reference_names_its_attempt(attempt):
    reference = INDEX.reference(attempt)
    assert INDEX.attempt(reference) == attempt
    assert reference.isalnum()


@given(UUIDS, st.data())
def test_a_forged_reference_names_nothing(attempt, data):
    signs = list(INDEX.reference(attempt))
    place = data.draw(st.integers(0, len(signs) - 1))
    signs[place] = data.draw(st.sampled_from([sign for sign in "0123456789abcdef" if sign != signs[place]]))
    assert INDEX.attempt("".join(signs)) is None


@given(UUIDS, UUIDS.filter(lambda row: row.int))
def test_no_token_stands_for_another_purpose_row_or_key(row, other):
    token = INDEX.token("unsubscribe", row)
    assert INDEX.row_of("unsubscribe", token) == row
    assert INDEX.row_of("preferences", token) is None
    assert INDEX.row_of("unsubscribe", INDEX.reference(row)) is None
    assert INDEX.attempt(token) is None
    assert BlindIndex(bytes([9]) * 32).row_of("unsubscribe", token) is None
    if other != row:
        assert INDEX.row_of("unsubscribe", other.hex + token[32:]) is None


@pytest.mark.parametrize(
    "strange", ["", "x", "0" * 32, "0" * 52, "0" * 56, "é" * 52, "{" + "0" * 51, "-" * 60, INDEX.reference(A).upper(),
                f"{INDEX.reference(A)} ", f"{A}{INDEX.reference(A)[32:]}"],
)  # fmt: skip
def test_what_is_no_reference_and_no_token_names_nothing(strange):
    assert INDEX.attempt(strange) is None
    assert INDEX.row_of("unsubscribe", strange) is None


@given(UUIDS)
def test_a_message_code_can_be_read_out_and_is_always_the_same(attempt):
    code = INDEX.marks(attempt)[1]
    assert code == INDEX.marks(attempt)[1]
    assert len(code) == 8
    assert code[0] in CODE_LETTERS
    assert set(code) <= set(CODE_SIGNS)
    assert not set(code) & set("0O1ILU")


def test_message_codes_hardly_ever_meet():
    assert len({INDEX.marks(UUID(int=number))[1] for number in range(5_000)}) == 5_000
