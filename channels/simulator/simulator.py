"""Puts the simulator together: one application, one book, one background task."""

from collections.abc import Callable
from datetime import datetime

from starlette.applications import Starlette
from starlette.routing import Mount, Route

from channels.simulator import sendgrid_events, smtp_reports, texts, twilio_calls
from channels.simulator.controls import Controls
from channels.simulator.faults import Faults
from channels.simulator.ledger import Ledger
from channels.simulator.pages import Pages
from channels.simulator.painting import Painter
from channels.simulator.posting import Network, Poster, real_network
from channels.simulator.replies import Replies
from channels.simulator.sender import Sender
from channels.simulator.sendgrid_batches import Batches
from channels.simulator.sendgrid_events import SendGridEvents
from channels.simulator.sendgrid_mail import SendGridMail
from channels.simulator.sendgrid_schedule import SendGridSchedule
from channels.simulator.settings import SimulatorSettings
from channels.simulator.signing import event_signer
from channels.simulator.smtp_door import SmtpDoor
from channels.simulator.smtp_reports import SmtpReports
from channels.simulator.taking import Taking
from channels.simulator.telephone import Telephone
from channels.simulator.telnyx_account import TelnyxAccount
from channels.simulator.twilio_account import TwilioAccount
from channels.simulator.twilio_calls import TwilioCalls
from channels.simulator.twilio_messages import TwilioMessages
from channels.simulator.waits import Waits
from channels.simulator.world import World

_WIDTH = 16
_EVENT_POSTS = 2
_EVENTS_IN_A_POST = 1000


class Simulator:
    """The providers, offline; `app` is to be mounted, `start` lets callbacks go out.

    `now` is machine time, aware, in UTC. `network` replaces the way to our own service in tests.
    """

    def __init__(
        self,
        settings: SimulatorSettings,
        *,
        now: Callable[[], datetime],
        network: Network | None = None,
    ) -> None:
        settings.path.parent.mkdir(parents=True, exist_ok=True)
        waits = Waits(settings.path, now)
        ledger = Ledger(settings.path, now, waits)
        sender = Sender(ledger, waits)
        self._world = World(
            settings=settings,
            now=now,
            waits=waits,
            ledger=ledger,
            faults=Faults(now, settings.seed),
            poster=Poster(settings.auth_token, network or real_network()),
            sender=sender,
            taking=Taking(ledger, sender),
        )
        self._batches = Batches(settings.path, waits, settings.sendgrid_api_key)
        self.mail_door = SmtpDoor(self._world)
        telephone = Telephone(self._world)
        messages = TwilioMessages(self._world)
        calls = TwilioCalls(self._world, telephone)
        self._add_lanes(messages, calls)
        telnyx = TelnyxAccount(self._world)
        painter = Painter(settings.prefix, settings.public_url)
        controls = Controls(self._world, Replies(self._world, telnyx.replies), telephone, painter)
        self.app = Starlette(
            routes=[
                Mount("/twilio", routes=[*TwilioAccount(self._world).routes(), *messages.routes(), *calls.routes()]),
                Mount("/sendgrid", routes=self._sendgrid_routes()),
                Mount("/telnyx", routes=telnyx.routes()),
                *controls.routes(),
                *Pages(self._world, telephone, painter).routes(),
            ]
        )

    async def start(self) -> None:
        """Begin to call back, with what an earlier run left undone first, and to take mail where that is wanted."""
        await self._world.sender.start()
        if self._world.settings.smtp_port is not None:
            await self.mail_door.open(self._world.settings.smtp_port)

    async def stop(self) -> None:
        """Stop calling back and close the book; a new simulator on the same file goes on."""
        await self.mail_door.close()
        await self._world.sender.stop()
        await self._world.poster.close()
        self._world.ledger.close()

    async def quiet(self, within: float) -> bool:
        """Wait until every callback that is due within the time (seconds) was sent; False if not."""
        return await self._world.sender.quiet(within)

    def _sendgrid_routes(self) -> list[Route]:
        mail, schedule = SendGridMail(self._world, self._batches), SendGridSchedule(self._world, self._batches)
        return [*mail.routes(), *schedule.routes()]

    def _add_lanes(self, messages: TwilioMessages, calls: TwilioCalls) -> None:
        sender = self._world.sender
        events = SendGridEvents(self._world, self._batches, event_signer(self._world.settings.sendgrid_private_key))
        sender.add_lane(texts.LANE, messages.deliver, width=_WIDTH)
        sender.add_lane(twilio_calls.LANE, calls.play, width=_WIDTH)
        sender.add_lane(smtp_reports.LANE, SmtpReports(self._world).deliver, width=_WIDTH)
        sender.add_lane(sendgrid_events.LANE, events.deliver, width=_EVENT_POSTS, batch=_EVENTS_IN_A_POST)
