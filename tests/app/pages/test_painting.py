"""Frames with words put in."""

from app.pages.painting import paint


def test_words_are_escaped():
    said = dict.fromkeys(("title", "ask", "button", "done", "letters", "help"), "<b>&")
    page = paint("unsubscribe.html", asking=True, said=said, language="en", direction="ltr")
    assert "<b>" not in page.body.decode()


def test_a_page_loads_nothing_from_elsewhere():
    assert "default-src 'none'" in paint("home.html", sandbox=False).headers["Content-Security-Policy"]
