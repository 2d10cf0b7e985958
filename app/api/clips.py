"""Recordings for calls, under signed addresses that work for some minutes; the provider's machines fetch them."""

from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Path
from fastapi.responses import Response

from app.api.auth import Wired
from app.api.documents import Responses, problems
from app.api.problems import Problem
from app.pipeline.clips import Expired

router: Final = APIRouter(tags=["Providers"])
SOUND: Final = "audio/wav"
ANSWERS: Final[Responses] = {
    200: {"description": "The recording", "content": {SOUND: {"schema": {"type": "string", "format": "binary"}}}},
    **problems(403, 404, 422),
}
Token = Annotated[str, Path(max_length=100)]
Language = Annotated[str, Path(pattern=r"^[A-Za-z-]{2,12}$")]
Name = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,40}$")]


@router.get("/clips/{token}/{language}/{name}.wav", response_class=Response, responses=ANSWERS)
async def clip(token: Token, language: Language, name: Name, wired: Wired) -> Response:
    """A recording; `X-Clip-Words` says what it says (percent-encoded UTF-8)."""
    found = wired.clips.fetch(token, language, name)
    if isinstance(found, Expired):
        raise Problem("expired-clip", "The address of this recording is not valid, or no longer.")
    if found is None:
        raise Problem("not-found", "There is no such recording.")
    headers = {
        "Cache-Control": f"public, max-age={found.seconds_left}",
        "ETag": f'"{found.tag}"',
        "X-Clip-Words": quote(found.words),
    }
    return Response(found.sound, media_type=SOUND, headers=headers)


router.head("/clips/{token}/{language}/{name}.wav", include_in_schema=False)(clip)
