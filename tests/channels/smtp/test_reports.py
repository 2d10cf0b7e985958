import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.signals import OptOut, Receipt, Status
from channels.smtp.reports import signals

ID = "ref-1@orange.example.org"
NESTED = b'Content-Type: multipart/report; boundary="b"\r\n\r\n--b\r\n'
ORIGINAL = f"Message-ID: <{ID}>\r\nX-KeepCovered-Reference: ref-1\r\nSubject: Renew\r\n"


def report(kind, *parts):
    body = "".join(f"--b\r\nContent-Type: {name}\r\n\r\n{content}\r\n" for name, content in parts)
    head = (
        f"From: MAILER-DAEMON@relay.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type={kind}"
    )
    return f'{head}; boundary="b"\r\n\r\n{body}--b--\r\n'.encode()


def delivery(action="failed", status="5.1.1", about="", original=("text/rfc822-headers", ORIGINAL)):
    fields = f"Reporting-MTA: dns; relay.example\r\n{about}\r\nFinal-Recipient: rfc822; ana@example.org\r\n"
    told = f"{fields}Action: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; 550 no\r\n"
    parts = [("text/plain", "Sorry."), ("message/delivery-status", told), original]
    return report("delivery-status", *filter(None, parts))


def complaint(kind="abuse", original=("message/rfc822", f"{ORIGINAL}\r\nDear Ana")):
    fields = f"Feedback-Type: {kind}\r\nUser-Agent: SomeISP\r\nVersion: 1\r\n"
    return report("feedback-report", ("text/plain", "A complaint."), ("message/feedback-report", fields), original)


@pytest.mark.parametrize(
    ("action", "status", "receipt"),
    [
        ("failed", "5.1.1", Receipt("ref-1", "ref-1:failed:5.1.1", Status.UNDELIVERED, ID, "bounced", "5.1.1")),
        ("failed", "5.7.1 (no)", Receipt("ref-1", "ref-1:failed:5.7.1", Status.UNDELIVERED, ID, "blocked", "5.7.1")),
        ("failed", "who knows", Receipt("ref-1", "ref-1:failed:", Status.UNDELIVERED, ID, "undelivered", "")),
        ("delayed", "4.4.1", Receipt("ref-1", "ref-1:delayed:4.4.1", Status.ACCEPTED, ID, "", "4.4.1")),
        ("Delivered", "2.0.0", Receipt("ref-1", "ref-1:delivered:2.0.0", Status.DELIVERED, ID, "", "2.0.0")),
        ("relayed", "2.0.0", Receipt("ref-1", "ref-1:relayed:2.0.0", Status.DELIVERED, ID, "", "2.0.0")),
    ],
)  # fmt: skip
def test_a_delivery_report_is_a_receipt(action, status, receipt):
    assert signals(delivery(action, status)) == [receipt]


@pytest.mark.parametrize("odd", ["ref\0-1", "réf-1", "x" * 10_000])
def test_what_no_database_would_keep_as_an_id_is_none(odd):
    assert signals(delivery(about=f"Original-Envelope-Id: {odd}\r\n", original=None)) == []
    assert signals(complaint(original=("text/rfc822-headers", f"X-KeepCovered-Reference: {odd}\r\n"))) == []
    original = ("text/rfc822-headers", f"Message-ID: <{odd}@x>\r\nX-KeepCovered-Reference: ref-1\r\n")
    assert [receipt.provider_id for receipt in signals(delivery(original=original))] == [""]


def test_the_same_report_again_has_the_same_key():
    assert signals(delivery()) == signals(delivery().replace(b"Sorry.", b"Sorry again."))


@pytest.mark.parametrize(
    "source",
    [
        {"about": "Original-Envelope-Id: ref-1\r\n", "original": None},
        {"original": ("text/rfc822-headers", "Message-ID: <ref-1@orange.example.org>\r\n")},
        {"original": ("message/rfc822", "Message-Id:\r\n <ref-1@orange.example.org>\r\n\r\nDear Ana")},
        {"original": ("text/rfc822-headers", "Message-ID: <01f@relay.example>\r\nX-KeepCovered-Reference: ref-1\r\n")},
    ],
)
def test_our_reference_is_found_in_each_place_that_a_relay_may_leave(source):
    assert [signal.reference for signal in signals(delivery(**source))] == ["ref-1"]


@pytest.mark.parametrize(("kind", "reason"), [("abuse", "spam_report"), ("opt-out", "unsubscribed")])
def test_a_complaint_is_a_no(kind, reason):
    assert signals(complaint(kind)) == [OptOut("ref-1", f"ref-1:{kind}", reason)]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\0" * 100, b"From: ana@example.org\r\n\r\nI am away.", complaint("not-spam"), delivery("guessed"),
        delivery(original=None), delivery(original=("text/rfc822-headers", "Subject: no id\r\n")),
        b"Content-Type: multipart/report; report-type=delivery-status\r\n\r\nno parts",
        b"Content-Type: multipart/report\r\n\r\n" + NESTED * 2_000,
        delivery().replace(b"multipart/report", b"multipart/mixed"),
        report("delivery-status", ("message/delivery-status", "")),
    ],
)  # fmt: skip
def test_what_is_no_report_about_a_mail_of_ours_says_nothing(body):
    assert signals(body) == []


@given(st.integers(0, 700), st.integers(0, 60), st.binary(max_size=12), st.sampled_from([delivery(), complaint()]))
def test_no_mutation_crashes_the_reader(start, length, put, whole):
    assert isinstance(signals(whole[:start] + put + whole[start + length :]), list)
