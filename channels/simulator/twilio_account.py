"""Twilio's Accounts: the account's own resource, by which one sees whether credentials work."""

from dataclasses import dataclass
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.simulator.twilio_door import API_VERSION, guarded
from channels.simulator.world import World

_SUBRESOURCES = ("Messages", "Calls")


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """The endpoint."""

    world: World

    def routes(self) -> list[Route]:
        """Return the endpoint, relative to Twilio's base address."""
        path = f"/{API_VERSION}/Accounts/{{account}}.json"
        return [Route(path, guarded(self.world, self.show), methods=["GET"])]

    async def show(self, _: Request) -> Response:
        """Show the account, without its token."""
        settings = self.world.settings
        uri = f"{settings.prefix}/twilio/{API_VERSION}/Accounts/{settings.account_sid}"
        moment = format_datetime(self.world.now())
        return JSONResponse(
            {
                "auth_token": None,
                "date_created": moment,
                "date_updated": moment,
                "friendly_name": "Sandbox",
                "owner_account_sid": settings.account_sid,
                "sid": settings.account_sid,
                "status": "active",
                "subresource_uris": {name.lower(): f"{uri}/{name}.json" for name in _SUBRESOURCES},
                "type": "Full",
                "uri": f"{uri}.json",
            }
        )
