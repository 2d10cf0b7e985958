"""Where a form was sent from: only forms of our own pages may change something."""

from typing import Final
from urllib.parse import urlsplit

from fastapi import Request

OWN: Final = frozenset({"same-origin", "none"})
"""What a browser says of a request that came from our page, or from the person's own hand."""


def same_origin(request: Request) -> bool:
    """Tell whether a form came from a page of ours.

    Browsers say it in `Sec-Fetch-Site`, older ones name the `Origin`; whoever sends neither is no browser, and has
    no cookies that another site could make use of.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in OWN
    origin = request.headers.get("origin")
    if origin is None:
        return True
    ours = {request.headers.get("host", ""), urlsplit(request.app.state.public_url).netloc}
    return _host(origin) in ours - {""}


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # half an address in brackets
        return ""
