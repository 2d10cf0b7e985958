from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.contract import Mail
from channels.smtp.letter import REFERENCE, BadAddress, BadSender, compose, filled
from tests.channels.smtp.conftest import a_message

ANY = st.text(st.characters(exclude_categories=()), max_size=200)
VISIBLE = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" "), max_size=200)


def letter(**changes):
    message = a_message(**changes)
    return compose(message, message.mail)


def parsed(**changes):
    return message_from_bytes(letter(**changes).data, policy=default)


def text_of(mail, kind):
    return mail.get_body([kind]).get_content().replace("\r\n", "\n")


def test_a_mail_has_text_and_html_and_the_readers_own_words():
    mail = parsed()
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert text_of(mail, "plain") == "Dear Ana,\nrenew.\n"
    assert text_of(mail, "html").strip() == "<p>Dear Ana</p>"


def test_a_mail_says_who_writes_and_that_it_can_be_stopped_with_one_click():
    mail = parsed()
    assert (mail["From"], mail["To"]) == ("Renewals <renewals@orange.example.org>", "ana@example.org")
    assert mail["List-Unsubscribe"] == "<https://us.example/unsubscribe/t0k>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "en"
    assert mail["Date"].datetime.tzinfo is not None
    assert not any(mail[name] for name in ("Cc", "Bcc", "Sender"))


def test_a_mail_without_an_address_to_unsubscribe_at_says_nothing_of_it():
    assert "List-Unsubscribe" not in parsed(unsubscribe_url="")


def test_the_reference_comes_back_exactly_in_two_ways():
    reference = "0" * 52
    mail = parsed(reference=reference)
    assert mail[REFERENCE] == reference
    assert mail["Message-ID"] == f"<{reference}@orange.example.org>"
    assert letter(reference=reference).message_id == f"{reference}@orange.example.org"


def test_a_long_address_to_unsubscribe_at_stays_in_one_line():
    url = "https://us.example/unsubscribe/" + "a" * 300
    assert f"List-Unsubscribe: <{url}>\r\n".encode() in letter(unsubscribe_url=url).data


def test_a_members_own_data_never_becomes_markup():
    mail = Mail("s", "[[name]]", "<p>[[name]] [[name|html]]</p>")
    made = parsed(mail=mail, words={"name": "<b>&"})
    assert text_of(made, "html").strip() == "<p>&lt;b&gt;&amp; &lt;b&gt;&amp;</p>"
    assert text_of(made, "plain").strip() == "<b>&"


def test_a_mark_inside_a_word_or_without_a_word_stays_as_it_is():
    assert filled("[[a]] [[b]] [[c]]", {"a": "[[b]]", "b": "x"}) == "[[b]] x [[c]]"


@given(subject=ANY, text=ANY, name=ANY)
def test_whatever_the_words_are_the_mail_stays_well_formed(subject, text, name):
    data = letter(mail=Mail(f"[[name]]{subject}", text, f"<p>{text}</p>"), words={"name": name}).data
    lines = data.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert b"\r" not in b"".join(lines)
    assert max(map(len, lines)) <= 998
    assert all(byte < 128 for byte in data)
    made = message_from_bytes(data, policy=default)
    assert sorted(made.keys()) == sorted(parsed().keys())


@given(VISIBLE)
def test_a_subject_arrives_with_every_mark(subject):
    mail = parsed(mail=Mail(subject, "t", "<p>"))
    assert " ".join(mail["Subject"].split()) == " ".join(subject.split())


@pytest.mark.parametrize("words", ["Nhớ gia hạn Medi-Cal", "Վերականգնեք", "ជំរាបសួរ", "续期提醒", "\u202bتجديد"])
def test_every_script_arrives(words):
    mail = parsed(mail=Mail(words, words, f"<p>{words}</p>"))
    assert (mail["Subject"], text_of(mail, "plain").strip()) == (words, words)


@pytest.mark.parametrize(
    "to",
    ["", "ana", "ana@", "@example.org", "a b@example.org", "ana@example.org\r\nBcc: eve@example.org",
     "<ana@example.org>", "ana@example.org\0", "a@b@example.org", "x" * 250 + "@example.org", "ana@exa\udc80mple.org"],
)  # fmt: skip
def test_what_is_no_address_is_refused(to):
    with pytest.raises(BadAddress) as refused:
        letter(to=to)
    assert str(refused.value) == ""


@pytest.mark.parametrize("sender", ["", "Renewals", "Renewals <renewals>", "A\r\nBcc: eve@example.org <a@example.org>"])
def test_what_is_no_sender_is_refused(sender):
    with pytest.raises(BadSender):
        letter(sender=sender)


@pytest.mark.parametrize(
    "changes",
    [{"reference": "a\r\nBcc: eve@example.org"}, {"unsubscribe_url": "https://us.example/>\r\nBcc: eve"},
     {"language": "en\n"}],
)  # fmt: skip
def test_nothing_else_breaks_out_of_its_header(changes):
    with pytest.raises(ValueError, match="header"):
        letter(**changes)


def test_a_domain_travels_in_ascii_and_a_name_before_the_at_only_with_smtputf8():
    assert letter(to="ana@bücher.example").to == "ana@xn--bcher-kva.example"
    assert not letter(to="ana@bücher.example").utf8
    strange = letter(to="añá@example.org")
    assert (strange.to, strange.utf8) == ("añá@example.org", True)
    assert "añá@example.org".encode() in strange.data


def test_nothing_personal_is_in_the_repr():
    shown = repr(letter())
    assert "ana" not in shown.lower()
