"""Answers as they go out: plain JSON with times in RFC 3339 UTC, months as YYYY-MM, and pages of lists."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import JSONResponse, Response

from app.api.problems import Fault, Problem

Limit = Annotated[int, Query(ge=1, le=1000, description="How many entries a page has.")]
Cursor = Annotated[str | None, Query(max_length=500, description="Where to go on: taken from `next`.")]
Entry = TypeVar("Entry")
BAD_CURSOR: Final = Fault("/query/cursor", "take the cursor from `next` of the page before")


def moment(at: datetime | None) -> str | None:
    """Return a time in RFC 3339, UTC."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def month(day: date | None) -> str | None:
    """Return a month as YYYY-MM."""
    return None if day is None else f"{day:%Y-%m}"


def plain(value: Any) -> Any:  # noqa: ANN401  (whatever a stage returned)
    """Return a stage's value as JSON knows it."""
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, UUID | date):
        return str(value)
    return value


def answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return JSON."""
    return JSONResponse(body, status, headers)


def page(
    request: Request, data: Sequence[Mapping[str, Any]], *, limit: int, cursor: Sequence[object] | None
) -> Response:
    """Return one page of a list; `cursor` is where the next one begins, None at the end."""
    following = None
    if cursor is not None:
        asked = [(name, value) for name, value in request.query_params.multi_items() if name not in {"cursor", "limit"}]
        query = urlencode([*asked, ("limit", str(limit)), ("cursor", seal_cursor(cursor))])
        following = f"{request.app.state.public_url}{quote(request.scope['path'])}?{query}"
    return answer({"data": list(data), "has_more": cursor is not None, "next": following})


def page_by_id(
    request: Request, rows: Sequence[Entry], shown: Callable[[Entry], Mapping[str, Any]], *, limit: int
) -> Response:
    """Return one page of a list that goes on after the id of its last entry; the stage gave one more, if there is."""
    entries = [shown(row) for row in rows[:limit]]
    return page(request, entries, limit=limit, cursor=[entries[-1]["id"]] if len(rows) > limit else None)


def seal_cursor(parts: Sequence[object]) -> str:
    """Return an opaque cursor."""
    text = json.dumps([str(plain(part)) for part in parts])
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def open_cursor(cursor: str | None, parts: int) -> list[str] | None:
    """Return the parts of a cursor; raises a problem for one that we did not make."""
    if not cursor:
        return None
    try:
        found = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or len(found) != parts or not all(isinstance(one, str) for one in found):
        raise Problem("invalid-request", errors=[BAD_CURSOR])
    return found


def cursor_id(cursor: str | None) -> UUID | None:
    """Return the id after which a list goes on."""
    found = open_cursor(cursor, 1)
    return cursor_uuid(found[0]) if found else None


def cursor_uuid(text: str) -> UUID:
    """Return an id from a cursor; raises a problem if it is none."""
    try:
        return UUID(text)
    except ValueError:
        raise Problem("invalid-request", errors=[BAD_CURSOR]) from None


def cursor_moment(text: str) -> datetime:
    """Return a time from a cursor; raises a problem if it is none."""
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise Problem("invalid-request", errors=[BAD_CURSOR]) from None
