"""Builds the stages that need most of the others: what sends, what hears the providers, what moves business time."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import procrastinate

from app.db.transaction import Database
from app.pipeline.acts import Acts
from app.pipeline.ahead import Ahead
from app.pipeline.answers_waiting import AnswersWaiting
from app.pipeline.authenticity import Authenticity
from app.pipeline.calendars import Almanac
from app.pipeline.calls import Calls
from app.pipeline.choices import Choices
from app.pipeline.clips import Clips
from app.pipeline.consent import Consents
from app.pipeline.delivery import Delivery
from app.pipeline.dispatch import Dispatch
from app.pipeline.flyers import Flyers
from app.pipeline.inbound_calls import InboundCalls
from app.pipeline.joining import Joining
from app.pipeline.ladders import Ladders
from app.pipeline.member_proof import MemberProof
from app.pipeline.own_data import OwnData
from app.pipeline.passage import Passage
from app.pipeline.passes import Passes
from app.pipeline.planning import Planning
from app.pipeline.proof import Proof
from app.pipeline.providers import Providers
from app.pipeline.pumping import Counters
from app.pipeline.receipts import Receipts
from app.pipeline.replies import Replies
from app.pipeline.restoring import Restoring
from app.pipeline.signup import Signup
from app.pipeline.upkeep import Upkeep
from app.pipeline.webhooks import Webhooks
from app.pipeline.welcoming import Welcoming
from app.pipeline.wording import Wording
from app.rules.waiting import WAITS
from app.settings import Settings
from app.wiring.posting import Poster
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
    wording: Wording, consents: Consents, clips: Clips, ladders: Ladders, authenticity: Authenticity, machine_now: Now,
) -> Receipts:  # fmt: skip
    """Build what hears the providers, and the people who answer."""
    acts = Acts(consents, authenticity, Joining(database, wording, consents))
    return Receipts(
        database, providers, consents=consents, machine_now=machine_now,
        replies=Replies(database, wording=wording, acts=acts, authenticity=authenticity),
        calls=Calls(
            database, wording=wording, consents=consents, clips=clips, public_url=settings.public_url,
            ladders=ladders),
        inbound_calls=InboundCalls(
            database, wording=wording, consents=consents, clips=clips, public_url=settings.public_url),
    )  # fmt: skip


def signing_up(database: Database, *, wording: Wording, consents: Consents, counters: Counters) -> Signup:
    """Build what takes sign-ups."""
    welcoming = Welcoming(wording=wording, consents=consents)
    return Signup(database, wording=wording, welcoming=welcoming, counters=counters)


def telling(settings: Settings, database: Database, machine_now: Now) -> Webhooks:
    """Build what tells the counties."""
    return Webhooks(database, post=Poster(live=settings.live).post, live=settings.live, machine_now=machine_now)


def for_people(
    settings: Settings, database: Database, *,
    wording: Wording, consents: Consents, counters: Counters, ladders: Ladders, almanac: Almanac,
) -> dict[str, Any]:  # fmt: skip
    """Build what people come to by themselves, and what is held of them, by the names that `Services` has for them."""
    return {
        "signup": signing_up(database, wording=wording, consents=consents, counters=counters),
        "passes": Passes(database, wording=wording, counters=counters, public_url=settings.public_url),
        "choices": Choices(database, consents=consents, ladders=ladders, almanac=almanac),
        "own_data": OwnData(database),
        "flyers": Flyers(database, counters=counters),
        "answers_waiting": AnswersWaiting(database),
        "proof": Proof(database),
        "member_proof": MemberProof(database),
    }
