"""Somebody calls us: the call is written down, and our service is asked what to say."""

import uuid
from dataclasses import dataclass

from channels.simulator.ledger import Message
from channels.simulator.telephone import Telephone
from channels.simulator.world import World

PATH = "/callbacks/twilio/voice"
_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Rung:
    """The call as it was taken, and what was said until a key is wanted or it ended."""

    call: Message
    spoken: list[str]


@dataclass(frozen=True, slots=True)
class Ringing:
    """Makes calls to us."""

    world: World
    telephone: Telephone

    async def ring(self, *, caller: str, called: str) -> Rung:
        """Call one of our numbers."""
        call = Message(
            id="CA" + uuid.uuid4().hex,
            channel="voice",
            sender=caller,
            recipient=called,
            body="",
            reference="",
            accepted_at=self.world.now(),
            status="ringing",
            direction="inbound",
            detail={
                "url": self.world.settings.public_url + PATH,
                "status_callback": "",
                "events": [],
                "answered_by": "",
                "seconds": _SECONDS,
            },
        )
        (kept,) = await self.world.accept([(call, [])])
        return Rung(kept, await self.telephone.ring(kept))
