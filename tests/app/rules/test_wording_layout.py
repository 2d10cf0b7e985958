import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import app
from app.rules.wording import BadTemplate
from app.rules.wording_layout import lay_out

LAYOUT = (Path(app.__file__).parent / "content" / "layout.mjml").read_text(encoding="utf-8")
PLACES = dict.fromkeys(re.findall(r"@@([a-z_]+)@@", LAYOUT), "x")
PAGE = lay_out(LAYOUT, {**PLACES, "dir": "ltr", "lang": "en", "start": "left"})
LIGHT, DARK = LAYOUT.split("@media (prefers-color-scheme: dark)")


class Tags(HTMLParser):
    """Notes every tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


TAGS = Tags(PAGE).found


def roles() -> list[str | None]:
    return [attributes["role"] for tag, attributes in TAGS if tag != "table" and "role" in attributes]


def colour(css: str, selector: str, what: str) -> str:
    rule = re.search(rf"{re.escape(selector)} {{[^}}]*(?<![-\w]){what}: (#[0-9a-f]{{6}})", css)
    assert rule, selector
    return rule[1]


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


WHITE, INK = "#ffffff", "#1b1f24"
SHEET = colour(DARK, ".sheet table", "background")


@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        pytest.param(INK, WHITE, id="words"),
        pytest.param(colour(LIGHT, ".foot", "color"), WHITE, id="foot"),
        pytest.param(colour(LIGHT, ".link", "color"), WHITE, id="link"),
        pytest.param(colour(LIGHT, ".label", "color"), colour(LIGHT, ".button", "background-color"), id="button"),
        pytest.param(colour(DARK, ".sheet div", "color"), SHEET, id="words in the dark"),
        pytest.param(colour(DARK, ".sheet .foot", "color"), SHEET, id="foot in the dark"),
        pytest.param(colour(DARK, ".sheet .link", "color"), SHEET, id="link in the dark"),
        pytest.param(
            colour(DARK, ".sheet .label", "color"), colour(DARK, ".sheet .button", "background-color"),
            id="button in the dark",
        ),
    ],
)  # fmt: skip
def test_words_stand_out_from_their_paper(ink, paper):
    assert contrast(ink, paper) >= 4.5


@pytest.mark.parametrize(
    ("button", "paper"),
    [
        pytest.param(colour(LIGHT, ".button", "background-color"), WHITE, id="light"),
        pytest.param(colour(DARK, ".sheet .button", "background-color"), SHEET, id="dark"),
    ],
)
def test_the_button_is_seen_as_one(button, paper):
    assert contrast(button, paper) >= 3


def test_every_paper_and_ink_of_the_layout_is_among_those_that_were_measured():
    assert f'color="{INK}"' in LIGHT
    assert set(re.findall(r'<mj-section[^>]* background-color="(#\w+)"', LAYOUT)) == {WHITE}
    text = set(re.findall(r"(?<![-\w])color: (#\w+)", LAYOUT))
    assert len(text) == 7


def test_the_page_has_one_heading_and_landmarks():
    assert [tag for tag, _ in TAGS].count("h1") == 1
    assert roles() == ["article", "banner", "main", "contentinfo"]


def test_a_layout_table_is_none_to_a_screen_reader():
    tables = [attributes["role"] for tag, attributes in TAGS if tag == "table"]
    assert tables
    assert set(tables) == {"presentation"}


def test_the_language_stands_also_where_mailboxes_keep_it():
    assert [attributes.get("lang") for _, attributes in TAGS if attributes.get("lang")] == ["en", "en"]


def test_light_and_dark_are_both_asked_for():
    assert '<meta name="color-scheme" content="light dark">' in PAGE
    assert "@media (prefers-color-scheme: dark)" in PAGE


def test_styles_stand_in_the_tags_for_mailboxes_that_drop_the_rest():
    bare = re.sub(r"<style.*?</style>", "", PAGE, flags=re.DOTALL)
    assert re.search(r'<h1 style="[^"]*font-size: 26px', bare)
    assert re.search(r'<div class="foot"[^>]* style="[^"]*color: #444c56', bare)


def test_marks_come_through_whole():
    marks = {**PLACES, "greeting": "[[greeting|html]]", "unsubscribe": '<a href="[[unsubscribe_url|html]]">x</a>'}
    page = lay_out(LAYOUT, marks)
    assert "<p style" in page
    assert ">[[greeting|html]]</p>" in page
    assert 'href="[[unsubscribe_url|html]]"' in page


def test_a_layout_with_a_wrong_place_is_refused():
    with pytest.raises(BadTemplate, match="@@surprise@@"):
        lay_out(LAYOUT + "@@surprise@@", PLACES)
    with pytest.raises(BadTemplate, match="@@footer@@"):
        lay_out(LAYOUT.replace("@@footer@@", ""), PLACES)


@pytest.mark.parametrize(
    ("layout", "what"),
    [
        ("<mjml><mj-body>", "no MJML"),
        ("words", "no MJML"),
        ("<mjml><mj-body><mj-sektion /></mj-body></mjml>", "unknown tag"),
    ],
)
def test_what_is_no_mjml_is_refused(layout, what):
    with pytest.raises(BadTemplate, match=what):
        lay_out(layout, {})
