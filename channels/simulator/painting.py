"""Paints the sandbox's pages: a template, what it shows, and a policy that runs and loads nothing but our own."""

from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from channels.simulator import showing
from channels.simulator.given import TITLES, Refusal
from channels.simulator.tongues import language_of

TEMPLATES = Path(__file__).parent / "templates"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; media-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
MAIL_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'self'"
)
"""An e-mail brings its styles with it, and may neither run nor load anything."""
LIVE = "live"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    told = (showing.carrier, showing.standing, showing.tone, showing.code_of, showing.meaning_of, showing.size)
    environment.filters.update(
        {
            say.__name__: say
            for say in (*told, showing.size_in_short, showing.picked_up, showing.seconds_of, language_of)
        }
    )
    return environment


@dataclass(frozen=True, slots=True)
class Painter:
    """Paints pages below one prefix."""

    prefix: str
    public_url: str
    environment: Environment = field(default_factory=_environment, repr=False)

    def page(self, request: Request, name: str, *, status: int = 200, **shown: object) -> Response:
        """Return a page; whether it keeps itself up to date is said in its address, and goes on with its links."""
        live = request.query_params.get(LIVE) == "on"

        def to(path: str) -> str:
            return f"{self.prefix}{path}{f'?{LIVE}=on' if live else ''}"

        def same(**changed: str | int) -> str:
            query = request.url.include_query_params(**changed).query
            return f"{request.url.path}?{query}"

        frame = {"prefix": self.prefix, "public_url": self.public_url, "live": live, "to": to, "same": same}
        here = same().removeprefix(self.prefix)
        html = self.environment.get_template(name).render({**frame, "here": here, **shown})
        return HTMLResponse(html, status, {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})

    def refusal(self, request: Request, refusal: Refusal) -> Response:
        """Return a page that says why a form was not understood."""
        title = TITLES[refusal.status]
        return self.page(request, "refused.html", status=refusal.status, heading=title, detail=refusal.detail)
