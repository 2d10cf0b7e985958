"""Cookies: small, ours alone, out of the reach of scripts, and never sent along from other sites."""

from typing import Final, Protocol

from fastapi import Request
from fastapi.responses import Response

OURS: Final = "kc_"
HOST: Final = "__Host-"
"""A browser takes a cookie of this name only over TLS, for this very host."""


class Place(Protocol):
    """Where the service is reached."""

    @property
    def public_url(self) -> str:
        """Its address as browsers see it."""


def set_cookie(response: Response, settings: Place, name: str, value: str, max_age: int) -> None:
    """Put a cookie into an answer, for so many seconds."""
    secure = _is_secure(settings)
    response.set_cookie(
        cookie_name(settings, name), value, max_age=max_age, path="/", secure=secure, httponly=True, samesite="lax"
    )


def drop_cookie(response: Response, settings: Place, name: str) -> None:
    """Have the browser forget a cookie."""
    set_cookie(response, settings, name, "", 0)


def read_cookie(request: Request, settings: Place, name: str) -> str | None:
    """Return what the browser sent; None for nothing."""
    return request.cookies.get(cookie_name(settings, name)) or None


def cookie_name(settings: Place, name: str) -> str:
    """Return a cookie's full name: `kc_lang`, behind TLS `__Host-kc_lang`."""
    name = name if name.startswith(OURS) else OURS + name
    return HOST + name if _is_secure(settings) else name


def _is_secure(settings: Place) -> bool:
    return settings.public_url.startswith("https://")
