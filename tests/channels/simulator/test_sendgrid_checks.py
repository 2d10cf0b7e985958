import pytest
from hypothesis import given
from hypothesis import strategies as st
from sendgrid.helpers.mail import Content, CustomArg, Email, Header, Mail, Personalization, Substitution

from channels.simulator.sendgrid_checks import PERSONAL, TOP, flaws
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
        ({"mail_settings": []}, "mail_settings"),
        ({"from": {"email": "a@example.org", "name": 7}}, "from.name"),
        ({"content": [{"type": [], "value": "x"}]}, "content.type"),
        ({"send_at": 1.5}, "send_at"),
        ({"send_at": True}, "send_at"),
        ({"batch_id": 7}, "batch_id"),
        ({"categories": "renewal"}, "categories"),
        ({"categories": [7]}, "categories"),
        ({"categories": ["año"]}, "categories"),
        ({"categories": ["x" * 256]}, "categories"),
        ({"categories": ["a", "a"]}, "categories"),
        ({"categories": [f"c{number}" for number in range(11)]}, "categories"),
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
        ({"substitutions": {f"[[{number}]]": "" for number in range(151)}}, "substitutions"),
        ({"subject": 7}, "subject"),
        ({"headers": {"X Ours": "a"}}, "headers"),
    ],
)
def test_a_flaw_of_one_person_is_named_with_its_place(changes, field):
    request = a_request(personalizations=[a_reader(), a_reader("bo@example.org", **changes)])
    assert [flaw.field for flaw in flaws(request)] == [f"personalizations.1.{field}"]


def test_an_address_stands_only_once_in_a_request():
    request = a_request(personalizations=[a_reader("ana@example.org"), a_reader("ANA@example.org")])
    assert [flaw.field for flaw in flaws(request)] == ["personalizations.to"]


def test_ten_categories_are_taken():
    assert flaws(a_request(categories=[f"c{number}" for number in range(10)])) == []


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*TOP, *PERSONAL, "email"]), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(TOP)), ODD), st.dictionaries(st.sampled_from(sorted(PERSONAL)), ODD))
def test_whatever_is_asked_has_flaws_or_none_and_breaks_nothing(changes, person):
    assert isinstance(flaws(a_request(**{"personalizations": [person], **changes})), list)


@pytest.mark.parametrize("request_", [None, [], "x"])
def test_only_an_object_is_a_request(request_):
    assert len(flaws(request_)) == 1
