"""Pages: a frame from `templates/`, words put in and escaped, and a policy that loads nothing from elsewhere."""

from pathlib import Path
from typing import Any, Final

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
SCRIPTED: Final = f"{POLICY}; script-src 'self'; connect-src 'self'"
"""For /docs, whose script is ours to serve."""
STATIC: Final = Path(__file__).parent / "static"
_FRAMES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def paint(frame: str, status: int = 200, *, policy: str = POLICY, **words: Any) -> HTMLResponse:  # noqa: ANN401
    """Return a page.

    Its forms have to name where they come from, so the referrer is told, to this service alone.
    """
    words = {"language": "en", "direction": "ltr", **words}
    headers = {"Content-Security-Policy": policy, "Referrer-Policy": "same-origin"}
    return HTMLResponse(_FRAMES.get_template(frame).render(words), status, headers)
