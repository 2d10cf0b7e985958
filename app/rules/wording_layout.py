"""The frame around every e-mail: MJML made into HTML once, styles put into the tags, words into their places."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from css_inline import CSSInliner
from mrml import RenderOptions, to_html

from app.rules.wording import BadTemplate

_PLACE: Final = re.compile(r"@@([a-z_]+)@@")
_STRAY: Final = re.compile(r"<mj-[a-z-]+")
# Mailboxes that drop the <style> of a page still show it well; what depends on the screen can only stay there.
_INLINER: Final = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def lay_out(layout: str, places: Mapping[str, str]) -> str:
    """Put HTML into the places of an MJML layout; raises `BadTemplate` for a layout that does not fit."""
    if unknown := sorted(set(_PLACE.findall(layout)) ^ places.keys()):
        raise BadTemplate(f"place @@{unknown[0]}@@", "layout.mjml", "Use each known place")
    page = _PLACE.sub(lambda place: places[place[1]], _frame(layout))
    return _INLINER.inline(page)


@lru_cache(maxsize=8)
def _frame(layout: str) -> str:
    """Make HTML of a layout, its places still open; no font and nothing else is loaded from anywhere."""
    try:
        made = to_html(layout, render_options=RenderOptions(disable_comments=True, fonts={}))
    except OSError as error:  # how mrml says that a layout cannot be parsed
        raise BadTemplate("no MJML", "layout.mjml", f"Correct it: {error}") from None
    if stray := _STRAY.search(made.content):
        raise BadTemplate(f"unknown tag {stray[0]}>", "layout.mjml", "Use MJML's own tags")
    return made.content
