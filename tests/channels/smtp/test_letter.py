from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels.contract import Mail
from channels.smtp.letter import REFERENCE, BadAddress, BadSender, compose, filled
from tests.channels.smtp.conftest import a_message

ANY = st.text(st.characters(exclude_categories=()), max_size=200)
VISIBLE = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" "), max_size=200)
NAMES = st.one_of(VISIBLE, st.sampled_from(["=?utf-8?b?//8=?=", "=?utf-8?q?Eve?=", "é =?utf-8?b?//8=?=", "x" * 300]))
MEDLEY = [
    "Renew your Medi-Cal", "Renueve, acción", "Nhớ gia hạn Medi-Cal", "Վերականգնեք", "ជំរាបសួរ", "续期提醒", "تجديد",
    "👩‍👩‍👧",
    "a rather long line in English that goes on and on for more than seventy-eight characters",
    "ein langer Satz, der über mehr als achtundsiebzig Zeichen reicht, größer als eine Zeile und noch eine",
]  # fmt: skip


def letter(**changes):
    message = a_message(**changes)
    return compose(message, message.mail)


def parsed(**changes):
    return as_read(letter(**changes).data)


def as_read(data):
    """What a reader's program sees; the dots that the journey added are taken off."""
    return message_from_bytes(data.replace(b"\r\n..", b"\r\n."), policy=default)


def by_the_standard_library(**changes):
    message = a_message(**changes)
    mail, words = message.mail, message.words
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = message.sender, message.to, filled(mail.subject, words)
    made.set_content(filled(mail.text, words))
    made.add_alternative(filled(mail.html, words, escape_all=True), subtype="html")
    return made


def shown(mail):
    """All that a reader is shown of a mail."""
    headers = [str(mail[name]) for name in ("From", "To", "Subject", "MIME-Version")]
    parts = [(part.get_content_type(), part.get_content_charset()) for part in mail.walk()]
    return headers, parts, text_of(mail, "plain"), text_of(mail, "html")


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
@example("\r\nBcc: eve@example.org\r\n\r\n", "\r\n.\r\nMAIL FROM:<eve@example.org>", "\n--")
@example("x" * 2000, "." * 998 + "\n" + "." * 997 + "\n." + "y" * 2000, "\r\n..\r\n")
def test_whatever_the_words_are_the_mail_stays_well_formed(subject, text, name):
    mail = Mail(f"[[name]]{subject}", f"{text}[[name]]", f"<p>{text}[[name]]</p>")
    data = letter(mail=mail, words={"name": name}).data
    lines = data.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert b"\r" not in b"".join(lines)
    assert max(map(len, lines)) <= 998
    assert not [line for line in lines if line.startswith(b".") and not line.startswith(b"..")]
    assert all(byte < 128 for byte in data)
    made = as_read(data)
    assert made.keys() == parsed().keys()
    assert [part.keys() for part in made.iter_parts()] == [part.keys() for part in parsed().iter_parts()]
    assert not [part.defects for part in made.walk() if part.defects]


@given(subject=VISIBLE, text=ANY, name=VISIBLE)
@example("s", "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029 ", "Ana")
@example("s", "\na\rb\r\nc\n\r", "Ana")
@example("s", ".\n..\n." + "é", "Ana")
def test_what_the_words_say_is_what_is_read(subject, text, name):
    mail = Mail(f"{subject} [[name]]", text + "[[name]]", text + "[[name]]")
    made = parsed(mail=mail, words={"name": name})
    spoken = text.encode(errors="replace").decode().replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    assert " ".join(made["Subject"].split()) == " ".join(f"{subject} {name}".split())
    assert text_of(made, "plain") == _ending(spoken + name)
    assert text_of(made, "html") == _ending(spoken + escape(name))


def _ending(text):
    return text if text.endswith("\n") else f"{text}\n"


@given(NAMES)
def test_a_senders_name_is_shown_as_it_is(name):
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    (sender,) = parsed(sender=f'"{quoted}" <renewals@orange.example.org>')["From"].addresses
    # Python 3.11 reads a space between two encoded words of a name, where readers' programs see none.
    assert sender.display_name.replace(" ", "") == name.replace(" ", "")
    assert sender.addr_spec == "renewals@orange.example.org"


@given(st.text(st.characters(codec="utf-8"), max_size=40), st.text(st.characters(codec="utf-8"), max_size=40))
@example("añá", "example.org,eve.example.org")
@example("=?utf-8?q?é?=", "example.org")
@example("=?utf-8?q?e?=", "example.org")
@example('"é,b', "example.org")
@example("a..b", "example.org")
@example("a", "example..org")
@example("a'b+c=d", "example.org")
def test_an_address_names_one_reader_or_nobody(local, domain):
    try:
        made = letter(to=f"{local}@{domain}")
    except BadAddress:
        return
    head = made.data.partition(b"\r\n\r\n")[0].decode()
    assert f"\r\nTo: {made.to}\r\n" in head
    assert made.to.isascii() is not made.utf8
    (reader,) = as_read(made.data)["To"].addresses
    assert reader.addr_spec.encode(errors="surrogateescape") == made.to.encode()


@pytest.mark.parametrize("words", MEDLEY)
def test_a_reader_sees_what_the_standard_library_would_have_made(words):
    changes = {
        "mail": Mail(f"{words}: [[name]]", f"{words}\n[[name]]\n\n.\n", f"<p>\n{words}</p>\n[[name]] [[name|html]]"),
        "words": {"name": "<Nguyễn & Co>"}, "sender": "Condado de Orange · Renovación <renewals@orange.example.org>",
    }  # fmt: skip
    before = message_from_bytes(bytes(by_the_standard_library(**changes)), policy=default)
    assert shown(parsed(**changes)) == shown(before)


def test_plain_english_travels_readable_and_everything_else_in_base64():
    mail = parsed(mail=Mail("s", "Renew.", "<p>Rénew.</p>"))
    assert [part["Content-Transfer-Encoding"] for part in mail.iter_parts()] == ["7bit", "base64"]


@pytest.mark.parametrize("subject", ["=?utf-8?b?//8=?=", "Renew =?utf-8?q?x?= now", "é =?utf-8?q?x?=", "=?"])
def test_a_subject_that_looks_encoded_is_shown_as_its_letters(subject):
    assert parsed(mail=Mail(subject, "t", "<p>"))["Subject"] == subject


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


def test_a_second_reader_is_not_smuggled_into_a_domain():
    with pytest.raises(BadAddress):
        letter(to="añá@example.org,eve.example.org")


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
