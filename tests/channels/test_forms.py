from urllib.parse import parse_qsl, quote_plus, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels.forms import encoded

FORMS = st.lists(st.tuples(st.text(), st.text()))


@given(FORMS)
@example([("Body", "Renueve su Medi-Cal: 50% + ¿sí? & 갱신 📞\r\n~*-._")])
def test_whoever_reads_a_form_finds_what_was_written(form):
    assert parse_qsl(encoded(form).decode(), keep_blank_values=True) == form


@given(FORMS)
def test_a_form_is_written_as_the_standard_library_writes_it(form):
    assert encoded(form).decode() == urlencode(form, quote_via=lambda text, _, *how: as_browsers_do(text, *how))


def as_browsers_do(text, *how):
    """The standard library leaves `~` and escapes `*`; browsers, and so the URL standard, do the reverse."""
    return quote_plus(text, "*", *how).replace("~", "%7E")


def test_a_form_may_name_a_field_twice():
    assert encoded([("To", "a"), ("To", "b")]) == b"To=a&To=b"


def test_half_of_a_surrogate_pair_is_no_text():
    with pytest.raises(ValueError):  # noqa: PT011  (its words belong to the standard library)
        encoded({"Body": "\ud83d"})
