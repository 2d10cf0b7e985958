"""The sandbox for the eye: phones, inboxes and calls, as plain pages without scripts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from channels.simulator.ledger import Message, Search
from channels.simulator.outcomes import OUTCOMES
from channels.simulator.world import World

_TEMPLATES = Path(__file__).parent / "templates"
_SHOWN = 200
_KEYS = "1234567890*#"
_CHANNELS = (("sms", "Phones"), ("email", "Inboxes"), ("voice", "Calls"))
_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'self'"
# An e-mail brings its styles with it; they stay inside their frame, which may neither run nor load.
_MAIL_POLICY = _POLICY.replace("'self'; form", "'self' 'unsafe-inline'; img-src data:; form", 1)


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages."""

    world: World
    environment: Environment = field(default_factory=_environment, repr=False)

    def routes(self) -> list[Route]:
        """Return the pages, relative to where the simulator is mounted."""
        return [
            Route("/", self.overview),
            Route("/phone/{number}", self.phone),
            Route("/mail/{id}", self.mail),
            Route("/call/{id}", self.call),
            Route("/style.css", self.style),
        ]

    async def overview(self, _: Request) -> Response:
        """Show everything of late, grouped by address, and the magic addresses."""
        columns = [(channel, title, _by_address(self._latest(channel))) for channel, title in _CHANNELS]
        return self._page("overview.html", columns=columns, outcomes=OUTCOMES)

    async def phone(self, request: Request) -> Response:
        """Show the texts of one phone, with a form to answer."""
        number = request.path_params["number"]
        texts = self.world.ledger.conversation(number)
        return self._page("phone.html", number=number, texts=list(reversed(texts)))

    async def mail(self, request: Request) -> Response:
        """Show one e-mail: its HTML in a closed frame, its text, its headers."""
        mail = self._find(request, "email")
        if mail is None:
            return self._missing()
        return self._page("mail.html", policy=_MAIL_POLICY, mail=mail)

    async def call(self, request: Request) -> Response:
        """Show what was said in a call, with its keys."""
        call = self._find(request, "voice")
        if call is None:
            return self._missing()
        keys = _KEYS if self.world.ledger.last_fact(call.seq, "keys") else ""
        return self._page("call.html", call=call, keys=keys)

    async def style(self, _: Request) -> Response:
        """Return the style sheet."""
        text = (_TEMPLATES / "style.css").read_text()
        return PlainTextResponse(text, media_type="text/css")

    def _latest(self, channel: str) -> list[Message]:
        return self.world.ledger.search(Search(channel=channel, direction="outbound", limit=_SHOWN))

    def _find(self, request: Request, channel: str) -> Message | None:
        message = self.world.ledger.get(request.path_params["id"])
        return message if message is not None and message.channel == channel else None

    def _missing(self) -> Response:
        return self._page("missing.html", status=404)

    def _page(self, name: str, *, status: int = 200, policy: str = _POLICY, **values: object) -> Response:
        template = self.environment.get_template(name)
        html = template.render(prefix=self.world.settings.prefix, **values)
        headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
        return HTMLResponse(html, status, headers)


def _by_address(messages: Iterable[Message]) -> list[tuple[str, list[Message]]]:
    groups: dict[str, list[Message]] = {}
    for message in messages:
        groups.setdefault(message.recipient, []).append(message)
    return list(groups.items())
