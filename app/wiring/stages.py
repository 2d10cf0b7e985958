"""Builds the stages that need most of the others: what sends, what hears the providers, what moves business time."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import procrastinate

from app.db.transaction import Database
from app.pipeline.ahead import Ahead
from app.pipeline.calendars import Almanac
from app.pipeline.calls import Calls
from app.pipeline.clips import Clips
from app.pipeline.consent import Consents
from app.pipeline.delivery import Delivery
from app.pipeline.dispatch import Dispatch
from app.pipeline.inbound_calls import InboundCalls
from app.pipeline.ladders import Ladders
from app.pipeline.passage import Passage
from app.pipeline.planning import Planning
from app.pipeline.providers import Providers
from app.pipeline.receipts import Receipts
from app.pipeline.replies import Replies
from app.pipeline.restoring import Restoring
from app.pipeline.upkeep import Upkeep
from app.pipeline.wording import Wording
from app.rules.waiting import WAITS
from app.settings import Settings
from app.wiring.waits import hear_out, let_pass, nobody_waits
from channels.transport import Transport

Now = Callable[[], datetime]


def senders(
    settings: Settings, database: Database, providers: Providers, queue: procrastinate.App, *,
    wording: Wording, consents: Consents, ladders: Ladders, almanac: Almanac, restoring: Restoring,
) -> tuple[Delivery, Delivery, Upkeep]:  # fmt: skip
    """Build what sends now, what hands over for later, and what brings both to an end."""
    waits = WAITS.scaled(settings.waits)
    now, later = (
        stage(
            database, providers, wording=wording, consents=consents, ladders=ladders, almanac=almanac,
            public_url=settings.public_url, paced=settings.live, waits=waits, gate=restoring)
        for stage in (Delivery, Ahead)
    )  # fmt: skip
    upkeep = Upkeep(
        database, providers, queue, consents=consents, ladders=ladders, almanac=almanac, restoring=restoring,
        waits=waits,
    )  # fmt: skip
    return now, later, upkeep


def passing(
    settings: Settings, transport: Transport, database: Database, *, simulated: bool, machine_now: Now,
    planning: Planning, dispatch: Dispatch, delivery: Delivery, ahead: Delivery, upkeep: Upkeep, receipts: Receipts,
) -> Passage | None:  # fmt: skip
    """Build what moves business time; there is nothing in live mode."""
    if settings.live:
        return None
    return Passage(
        database, machine_now=machine_now, planning=planning, dispatch=dispatch, delivery=delivery, ahead=ahead,
        upkeep=upkeep, receipts=receipts,
        providers_wait=partial(let_pass, settings, transport) if simulated else nobody_waits,
        providers_told=partial(hear_out, settings, transport) if simulated else nobody_waits,
    )  # fmt: skip


def hearing(
    settings: Settings, database: Database, providers: Providers, *,
    wording: Wording, consents: Consents, clips: Clips, ladders: Ladders, machine_now: Now,
) -> Receipts:  # fmt: skip
    """Build what hears the providers, and the people who answer."""
    return Receipts(
        database, providers, consents=consents, machine_now=machine_now,
        replies=Replies(database, wording=wording, consents=consents),
        calls=Calls(
            database, wording=wording, consents=consents, clips=clips, public_url=settings.public_url,
            ladders=ladders),
        inbound_calls=InboundCalls(
            database, wording=wording, consents=consents, clips=clips, public_url=settings.public_url),
    )  # fmt: skip
