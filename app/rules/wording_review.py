"""How far a text came, written into its file: who read it, and that it may go to members."""

import json
import re
from typing import Final

from app.rules.wording import Review

_REVIEW: Final = re.compile(r"^review\s*=.*$", re.MULTILINE)
_REVIEWER: Final = re.compile(r"^reviewer\s*=.*\n", re.MULTILINE)


def reviewed(source: str, review: Review, reviewer: str) -> str:
    """Return a template's text with how far it came and who says so."""
    lines = f"review = {json.dumps(review)}\nreviewer = {json.dumps(reviewer, ensure_ascii=False)}"
    return _REVIEW.sub(lambda _: lines, _REVIEWER.sub("", source, count=1), count=1)


def as_draft(source: str) -> str:
    """Return a template's text as it was before anybody read it."""
    return _REVIEW.sub(f'review = "{Review.DRAFT}"', _REVIEWER.sub("", source, count=1), count=1)
