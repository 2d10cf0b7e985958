"""A visitor with a browser of a certain width, language and ability."""

from importlib.resources import files
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
SERIOUS = {"serious", "critical"}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SMALLEST = 44
"""Pixels that a finger needs."""
TARGETS = (
    "button, select, input:not([type=hidden]):not([type=radio]):not([type=checkbox]), nav a, .usa-button,"
    " .usa-radio__label, .usa-checkbox__label"
)


class Visitor:
    """Opens pages, and remembers what the browser asked for and complained of."""

    def __init__(self, browser: Browser, address: str, pictures: Path) -> None:
        self._browser, self.address, self._pictures = browser, address, pictures
        self._contexts: list[BrowserContext] = []
        self.asked: list[str] = []
        self.complaints: list[str] = []

    def open(self, path: str, *, language: str = "en", width: int = 1280, scripts: bool = False, **more: Any) -> Page:
        """Open a page in a fresh browser, as a reader of a language."""
        context = self._browser.new_context(
            viewport={"width": width, "height": 900 if width > 600 else 740}, java_script_enabled=scripts,
            base_url=self.address, extra_http_headers={"Accept-Language": language}, reduced_motion="reduce", **more,
        )  # fmt: skip
        self._contexts.append(context)
        page = context.new_page()
        page.on("request", lambda one: self.asked.append(one.url))
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(path)
        return page

    def picture(self, page: Page, name: str) -> None:
        """Keep a picture of the whole page, to be looked at."""
        self._pictures.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=self._pictures / f"{name}.png", full_page=True)

    def leave(self) -> None:
        """Close every window."""
        for context in self._contexts:
            context.close()

    def _heard(self, message: Any) -> None:
        missing = "status of 404" in message.text or "status of 4" in message.text
        if message.type == "error" and not missing:  # Chromium calls a page with such a status an error itself
            self.complaints.append(message.text)


def barriers(page: Page) -> list[str]:
    """Return what axe finds that keeps people out."""
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, rules)", RULES)
    return [
        f"{one['id']}: {node['html'][:120]} {node.get('failureSummary', '')}"
        for one in found["violations"]
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


def too_wide(page: Page) -> list[str]:
    """Return what sticks out of the window, so that one would have to scroll sideways."""
    found: list[str] = page.evaluate(
        """() => {
          const room = document.documentElement.clientWidth
          if (document.documentElement.scrollWidth <= room) return []
          return [...document.body.querySelectorAll('*')]
            .filter(one => {
              const box = one.getBoundingClientRect()
              return box.width && (box.right > room + 1 || box.left < -1)
            })
            .map(one => one.outerHTML.slice(0, 120))
        }"""
    )
    return found


def too_small(page: Page) -> list[str]:
    """Return what a finger would miss."""
    found: list[str] = page.evaluate(
        """([what, least]) => [...document.querySelectorAll(what)]
          .filter(one => { const box = one.getBoundingClientRect(); return box.height && box.height < least - 0.5 })
          .map(one => one.outerHTML.slice(0, 120))""",
        [TARGETS, SMALLEST],
    )
    return found


def next_stop(page: Page) -> dict[str, Any] | None:
    """Go on with the Tab key; return where that leads, and how well it is seen."""
    page.keyboard.press("Tab")
    found: dict[str, Any] | None = page.evaluate(
        """() => {
          const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect()
          if (one === document.body) return null
          const all = [...document.querySelectorAll('*')]
          return {
            what: `${all.indexOf(one)} ${one.tagName} ${one.href || one.id}`,
            outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
            shown: box.width * box.height > 0,
          }
        }"""
    )
    return found
