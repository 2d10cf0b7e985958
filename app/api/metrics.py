"""`/metrics`: what Prometheus reads; in live mode only with the token that was set for it."""

import hmac
from typing import Final

from fastapi import APIRouter
from fastapi.responses import Response

from app.api.auth import Given, Wired
from app.api.problems import Problem
from app.metrics import MEDIA_TYPE

router: Final = APIRouter()


@router.get("/metrics", include_in_schema=False)
async def metrics(given: Given, wired: Wired) -> Response:
    """Tell what is watched. Without a token a live service hides it: it says how every agency's lanes do."""
    wanted = wired.settings.metrics_token.get_secret_value()
    if wanted:
        if given is None or not hmac.compare_digest(given.credentials.encode(), wanted.encode()):
            raise Problem("no-valid-key", headers={"WWW-Authenticate": 'Bearer realm="metrics"'})
    elif wired.settings.live:
        raise Problem("not-found")
    return Response(await wired.watching.text(), media_type=MEDIA_TYPE)
