import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

import app
from app.rules.wording import BadTemplate, MissingWord, parse_text
from app.rules.wording_checks import sample_words
from app.rules.wording_mail import PERSONAL, MailText, compose_mail, mail_words
from app.rules.wording_reading import parse_template

CONTENT = Path(app.__file__).parent / "content"
LAYOUT = (CONTENT / "layout.html").read_text(encoding="utf-8")
REMINDER = parse_template((CONTENT / "en/renewal_two_months.toml").read_text(encoding="utf-8"))
OWN = {"month": "May 2027", "code": "K7QF2M4P", "unsubscribe_url": "https://x.example.org/u?a=1&b"}


def shared(**others: str) -> dict[str, str]:
    words = {mark: word for mark, word in sample_words("en").items() if mark not in PERSONAL}
    return words | others


def compose(**others: str) -> MailText:
    return compose_mail(REMINDER, LAYOUT, shared(**others))


def test_personal_words_stay_as_marks():
    mail = compose()
    assert mail.subject == "Your Medi-Cal is up for renewal in [[month]]"
    assert "[[greeting]]" in mail.text
    assert "[[unsubscribe_url]]" in mail.text
    assert "[[code|html]]" in mail.html
    assert mail.marks == {"month", "code", "unsubscribe_url"}


def test_html_has_no_mark_that_is_not_escaped():
    assert not re.search(r"\[\[[a-z_]+\]\]", compose().html)


def test_words_shared_by_all_are_put_in_at_once():
    mail = compose_mail(REMINDER, LAYOUT, shared(month="May 2027"))
    assert mail.subject == "Your Medi-Cal is up for renewal in May 2027"
    assert "month" not in mail.marks


def test_shared_words_are_escaped_in_html_only():
    mail = compose(agency="<b>A & B</b>")
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in mail.html
    assert "<b>" not in mail.html
    assert "<b>A & B</b>" in mail.text


def test_an_agency_cannot_smuggle_in_a_mark():
    mail = compose(agency="[[unsubscribe_url]] [[code|html]]")
    assert "((unsubscribe_url" in mail.text
    assert mail.html.count("[[code|html]]") == compose().html.count("[[code|html]]")


def test_a_known_first_name_is_greeted():
    assert mail_words(compose(), "Lan", OWN) == {**OWN, "greeting": "Hello Lan,"}


@pytest.mark.parametrize("name", [None, "", "NGUYEN, THI", "[[code]]", "http://evil.com"])
def test_without_a_first_name_the_greeting_still_reads_well(name):
    assert mail_words(compose(), name, OWN)["greeting"] == "Hello,"


def test_no_mark_is_left_for_a_person_to_read():
    with pytest.raises(MissingWord, match="code, unsubscribe_url"):
        mail_words(compose(), "Lan", {"month": "May 2027"})


@pytest.mark.parametrize("mark", ["tty", "agency", "portal_url"])
def test_a_shared_word_that_nobody_gave_is_named(mark):
    with pytest.raises(MissingWord, match=mark):
        compose_mail(REMINDER, LAYOUT, {m: w for m, w in shared().items() if m != mark})


def test_a_missing_postal_address_leaves_no_empty_line():
    mail = compose(postal_address="")
    assert "\n\n\n" not in mail.text
    assert not re.search(r"<p[^>]*></p>", mail.html)


def test_the_language_help_stands_in_both_parts():
    line = parse_template((CONTENT / "es/language_help.toml").read_text(encoding="utf-8")).email
    mail = compose_mail(REMINDER, LAYOUT, shared(), line)
    assert "¿Prefiere español?" in mail.text
    assert "¿Prefiere español?" in mail.html


def test_a_layout_with_a_wrong_place_is_refused():
    with pytest.raises(BadTemplate, match="@@surprise@@"):
        compose_mail(REMINDER, LAYOUT + "@@surprise@@", shared())
    with pytest.raises(BadTemplate, match="@@footer@@"):
        compose_mail(REMINDER, LAYOUT.replace("@@footer@@", ""), shared())


def test_a_template_without_an_email_is_refused():
    with pytest.raises(BadTemplate, match="no e-mail"):
        compose_mail(replace(REMINDER, email=None), LAYOUT, shared())


def test_phones_and_the_portal_can_be_followed():
    html = compose().html
    assert 'href="tel:+18002819799"' in html
    assert 'href="https://benefitscal.com"' in html


class Page(HTMLParser):
    """Notes tags and keeps count of what is open."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "br", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_and_loads_nothing():
    page = Page(compose().html)
    assert page.open == []
    names = [tag for tag, _ in page.tags]
    assert names.count("h1") == 1
    assert not {"img", "script", "link", "iframe", "form"} & set(names)
    assert "url(" not in compose().html


def test_the_page_says_its_language_and_direction():
    farsi = replace(REMINDER, language="fa")
    assert '<html lang="fa" dir="rtl">' in compose_mail(farsi, LAYOUT, shared()).html
    assert '<html lang="en" dir="ltr">' in compose().html


def test_layout_tables_are_hidden_from_screen_readers():
    tables = [attributes for tag, attributes in Page(compose().html).tags if tag == "table"]
    assert tables
    assert all(attributes.get("role") == "presentation" for attributes in tables)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        ("#1b1f24", "#ffffff"), ("#444c56", "#ffffff"), ("#0b4f8a", "#ffffff"),
        ("#f1f3f5", "#1f252c"), ("#c9d1d9", "#1f252c"), ("#8cc4ff", "#1f252c"),
    ],
)  # fmt: skip
def test_ink_stands_out_from_paper_in_light_and_dark(ink, paper):
    assert ink in compose().html
    darker, lighter = sorted((luminance(ink), luminance(paper)))
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_a_greeting_may_name_the_agency():
    assert REMINDER.email
    email = replace(REMINDER.email, greeting_plain=parse_text("Hello from {agency},"))
    mail = compose_mail(replace(REMINDER, email=email), LAYOUT, shared(agency="Orange"))
    assert mail_words(mail, None, OWN)["greeting"] == "Hello from Orange,"


def test_a_first_name_among_the_shared_words_greets_nobody():
    assert mail_words(compose(first_name="Maria"), "Lan", OWN)["greeting"] == "Hello Lan,"
    assert mail_words(compose(first_name="Maria"), None, OWN)["greeting"] == "Hello,"
