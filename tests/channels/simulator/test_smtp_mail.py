import pytest

from channels.simulator.smtp_mail import HandedIn, flaw, kept
from tests.channels.simulator.conftest import MOMENT

HEAD = {
    "From": "Renewals <renewals@orange.example.org>", "To": "ana@example.org", "Subject": "Hello",
    "Date": "Sun, 22 Nov 2026 18:00:00 +0000", "Message-ID": "<ref-1@orange.example.org>", "MIME-Version": "1.0",
    "X-KeepCovered-Reference": "ref-1", "Content-Type": 'multipart/alternative; boundary="b"',
}  # fmt: skip
BODY = "--b\nContent-Type: text/plain\n\nDear Ana\n--b\nContent-Type: text/html\n\n<p>Dear Ana</p>\n--b--\n"


def handed_in(body=BODY, more="", **changes: str | None):
    head = {name: value for name, value in {**HEAD, **changes}.items() if value is not None}
    text = "".join(f"{name}: {value}\n" for name, value in head.items()) + more + "\n" + body
    return HandedIn("renewals@orange.example.org", "ana@example.org", text.replace("\n", "\r\n").encode())


def test_a_careful_mail_has_no_flaw_and_is_kept_as_it_is_read():
    mail = kept(handed_in(), MOMENT)
    assert flaw(handed_in()) == ""
    assert (mail.sender, mail.recipient, mail.reference, mail.body.strip(), mail.detail["html"].strip()) == (
        "renewals@orange.example.org", "ana@example.org", "ref-1", "Dear Ana", "<p>Dear Ana</p>",
    )  # fmt: skip
    assert (mail.detail["subject"], mail.detail["sender_name"]) == ("Hello", "Renewals")
    assert mail.detail["headers"]["Message-ID"] == "<ref-1@orange.example.org>"


@pytest.mark.parametrize(
    ("mail", "says"),
    [
        (handed_in(Date=None), "Date is needed"),
        (handed_in(more="Subject: again\n"), "Subject is needed, once"),
        (handed_in(more="Bcc: eve@example.org\n"), "Bcc is not the sender's"),
        (handed_in(To="eve@example.org"), "reader in the mail"),
        (handed_in(To="ana@example.org, eve@example.org"), "reader in the mail"),
        (handed_in(From="eve@example.org"), "sender in the mail"),
        (handed_in(body="Dear Ana", **{"Content-Type": "text/plain"}), "multipart/alternative"),
        (handed_in(body=BODY.replace("text/html", "text/plain")), "text/plain comes first"),
        (handed_in(more="X-Long: " + "x" * 1000 + "\n"), "998"),
        (handed_in(Subject="naïve"), "ASCII"),
        (handed_in(body=BODY + "\r"), "half of a line's end"),
    ],
)
def test_a_flaw_is_named(mail, says):
    assert says in flaw(mail)


def test_nothing_personal_is_in_the_repr():
    assert "ana" not in repr(handed_in()).lower()
