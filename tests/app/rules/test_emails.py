import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from app.rules.emails import REASONS, BadEmail, EmailFault, read_email


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("A.b+c@Example.ORG", "A.b+c@example.org"),
        (" anna@mail.example ", "anna@mail.example"),
        ("anna@sandbox.test", "anna@sandbox.test"),
        ("anna@bücher.example", "anna@xn--bcher-kva.example"),
        ("o'neil@example.org", "o'neil@example.org"),
        ("unknown@example.org", "unknown@example.org"),
    ],
)
def test_an_address_is_read_with_its_domain_in_lower_case(text, address):
    assert read_email(text) == address


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", EmailFault.BLANK),
        ("none", EmailFault.BLANK),
        ("n/a", EmailFault.BLANK),
        ("-", EmailFault.BLANK),
        ("none@none.com", EmailFault.PLACEHOLDER),
        ("noemail@example.org", EmailFault.PLACEHOLDER),
        ("a@example.org\r\nBcc: b@example.org", EmailFault.CONTROL),
        ("a@example.org\x00", EmailFault.CONTROL),
        ("a@gm\u0430il.com", EmailFault.MIXED_SCRIPTS),
        ('"a b"@example.org', EmailFault.MALFORMED),
        ("josé@example.org", EmailFault.MALFORMED),
        ("a..b@example.org", EmailFault.MALFORMED),
        ("a@localhost", EmailFault.MALFORMED),
        ("a@printer.local", EmailFault.MALFORMED),
        ("a@[127.0.0.1]", EmailFault.MALFORMED),
        ("a@b@example.org", EmailFault.MALFORMED),
    ],
)
def test_what_is_no_address_is_refused_with_its_reason(text, fault):
    assert read_email(text) == BadEmail(fault)
    assert REASONS[fault] == BadEmail(fault).reason


def test_alphabets_that_belong_together_are_no_look_alike():
    assert isinstance(read_email("a@日本ひらがな.example"), str)


@given(st.text() | st.text(alphabet="abAB01.-_+@ \n", max_size=20))
def test_no_text_makes_the_reader_raise_and_what_is_read_is_stable(text):
    found = read_email(text)
    assert isinstance(found, BadEmail) or read_email(found) == found


@given(st.from_regex(r"[a-z0-9.+-]{1,12}@[a-z0-9-]{1,12}\.[a-z0-9.-]{1,12}", fullmatch=True))
def test_the_short_way_takes_nothing_that_the_library_refuses(text):
    found = read_email(text)
    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        assert isinstance(found, BadEmail)
    else:
        assert found == text or found == BadEmail(EmailFault.PLACEHOLDER)
