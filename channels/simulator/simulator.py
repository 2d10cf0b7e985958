"""Puts the simulator together: one application, one book, one background task."""

from collections.abc import Callable
from datetime import datetime

from starlette.applications import Starlette
from starlette.routing import Mount

from channels.simulator import sendgrid_events, texts, twilio_calls
from channels.simulator.controls import Controls
from channels.simulator.faults import Faults
from channels.simulator.ledger import Ledger
from channels.simulator.pages import Pages
from channels.simulator.posting import Network, Poster, real_network
from channels.simulator.replies import Replies
from channels.simulator.sender import Sender
from channels.simulator.sendgrid_events import SendGridEvents
from channels.simulator.sendgrid_mail import SendGridMail
from channels.simulator.settings import SimulatorSettings
from channels.simulator.signing import event_signer
from channels.simulator.taking import Taking
from channels.simulator.telephone import Telephone
from channels.simulator.twilio_calls import TwilioCalls
from channels.simulator.twilio_messages import TwilioMessages
from channels.simulator.world import World

_WIDTH = 16
_EVENT_POSTS = 2
_EVENTS_IN_A_POST = 1000


class Simulator:
    """Twilio and SendGrid, offline; `app` is to be mounted, `start` lets callbacks go out.

    `now` is machine time, aware, in UTC. `network` replaces the way to our own service in tests.
    """

    def __init__(
        self,
        settings: SimulatorSettings,
        *,
        now: Callable[[], datetime],
        network: Network | None = None,
    ) -> None:
        ledger = Ledger(settings.path, now)
        sender = Sender(ledger, now)
        self._world = World(
            settings=settings,
            now=now,
            ledger=ledger,
            faults=Faults(now, settings.seed),
            poster=Poster(settings.auth_token, network or real_network()),
            sender=sender,
            taking=Taking(ledger, sender),
        )
        telephone = Telephone(self._world)
        messages = TwilioMessages(self._world)
        calls = TwilioCalls(self._world, telephone)
        self._add_lanes(messages, calls)
        controls = Controls(self._world, Replies(self._world), telephone)
        self.app = Starlette(
            routes=[
                Mount("/twilio", routes=[*messages.routes(), *calls.routes()]),
                Mount("/sendgrid", routes=SendGridMail(self._world).routes()),
                *controls.routes(),
                *Pages(self._world).routes(),
            ]
        )

    async def start(self) -> None:
        """Begin to call back, with what an earlier run left undone first."""
        await self._world.sender.start()

    async def stop(self) -> None:
        """Stop calling back and close the book; a new simulator on the same file goes on."""
        await self._world.sender.stop()
        await self._world.poster.close()
        self._world.ledger.close()

    async def quiet(self, within: float) -> bool:
        """Wait until every callback that is due within the time (seconds) was sent; False if not."""
        return await self._world.sender.quiet(within)

    def _add_lanes(self, messages: TwilioMessages, calls: TwilioCalls) -> None:
        sender = self._world.sender
        events = SendGridEvents(self._world, event_signer(self._world.settings.sendgrid_private_key))
        sender.add_lane(texts.LANE, messages.deliver, width=_WIDTH)
        sender.add_lane(twilio_calls.LANE, calls.play, width=_WIDTH)
        sender.add_lane(sendgrid_events.LANE, events.deliver, width=_EVENT_POSTS, batch=_EVENTS_IN_A_POST)
