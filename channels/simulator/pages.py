"""The sandbox for the eye: phones, inboxes and calls, as pages that work without scripts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from channels.simulator.faults import PROVIDERS
from channels.simulator.ledger import Message, Search
from channels.simulator.outcomes import OUTCOMES, STORY, Twist
from channels.simulator.painting import MAIL_POLICY, TEMPLATES, Painter
from channels.simulator.showing import DEEDS, Line, asks, course, own_address
from channels.simulator.telephone import Telephone
from channels.simulator.tongues import language_of, quick_replies
from channels.simulator.twilio_door import E164
from channels.simulator.twilio_machines import MACHINE
from channels.simulator.unsubscribing import PRESSED, target
from channels.simulator.world import World

_SHOWN = 12
"""Messages in a column, or mails in an inbox; older ones are a page further."""
_KEYS = "123456789*0#"
_LOOKS = ("light", "dark")
_OK = range(200, 300)
_FILES = {"style.css": "text/css", "live.js": "text/javascript"}
_COLUMNS = (("sms", "Phones"), ("email", "Inboxes"), ("voice", "Calls"))
FAULTS = {
    twist.value: next(one.explanation for one in OUTCOMES if twist in one.twists and one.channel == "sms")
    for twist in Twist
}
"""What may be switched on to go wrong, in words."""
SHARES = (0.05, 0.1, 0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Column:
    """The newest messages of a channel, up to `older`, where older ones follow."""

    channel: str
    title: str
    messages: Sequence[Message]
    older: int
    is_newest: bool


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages."""

    world: World
    telephone: Telephone
    painter: Painter

    def routes(self) -> list[Route]:
        """Return the pages, relative to where the simulator is mounted."""
        return [
            Route("/", self.overview),
            Route("/phone/{number}", self.phone),
            Route("/inbox/{address}", self.inbox),
            Route("/mail/{id}", self.mail),
            Route("/mail/{id}/html", self.html),
            Route("/call/{id}", self.call),
            *(Route(f"/{name}", self.file) for name in _FILES),
        ]

    async def overview(self, request: Request) -> Response:
        """Show everything of late, the faults, the answering machines, and the magic addresses."""
        wanted = request.query_params.get("to", "").strip()
        return self.painter.page(
            request,
            "overview.html",
            columns=[self._column(request, channel, title, wanted) for channel, title in _COLUMNS],
            wanted=wanted,
            outcomes=[(channel, [one for one in OUTCOMES if one.channel == channel]) for channel in STORY],
            faults=self.world.faults.active(),
            now=self.world.now(),
            machines=sorted(number for number, on in self.telephone.machines.switched.items() if on),
            providers=PROVIDERS,
            kinds=FAULTS,
            shares=SHARES,
        )

    async def phone(self, request: Request) -> Response:
        """Show the texts of one phone, with a form to answer, and the calls."""
        number = request.path_params["number"]
        texts = self.world.ledger.conversation(number)
        calls = self.world.ledger.search(Search(channel="voice", person=number, limit=_SHOWN))
        from_us = next((text for text in texts if text.direction != "inbound"), None)
        return self.painter.page(
            request,
            "phone.html",
            number=number,
            texts=list(reversed(texts)),
            calls=calls,
            ours=from_us.sender if from_us else "",
            dials=next((ours for message in (*calls, *texts) if E164.fullmatch(ours := _ours(message))), ""),
            replies=quick_replies(language_of(from_us.body if from_us else "")),
            machine=self._has_machine(number),
        )

    async def inbox(self, request: Request) -> Response:
        """Show the e-mails to one address."""
        address = request.path_params["address"]
        search = Search(channel="email", recipient=address, before=_before(request, "before"), limit=_SHOWN + 1)
        found = self.world.ledger.search(search)
        older = found[_SHOWN - 1].seq if len(found) > _SHOWN else 0
        return self.painter.page(request, "inbox.html", address=address, mails=found[:_SHOWN], older=older)

    async def mail(self, request: Request) -> Response:
        """Show one e-mail: its HTML in a closed frame, its text, its headers, and what a mail program makes of them."""
        mail = self._find(request, "email")
        if mail is None:
            return self._missing(request)
        look = request.query_params.get("look", "")
        return self.painter.page(
            request,
            "mail.html",
            mail=mail,
            look=look if look in _LOOKS else _LOOKS[0],
            looks=_LOOKS,
            one_click=target(mail, self.world.settings.public_url),
            answered=self.world.ledger.last_fact(mail.seq, PRESSED),
        )

    async def html(self, request: Request) -> Response:
        """Return an e-mail's HTML as it is, for the frame."""
        mail = self._find(request, "email")
        if mail is None:
            return self._missing(request)
        headers = {"Content-Security-Policy": MAIL_POLICY, "Cache-Control": "no-store"}
        return HTMLResponse(str(mail.detail["html"]), headers=headers)

    async def call(self, request: Request) -> Response:
        """Show how a call went, with its keys."""
        call = self._find(request, "voice")
        if call is None:
            return self._missing(request)
        happened = self.world.ledger.history(call.seq)
        lines = course(happened)
        return self.painter.page(
            request,
            "call.html",
            call=call,
            lines=lines,
            latest=max((place for place, line in enumerate(lines) if line.kind in DEEDS), default=-1),
            sounds=await self._sounds(lines),
            keys=_KEYS if asks(happened, call.status) else "",
            machine=self._has_machine(call.person),
        )

    async def file(self, request: Request) -> Response:
        """Return the style sheet or the script."""
        name = request.url.path.rpartition("/")[2]
        return FileResponse(TEMPLATES / name, media_type=_FILES[name], headers={"Cache-Control": "no-cache"})

    async def _sounds(self, lines: Sequence[Line]) -> dict[str, str]:
        """Return where the recordings of a call can be played; their addresses live for some minutes only."""
        own = {line.sound: own_address(line.sound, self.world.settings.public_url) for line in lines if line.sound}
        first = next((url for url, path in own.items() if path), "")
        still = bool(first) and (await self.world.poster.fetch(first)).status in _OK
        return own if still else {}

    def _column(self, request: Request, channel: str, title: str, wanted: str) -> Column:
        before = _before(request, channel)
        found = self.world.ledger.search(Search(channel=channel, person=wanted, before=before, limit=_SHOWN + 1))
        older = found[_SHOWN - 1].seq if len(found) > _SHOWN else 0
        return Column(channel, title, found[:_SHOWN], older, is_newest=before is None)

    def _has_machine(self, number: str) -> bool:
        return self.telephone.machines.outcome(number).answered_by == MACHINE

    def _find(self, request: Request, channel: str) -> Message | None:
        message = self.world.ledger.get(request.path_params["id"])
        return message if message is not None and message.channel == channel else None

    def _missing(self, request: Request) -> Response:
        return self.painter.page(request, "missing.html", status=404)


def _before(request: Request, name: str) -> int | None:
    given: Any = request.query_params.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None  # noqa: PLR2004 -- SQLite's own


def _ours(message: Message) -> str:
    return message.recipient if message.direction == "inbound" else message.sender
