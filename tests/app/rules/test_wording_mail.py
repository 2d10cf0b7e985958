import re
from collections.abc import Mapping
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

import app
from app.rules.wording import BadTemplate, MissingWord, parse_text
from app.rules.wording_checks import sample_words
from app.rules.wording_mail import PERSONAL, MailText, compose_mail, mail_words
from app.rules.wording_reading import parse_template

CONTENT = Path(app.__file__).parent / "content"
LAYOUT = (CONTENT / "layout.mjml").read_text(encoding="utf-8")
REMINDER = parse_template((CONTENT / "en/renewal_two_months.toml").read_text(encoding="utf-8"))
ARABIC = parse_template((Path(__file__).parent / "samples" / "ar_renewal.toml").read_text(encoding="utf-8"))
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
    line = parse_template((CONTENT / "es/language_help.toml").read_text(encoding="utf-8"))
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

    @property
    def shape(self) -> list[tuple[str, list[str]]]:
        return [(tag, sorted(attributes)) for tag, attributes in self.tags]


def test_the_page_is_whole_and_loads_nothing():
    page = Page(compose().html)
    assert page.open == []
    names = [tag for tag, _ in page.tags]
    assert names.count("h1") == names.count("title") == 1
    assert not {"img", "script", "link", "iframe", "form"} & set(names)
    assert not re.search(r"url\(|@import|@font-face|src=", compose().html)
    assert {urlsplit(a["href"] or "").netloc for t, a in page.tags if t == "a"} == {"", "benefitscal.com"}


def test_the_button_and_the_way_to_unsubscribe_are_real_links():
    links = [attributes for tag, attributes in Page(compose().html).tags if tag == "a"]
    assert {"label", "link"} <= {str(link["class"]) for link in links}
    assert links[-1]["href"] == "[[unsubscribe_url|html]]"


def test_a_mail_of_the_small_program_has_no_line_end_within_its_name():
    assert '<span class="whole" style="white-space: nowrap;">Medi-Cal</span>' in compose().html


def test_language_help_says_its_own_language():
    line = parse_template((CONTENT / "ko/language_help.toml").read_text(encoding="utf-8"))
    mail = compose_mail(REMINDER, LAYOUT, shared(), line)
    assert '<p lang="ko" dir="ltr"' in mail.html
    assert (
        compose_mail(REMINDER, LAYOUT, shared(), replace(line, language="fa")).html.count('<p lang="fa" dir="rtl"') == 1
    )


# --- from right to left ------------------------------------------------------------------------


def arabic() -> MailText:
    words = {mark: word for mark, word in sample_words("ar").items() if mark not in PERSONAL}
    return compose_mail(ARABIC, LAYOUT, words)


def test_the_page_says_its_language_and_direction():
    assert '<html lang="ar" dir="rtl"' in arabic().html
    assert '<html lang="en" dir="ltr"' in compose().html
    farsi = compose_mail(replace(REMINDER, language="fa"), LAYOUT, shared()).html
    assert '<html lang="fa" dir="rtl"' in farsi


def test_words_run_from_right_to_left():
    assert "text-align:right" in arabic().html
    assert "text-align:left;color" not in arabic().html
    assert "text-align:right" not in compose().html


def test_numbers_and_links_keep_their_own_direction():
    mail = arabic()
    assert '<bdi dir="ltr"><a class="link whole" href="tel:+18002819799"' in mail.html
    assert '<bdi dir="ltr">[[code|html]]</bdi>' in mail.html
    assert "<bdi>1 Sample Street" in mail.html
    assert "<bdi>Orange County Social Services Agency</bdi></div>" in mail.html
    assert "\u2066(800) 281-9799\u2069" in mail.text
    assert "\u2066[[code]]\u2069" in mail.text


def test_an_address_in_plain_text_stands_alone_so_that_it_can_be_followed():
    assert ":\n[[unsubscribe_url]]\n" in arabic().text
    assert ":\nhttps://benefitscal.com\n" in arabic().text
    assert ": [[unsubscribe_url]]\n" in compose().text


def test_a_left_to_right_mail_needs_none_of_it():
    assert not re.search("[\u2066-\u2069]|bdi", compose().text + compose().html)


# --- nobody's data becomes anything else ---------------------------------------------------------

SNIPPETS = (
    "[[code]]", "[[unsubscribe_url|html]]", "[", "]]", "|html]]", "{phone}", "@@footer@@", "%s", "\r\nBcc: a@b.example",
    "<script>", "</title>", "--><b>", '" onclick="x', "'", "&amp;", "\u202e", "\u2066", "\x00", "🌻", "javascript:",
)  # fmt: skip
HOSTILE = st.lists(st.sampled_from(SNIPPETS) | st.text(max_size=8), max_size=6).map(lambda parts: "x" + "".join(parts))


def filled(mail: MailText, own: Mapping[str, str]) -> tuple[str, str, str]:
    """Replace mark by mark, one after the other, as the least careful of providers would."""
    parts = [mail.subject, mail.text, mail.html]
    for word, value in own.items():
        parts = [part.replace(f"[[{word}]]", value).replace(f"[[{word}|html]]", escape(value)) for part in parts]
    return parts[0], parts[1], parts[2]


@given(st.tuples(*[HOSTILE] * 6))
def test_no_data_becomes_markup_a_header_or_another_mark(words):
    agency, address, month, code, name, portal = words
    ordinary = filled(compose(), mail_words(compose(), "Lan", OWN))
    mail = compose(agency=agency, postal_address=address, portal=portal)
    own = mail_words(mail, name, {**OWN, "month": month, "code": code})
    subject, text, html = filled(mail, own)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]", subject)
    assert text.count("\n") == ordinary[1].count("\n")
    assert Page(html).shape == Page(ordinary[2]).shape
    assert not [part for part in (subject, text, html) if "[[" in part]


@pytest.mark.parametrize("mark", sorted(PERSONAL | {"greeting"}))
def test_each_personal_mark_comes_out_whole(mark):
    assert REMINDER.email
    email = replace(REMINDER.email, body=tuple(parse_text(f"It is {{{own}}}.") for own in sorted(PERSONAL)))
    mail = compose_mail(replace(REMINDER, email=email), LAYOUT, shared())
    assert f"[[{mark}|html]]" in mail.html
    assert f"[[{mark}]]" in mail.text


@pytest.mark.parametrize("mark", ["fraud_phone", "ssa_phone", "coveredca_phone"])
def test_a_finger_can_call_each_line_that_all_readers_share(mark):
    assert REMINDER.email
    email = replace(REMINDER.email, body=(parse_text(f"Dial {{{mark}}}."),))
    page = compose_mail(replace(REMINDER, email=email), LAYOUT, shared()).html
    assert re.search(r'Dial <a [^>]*href="tel:\+1\d{10}"', page)


def test_a_greeting_may_name_the_agency():
    assert REMINDER.email
    email = replace(REMINDER.email, greeting_plain=parse_text("Hello from {agency},"))
    mail = compose_mail(replace(REMINDER, email=email), LAYOUT, shared(agency="Orange"))
    assert mail_words(mail, None, OWN)["greeting"] == "Hello from Orange,"


def test_a_first_name_among_the_shared_words_greets_nobody():
    assert mail_words(compose(first_name="Maria"), "Lan", OWN)["greeting"] == "Hello Lan,"
    assert mail_words(compose(first_name="Maria"), None, OWN)["greeting"] == "Hello,"
