"""Every page, in five languages, on a phone and on a desk: nothing keeps anybody out."""

import pytest

from tests.browser.visits import barriers, next_stop, too_small, too_wide

LANGUAGES = ["en", "es", "vi", "ar", "zh-Hant"]
PAGES = {
    "home": "/", "signup": "/signup/orange", "preferences": "/preferences", "verify": "/verify", "privacy": "/privacy",
    "about": "/about", "missing": "/no-such-page", "problems": "/problems",
}  # fmt: skip
ENGLISH_ONLY = {"about", "problems"}
MOST_BYTES = 100_000


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_nothing_on_a_page_keeps_anybody_out(name, language, width, visit):
    page = visit.open(PAGES[name], language=language, width=width, scripts=True)
    visit.picture(page, f"{name}-{language}-{width}")
    root = page.locator("html")
    assert root.get_attribute("lang") == ("en" if name in ENGLISH_ONLY else language)
    assert root.get_attribute("dir") == ("rtl" if language == "ar" and name not in ENGLISH_ONLY else "ltr")
    assert barriers(page) == []
    assert too_wide(page) == []
    assert too_small(page) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_a_window_of_320_pixels_in_every_language(name, visit):
    """As wide as 1280 pixels are at 400 % (WCAG 1.4.10)."""
    page = visit.open(PAGES[name], width=320, scripts=True)
    tags = page.locator(".kc-languages option").evaluate_all("all => all.map(one => one.value)")
    for tag in tags or ["en"]:
        page.goto(f"{PAGES[name]}?lang={tag}")
        assert (tag, too_wide(page)) == (tag, [])


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light(name, visit):
    sizes = []
    page = visit.open("/privacy")
    page.on("response", lambda one: sizes.append(len(one.body())))
    page.goto(PAGES[name])
    assert sum(sizes) < MOST_BYTES


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_walked_by_keyboard_alone(name, visit):
    page = visit.open(PAGES[name], scripts=True)
    page.evaluate("() => document.activeElement.blur()")
    stops: list[str] = []
    while (stop := next_stop(page)) and stop["what"] not in stops:
        stops.append(stop["what"])
        assert stop["outline"] >= 2, stop
        assert stop["shown"], stop
    assert len(stops) >= page.locator("a:visible, button:visible, select:visible").count()
    if name not in ENGLISH_ONLY:
        assert stops[0].endswith("#main-content"), "the first stop leads past the menu"


def test_a_page_can_be_read_in_high_contrast_and_on_paper(visit):
    page = visit.open("/privacy", width=360, scripts=True, forced_colors="active")
    visit.picture(page, "privacy-high-contrast")
    assert barriers(page) == []
    page = visit.open("/privacy?lang=ar", scripts=True)
    page.emulate_media(media="print")
    visit.picture(page, "privacy-ar-paper")
    assert not page.locator("nav").first.is_visible()
    assert page.locator("h1").is_visible()


def test_the_language_changes_without_scripts_and_stays(visit):
    page = visit.open("/privacy", width=360)
    page.locator("#kc-lang").select_option("vi")
    page.locator(".kc-languages button").click()
    assert page.locator("html").get_attribute("lang") == "vi"
    page.goto("/no-such-page")
    assert page.locator("html").get_attribute("lang") == "vi"
    page.locator(".kc-tongues a[lang=ar]").click()
    assert page.locator("html").get_attribute("dir") == "rtl"
