"""Builds every object once and hands it out: the one place where settings, adapters and stages meet."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import resources
from importlib.metadata import version
from importlib.resources.abc import Traversable
from pathlib import Path

import procrastinate
from sqlalchemy import make_url

from app import crashpoints, metrics
from app.crashpoints import crashpoint
from app.db.schema import check_schema, known_schema, upgrade
from app.db.sealed import BlindIndex, KeyRing
from app.db.transaction import Database
from app.errors import BadSettings
from app.pipeline.answers_waiting import AnswersWaiting
from app.pipeline.authenticity import Authenticity
from app.pipeline.broadcasts import Broadcasts
from app.pipeline.calendars import Almanac
from app.pipeline.checkup import Checkup
from app.pipeline.choices import Choices
from app.pipeline.clips import Clips
from app.pipeline.consent import Consents
from app.pipeline.delivery import Delivery
from app.pipeline.dispatch import Dispatch
from app.pipeline.drafting import Drafting
from app.pipeline.flyers import Flyers
from app.pipeline.footing import Footing
from app.pipeline.forecasting import Forecasting
from app.pipeline.heartbeats import Heartbeats
from app.pipeline.imports import Imports
from app.pipeline.intake import Intake
from app.pipeline.keeping import Keeping
from app.pipeline.ladder_changes import LadderChanges
from app.pipeline.ladders import Ladders
from app.pipeline.member_proof import MemberProof
from app.pipeline.once import Once
from app.pipeline.own_data import OwnData
from app.pipeline.passage import Passage
from app.pipeline.passes import Passes
from app.pipeline.planning import Planning
from app.pipeline.proof import Proof
from app.pipeline.providers import Providers
from app.pipeline.pumping import Caps, Counters
from app.pipeline.readiness import Readiness
from app.pipeline.receipts import Receipts
from app.pipeline.reporting import Reporting
from app.pipeline.restoring import Restoring
from app.pipeline.signup import Signup
from app.pipeline.switches import Switches
from app.pipeline.tenancy import Tenancy
from app.pipeline.testing import Testing
from app.pipeline.timeline import Timeline
from app.pipeline.turns import Turns
from app.pipeline.upkeep import Upkeep
from app.pipeline.watching import Watching
from app.pipeline.webhooks import Webhooks
from app.pipeline.withdrawing import Withdrawing
from app.pipeline.wording import Shipped, Wording
from app.queue import open_queue
from app.rules.retention import Kept
from app.settings import Settings, key_bytes
from app.wiring import adapters
from app.wiring.almanac import shipped_almanac
from app.wiring.beside import EPOCH, BesideFile
from app.wiring.places import folder
from app.wiring.recordings import TABLE, recordings
from app.wiring.stages import for_people, hearing, passing, senders, telling
from channels.segments import as_sent
from channels.simulator import Simulator, SimulatorSettings
from channels.transport import Transport

PROVIDER_TIMEOUT = timedelta(seconds=10)
REQUESTS_AT_ONCE = 400
"""To a provider that answers after 100 ms, this is what 2,000 texts a second and some air need."""
VERSION = version("keepcovered")


@dataclass(frozen=True, slots=True)
class Services:
    """Every stage, built once; processes take what they need."""

    settings: Settings
    database: Database
    queue: procrastinate.App
    providers: Providers
    ladders: Ladders
    ladder_changes: LadderChanges
    almanac: Almanac
    wording: Wording
    tenancy: Tenancy
    intake: Intake
    imports: Imports
    planning: Planning
    dispatch: Dispatch
    delivery: Delivery
    ahead: Delivery
    """Hands over for later."""
    turns: Turns
    withdrawing: Withdrawing
    receipts: Receipts
    clips: Clips
    consents: Consents
    counters: Counters
    authenticity: Authenticity
    answers_waiting: AnswersWaiting
    signup: Signup
    passes: Passes
    choices: Choices
    own_data: OwnData
    flyers: Flyers
    upkeep: Upkeep
    restoring: Restoring
    reporting: Reporting
    proof: Proof
    member_proof: MemberProof
    webhooks: Webhooks
    keeping: Keeping
    forecasting: Forecasting
    timeline: Timeline
    testing: Testing
    checkup: Checkup
    once: Once
    switches: Switches
    broadcasts: Broadcasts
    heartbeats: Heartbeats
    readiness: Readiness
    watching: Watching
    passage: Passage | None
    """Moves business time; only in sandbox mode."""
    simulator: Simulator | None
    """The providers, offline; only in sandbox mode, and only the HTTP process starts it."""


def machine_now() -> datetime:
    """Return machine time; the one real clock."""
    return datetime.now(UTC)  # noqa: TID251


async def migrate(settings: Settings, url: str) -> int:
    """Bring the schema, what ships and what is held up to this version; return how many words and ladders were new."""
    await asyncio.to_thread(upgrade, url)
    async with open_services(settings, url) as services:
        new = await services.wording.publish() + await services.ladder_changes.publish()
        await services.intake.catch_up()
        await services.keeping.make_ahead()
    return new


def _to_providers() -> Transport:
    return Transport(timeout=PROVIDER_TIMEOUT, connections=REQUESTS_AT_ONCE, boot_clock=_last_look_at_the_clock)


def _boot_clock() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _last_look_at_the_clock() -> float:
    now = time.clock_gettime(time.CLOCK_BOOTTIME)
    crashpoint("transport.checked")  # the worst place to be frozen: what follows is the write
    return now


@asynccontextmanager
async def open_services(settings: Settings, url: str) -> AsyncIterator[Services]:
    """Open what the stages need, build them, and close everything again.

    Raises `UnknownSchema` when the database was made by another version.
    """
    crashpoints.arm(settings.crashpoint, (settings.data_dir or Path()) / "crashpoints")
    await asyncio.to_thread(check_schema, url)
    queue = open_queue(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
    index = BlindIndex(key_bytes(settings.index_key.get_secret_value()))
    database = Database(url, queue=queue, ring=KeyRing(settings.key_ring), index=index)
    async with queue.open_async(), _to_providers() as transport:
        try:
            if settings.live:
                await refuse_moved_clock(database)
            built = build(settings, database, queue, transport)
            metrics.BUILD.labels(VERSION, known_schema(), settings.mode).set(1)
            try:
                yield built
            finally:
                await built.providers.close()
        finally:
            await database.close()


async def refuse_moved_clock(database: Database) -> None:
    """Refuse live mode over a database whose business clock somebody moved."""
    async with database.transaction(None) as tx:
        if abs(tx.now - tx.session.machine_now) > timedelta(seconds=1):
            raise BadSettings("this database's business clock was moved in a sandbox; live mode needs another database")


def build(settings: Settings, database: Database, queue: procrastinate.App, transport: Transport) -> Services:
    """Build the stages over what is open."""
    ladders, almanac, clips = Ladders(shipped_ladders()), shipped_almanac(), recordings(settings, machine_now)
    providers = adapters.providers(settings, transport)
    wording, consents = Wording(database, shipped(), live=settings.live), Consents(database, ladders=ladders)
    authenticity = Authenticity(database, counters := Counters(database, Caps(**settings.caps.model_dump())))
    receipts = hearing(
        settings, database, providers, wording=wording, consents=consents, clips=clips, ladders=ladders,
        authenticity=authenticity, machine_now=machine_now,
    )  # fmt: skip
    drafting = Drafting(ladders=ladders, wording=wording, almanac=almanac)
    broadcasts = Broadcasts(database, wording=wording, almanac=almanac)
    planning = Planning(database, drafting=drafting, broadcasts=broadcasts)
    dispatch, intake = Dispatch(database, queue), Intake(database, ladders=ladders, almanac=almanac)
    restoring = Restoring(database, providers, BesideFile(folder(settings) / EPOCH), _boot_clock)
    delivery, ahead, upkeep = senders(
        settings, database, providers, queue, wording=wording, consents=consents, ladders=ladders, almanac=almanac,
        restoring=restoring,
    )  # fmt: skip
    return Services(
        settings=settings, database=database, queue=queue, providers=providers, ladders=ladders, almanac=almanac,
        ladder_changes=LadderChanges(database, ladders=ladders, wording=wording, constants=almanac.constants),
        tenancy=Tenancy(database, adapters.offered, partial(adapters.misfits, settings, transport)), intake=intake,
        imports=Imports(intake, database), planning=planning, wording=wording, receipts=receipts, clips=clips,
        dispatch=dispatch, delivery=delivery, ahead=ahead, turns=Turns(queue, delivery=delivery, ahead=ahead),
        withdrawing=Withdrawing(database, providers), forecasting=Forecasting(database, drafting=drafting),
        **for_people(
            settings, database, wording=wording, consents=consents, counters=counters, ladders=ladders,
            almanac=almanac),
        upkeep=upkeep, restoring=restoring, reporting=Reporting(database), once=Once(database), consents=consents,
        timeline=Timeline(database, drafting=drafting), testing=Testing(database, wording, clips), counters=counters,
        authenticity=authenticity, switches=Switches(database, ladders=ladders), broadcasts=broadcasts,
        checkup=_checkup(settings, database, wording, providers, clips), watching=Watching(database),
        readiness=Readiness(database, known_schema()), heartbeats=Heartbeats(database),
        keeping=Keeping(database, kept(settings)), webhooks=telling(settings, database, machine_now),
        simulator=None if settings.live else simulator(settings, machine_now),
        passage=passing(
            settings, transport, database, simulated=not settings.live, planning=planning, dispatch=dispatch,
            delivery=delivery, ahead=ahead, upkeep=upkeep, receipts=receipts, machine_now=machine_now),
    )  # fmt: skip


def _checkup(settings: Settings, database: Database, wording: Wording, providers: Providers, clips: Clips) -> Checkup:
    """Build what looks over the whole installation."""
    return Checkup(
        database, wording, mode=settings.mode, measure=as_sent, providers=providers, clips=clips,
        footing=Footing(known_schema(), live=settings.live, data_dir=settings.data_dir, machine_now=machine_now),
    )  # fmt: skip


def kept(settings: Settings) -> Kept:
    """Return how long what is kept, and how the partitions are cut."""
    cut = settings.partitions
    return Kept(**settings.retention.model_dump(), months_each=cut.months, ahead=cut.ahead)


def simulator(settings: Settings, now: Callable[[], datetime], *, slow_by: float | None = None) -> Simulator:
    """Return the providers' stand-in over its own file; a storm has it be slower than usual (seconds)."""
    told = SimulatorSettings(
        path=folder(settings) / "simulator.sqlite",
        account_sid=settings.twilio.account_sid,
        auth_token=settings.twilio.auth_token.get_secret_value(),
        sendgrid_api_key=settings.sendgrid.api_key.get_secret_value(),
        sendgrid_private_key=settings.simulator_private_key.get_secret_value(),
        public_url=settings.public_url,
        telnyx_api_key=settings.telnyx.api_key.get_secret_value(),
        telnyx_private_key=settings.simulator_telnyx_key.get_secret_value(),
        smtp_port=settings.smtp.port if settings.smtp_is_simulated and "smtp" in settings.channels.in_use else None,
        smtp_username=settings.smtp.username,
        smtp_password=settings.smtp.password.get_secret_value(),
        smtp_webhook_secret=settings.smtp.webhook_secret.get_secret_value(),
        text_provider=settings.channels.names("sms")[0],
    )
    return Simulator(replace(told, slow_by=slow_by) if slow_by else told, now=now)


def shipped() -> Shipped:
    """Read the content folder."""
    root = resources.files("app").joinpath("content")
    files = {f"{language.name}/{file.name}": file for language in _folders(root) for file in language.iterdir()}
    words = {name: file for name, file in files.items() if name.endswith(".toml") and file.name != TABLE}
    texts = {name: file.read_text("utf-8") for name, file in words.items()}
    wordings = {name: text for name, text in texts.items() if name.endswith("/wordings.toml")}
    templates = {name: text for name, text in texts.items() if name not in wordings}
    return Shipped(templates, wordings, root.joinpath("layout.mjml").read_text("utf-8"))


def shipped_ladders() -> dict[str, str]:
    """Read the ladders that are shipped, by file."""
    files = [file for file in resources.files("schedules").joinpath("ladders").iterdir() if file.name.endswith(".toml")]
    return {file.name: file.read_text("utf-8") for file in sorted(files, key=lambda file: file.name)}


def _folders(root: Traversable) -> list[Traversable]:
    return [entry for entry in root.iterdir() if entry.is_dir() and not entry.name.startswith("_")]
