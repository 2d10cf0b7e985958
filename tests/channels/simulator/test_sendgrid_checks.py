import pytest
from sendgrid.helpers.mail import Content, CustomArg, Email, Header, Mail, Personalization, Substitution

from channels.simulator.sendgrid_checks import flaws
from tests.channels.simulator.conftest import a_reader

PLAIN = {"type": "text/plain", "value": "Hello"}
HTML = {"type": "text/html", "value": "<p>Hello</p>"}


def a_request(**changes: object):
    plain = {
        "personalizations": [a_reader()],
        "from": {"email": "renewals@orange.example.org"},
        "subject": "Hello",
        "content": [PLAIN, HTML],
    }
    return {**plain, **changes}


def test_what_sendgrids_own_kit_builds_is_taken():
    mail = Mail()
    mail.from_email, mail.subject = Email("renewals@orange.example.org", "Renewals"), "Hello"
    mail.add_content(Content("text/plain", "Hello -name-"))
    person = Personalization()
    person.add_to(Email("ana@example.org"))
    person.add_custom_arg(CustomArg("reference", "r1"))
    person.add_header(Header("List-Unsubscribe", "<https://ours.example/u/1>"))
    person.add_substitution(Substitution("-name-", "Ana"))
    mail.add_personalization(person)
    assert flaws(mail.get()) == []


def test_a_thousand_people_are_taken_and_one_more_is_not():
    people = [a_reader(f"p{number}@example.org") for number in range(1001)]
    assert flaws(a_request(personalizations=people[:1000])) == []
    assert [flaw.field for flaw in flaws(a_request(personalizations=people))] == ["personalizations"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"personalizations": []}, "personalizations"),
        ({"personalizations": {}}, "personalizations"),
        ({"personalizations": ["x"]}, "personalizations"),
        ({"from": None}, "from"),
        ({"from": {"email": "nobody"}}, "from.email"),
        ({"subject": ""}, "subject"),
        ({"content": [HTML, PLAIN]}, "content.type"),
        ({"content": [{"type": "text/calendar", "value": "x"}]}, "content.type"),
        ({"content": [{"type": "text/plain", "value": ""}]}, "content.value"),
        ({"template_id": "d-1"}, "template_id"),
        ({"headers": {"X-Ours": 1}}, "personalizations.0.headers"),
        ({"custom_args": {"n": 1}}, "personalizations.0.custom_args"),
        ({"mail_settings": {"sandbox_mode": {"enable": True}}}, "mail_settings.sandbox_mode"),
    ],
)
def test_a_flaw_of_the_request_is_named(changes, field):
    assert field in [flaw.field for flaw in flaws(a_request(**changes))]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"too": []}, "too"),
        ({"to": []}, "to"),
        ({"to": [{"email": "nobody"}]}, "to"),
        ({"headers": {"Subject": "x"}}, "headers"),
        ({"headers": {"X-Ours": "a\r\nBcc: b"}}, "headers"),
        ({"custom_args": {"reference": "r" * 10_000}}, "custom_args"),
        ({"substitutions": {"[[name]]": "é" * 5_000}}, "substitutions"),
        ({"substitutions": {"[[name]]": 1}}, "substitutions"),
    ],
)
def test_a_flaw_of_one_person_is_named_with_its_place(changes, field):
    request = a_request(personalizations=[a_reader(), a_reader("bo@example.org", **changes)])
    assert [flaw.field for flaw in flaws(request)] == [f"personalizations.1.{field}"]


def test_an_address_stands_only_once_in_a_request():
    request = a_request(personalizations=[a_reader("ana@example.org"), a_reader("ANA@example.org")])
    assert [flaw.field for flaw in flaws(request)] == ["personalizations.to"]


@pytest.mark.parametrize("request_", [None, [], "x"])
def test_only_an_object_is_a_request(request_):
    assert len(flaws(request_)) == 1
