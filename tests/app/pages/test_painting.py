"""Frames with words put in."""

from app.api.problems import Kind
from app.pages.painting import paint


def test_words_are_escaped():
    page = paint("problem.html", slug="<b>", kind=Kind("<b>&", 400, "<b>", "<b>"))
    assert "<b>" not in page.body.decode()


def test_a_page_loads_nothing_from_elsewhere():
    assert "default-src 'none'" in paint("problems.html", kinds={}).headers["Content-Security-Policy"]


def test_a_form_may_say_where_it_comes_from():
    assert paint("problems.html", kinds={}).headers["Referrer-Policy"] == "same-origin"
