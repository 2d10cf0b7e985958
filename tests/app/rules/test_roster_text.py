import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.roster_rows import BadFile
from app.rules.roster_text import FileText, text_of

TEXT = "Member ID;Name\r\n1;José\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_with_a_known_encoding_is_decoded(encoding):
    found = text_of(TEXT.encode(encoding))
    assert isinstance(found, FileText)
    assert (found.text, found.guessed) == (TEXT, False)


def test_a_file_of_an_old_program_is_decoded_by_a_guess_that_is_told():
    assert text_of(TEXT.encode("cp1252")) == FileText(TEXT, "cp1252", guessed=True)


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04rest", b"%PDF-1.7", b"\x1f\x8b\x08", TEXT.encode("utf-16-le"), b"a\x81b", b"\xff\xfea"]
)
def test_what_is_no_text_is_refused(data):
    assert isinstance(text_of(data), BadFile)


@given(st.binary())
def test_no_bytes_make_the_reader_raise(data):
    assert isinstance(text_of(data), FileText | BadFile)
