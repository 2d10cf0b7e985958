"""API keys at the door: who calls, and whether the key has the scope."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param

from app.api.problems import Problem
from app.api.rates import let_in
from app.pipeline.tenancy import Principal
from app.rules.agency import Agency
from app.wiring import Services

BEARER: Final = HTTPBearer(
    auto_error=False, scheme_name="key", bearerFormat="kc_…", description="An API key of your agency, `kc_…`."
)
Given = Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)]


async def services(request: Request) -> Services:  # a coroutine: a function would run in a thread
    """Return the stages."""
    wired: Services = request.app.state.services
    return wired


Wired = Annotated[Services, Depends(services)]


def needs(scope: str) -> Callable[..., Awaitable[Principal]]:
    """Return a dependency that lets only keys with a scope in."""

    async def principal(request: Request, given: Given, wired: Wired) -> Principal:
        return await _let_in(request, wired, given.credentials if given else None, scope)

    return principal


async def entered(request: Request, wired: Services, scope: str) -> Principal:
    """Return who calls, where no dependency says so; only keys with the scope come in."""
    scheme, text = get_authorization_scheme_param(request.headers.get("Authorization"))
    return await _let_in(request, wired, text if scheme.lower() == "bearer" and text else None, scope)


async def _let_in(request: Request, wired: Services, text: str | None, scope: str) -> Principal:
    found = await wired.tenancy.principal(text) if text else None
    if found is None:
        raise Problem("no-valid-key", headers={"WWW-Authenticate": 'Bearer realm="KeepCovered"'})
    let_in(request, found.key_id)
    if not found.may(scope):
        told = f'Bearer realm="KeepCovered", error="insufficient_scope", scope="{scope}"'
        raise Problem("missing-scope", f"This needs a key with the scope `{scope}`.",
                      headers={"WWW-Authenticate": told})  # fmt: skip
    return found


async def name_of(wired: Services, who: Principal) -> str:
    """Return the name that a key was made under; without one, its id."""
    names = {row.id: row.name for row in await wired.tenancy.keys(who.agency)}
    return names.get(who.key_id) or f"key {who.key_id}"


async def agency_of(wired: Services, who: Principal) -> Agency:
    """Return the agency that a key belongs to; raises a problem if it is gone."""
    found = await wired.tenancy.by_id(who.agency)
    if found is None:
        raise Problem("unknown-agency")
    return found


MembersReader = Annotated[Principal, Depends(needs("members:read"))]
MembersWriter = Annotated[Principal, Depends(needs("members:write"))]
ReportsReader = Annotated[Principal, Depends(needs("reports:read"))]
Admin = Annotated[Principal, Depends(needs("admin"))]
