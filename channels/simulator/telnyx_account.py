"""Telnyx as a whole: its endpoints, its events, and the texts of people to its numbers."""

from starlette.routing import Route

from channels.simulator.signing import telnyx_signer
from channels.simulator.telnyx_events import TelnyxEvents
from channels.simulator.telnyx_messages import TelnyxMessages
from channels.simulator.telnyx_records import TelnyxRecords
from channels.simulator.telnyx_replies import TelnyxReplies
from channels.simulator.telnyx_texts import LANE
from channels.simulator.world import World

_WIDTH = 16


class TelnyxAccount:
    """The simulated account; without a key to sign with it is not served at all."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.replies: TelnyxReplies | None = None
        if world.settings.telnyx_private_key:
            events = TelnyxEvents(world, telnyx_signer(world.settings.telnyx_private_key))
            world.sender.add_lane(LANE, events.deliver, width=_WIDTH)
            self.replies = TelnyxReplies(world, events)

    def routes(self) -> list[Route]:
        """Return the endpoints, relative to Telnyx's base address."""
        if self.replies is None:
            return []
        return [*TelnyxMessages(self._world).routes(), *TelnyxRecords(self._world).routes()]
