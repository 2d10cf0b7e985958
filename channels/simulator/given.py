"""What a request to the sandbox's own endpoints gives: JSON, or a page's form; and what is wrong with it."""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from channels.simulator.twilio_door import E164

TITLES: Mapping[int, str] = {404: "Not found", 409: "Conflict", 422: "Not understood"}
_SWITCH: Mapping[str, bool] = {"true": True, "false": False}
"""What a page's form says for on and off."""
_PLACE = re.compile(r"/(?:[\w%+.@~-][\w%+.@~/-]*)?(?:\?[\w%+.@~=&-]*)?(?:#[a-z]+)?")


class Refusal(Exception):
    """What is wrong with a request: a JSON pointer (empty: the whole request), a sentence, and the status for it."""

    def __init__(self, pointer: str, detail: str, status: int = 422) -> None:
        super().__init__(detail)
        self.pointer, self.detail, self.status = pointer, detail, status


def problem(refusal: Refusal) -> Response:
    """Return an RFC 9457 problem."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES[refusal.status],
        "status": refusal.status,
        "detail": refusal.detail,
    }
    if refusal.pointer:
        body["errors"] = [{"pointer": refusal.pointer, "detail": refusal.detail}]
    return JSONResponse(body, refusal.status, media_type="application/problem+json")


def is_form(request: Request) -> bool:
    """Say whether a page's form was sent."""
    kind = request.headers.get("content-type", "")
    return kind.startswith("application/x-www-form-urlencoded")


async def read(request: Request, *, numbers: Collection[str] = ()) -> Mapping[str, Any]:
    """Read JSON, or the fields of a page's form, whose `numbers` come as text."""
    if is_form(request):
        async with request.form() as form:
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
        return fields | {name: _as_number(fields[name]) for name in numbers if name in fields}
    try:
        given = json.loads(await request.body())
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise Refusal("", "A JSON object is needed.")
    return given


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def text(given: Mapping[str, Any], name: str) -> str:
    """Return a string, empty if it is not there."""
    value = given.get(name, "")
    if not isinstance(value, str):
        raise Refusal(f"/{name}", "A string is needed.")
    return value


def flag(given: Mapping[str, Any], name: str) -> bool:
    """Return true or false."""
    value = given.get(name)
    found = value if isinstance(value, bool) else _SWITCH.get(str(value))
    if found is None:
        raise Refusal(f"/{name}", "True or false is needed.")
    return found


def phone(given: Mapping[str, Any], name: str) -> str:
    """Return a phone number."""
    number = text(given, name).strip()
    if not E164.fullmatch(number):
        raise Refusal(f"/{name}", "A phone number in E.164 is needed.")
    return number


def number(given: Mapping[str, Any], name: str, most: float) -> float:
    """Return a number from 0 on."""
    value = given.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise Refusal(f"/{name}", f"A number from 0 to {most:.12g} is needed.")
    return float(value)


def one_of(value: str, allowed: tuple[str, ...], name: str) -> str:
    """Return a value that is one of those allowed."""
    if value not in allowed:
        raise Refusal(f"/{name}", f"One of these is needed: {', '.join(filter(None, allowed))}.")
    return value


def whole(digits: str, name: str, most: int | None = None) -> int:
    """Return a whole number from 1 on; a greater one than `most` is `most`."""
    if not (digits.isascii() and digits.isdigit()) or int(digits) < 1:
        raise Refusal(f"/{name}", "A whole number from 1 on is needed.")
    return min(int(digits), most or int(digits))


def place(given: Mapping[str, Any], otherwise: str) -> str:
    """Return to which of our pages a form leads back; never to another's."""
    wanted = str(given.get("back", ""))
    return wanted if _PLACE.fullmatch(wanted) else otherwise
