from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.smtp.mime import LONGEST_LINE, alternatives, is_plain, phrase

LINES = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" "), max_size=300)


def parts(text, html="<p>"):
    return list(message_from_bytes(alternatives(text, html), policy=default).iter_parts())


@pytest.mark.parametrize("text", ["", "Renew by May 2027", "a" * 66])
def test_a_short_line_of_ascii_is_left_as_it_is(text):
    assert is_plain(text)
    assert phrase(text) == text


@pytest.mark.parametrize("text", ["Renové", "a" * 67, "=?utf-8?q?x?=", "half =? a word"])
def test_everything_else_becomes_encoded_words(text):
    assert not is_plain(text)
    assert all(line.strip().startswith("=?utf-8?b?") and line.endswith("?=") for line in phrase(text).split("\r\n"))


@given(LINES)
def test_every_encoded_word_can_be_read_alone_and_together_they_say_the_text(text):
    lines = f"Subject: {phrase(text)}".split("\r\n")
    assert max(map(len, lines)) <= 76
    for line in lines:
        str(make_header(decode_header(line.partition(": ")[2] or line.strip())))
    assert str(make_header(decode_header(phrase(text)))) == text


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("Renew.", "7bit"), ("", "7bit"), ("a" * LONGEST_LINE, "7bit"), ("\x1b\x7f", "7bit"),
        ("a" * (LONGEST_LINE + 1), "base64"), ("Renové.", "base64"),
    ],
)  # fmt: skip
def test_a_body_is_readable_if_every_program_on_the_way_can_carry_it(text, how):
    part, _ = parts(text)
    assert part["Content-Transfer-Encoding"] == how
    assert part.get_content() == f"{text}\r\n"


def test_each_mail_has_a_boundary_of_its_own_that_no_text_can_guess():
    first, second = (message_from_bytes(alternatives("a", "b")).get_boundary() for _ in range(2))
    assert first != second
    assert len(first) == 32


def test_the_text_comes_first_and_the_html_which_is_preferred_last():
    assert [part.get_content_type() for part in parts("a")] == ["text/plain", "text/html"]
