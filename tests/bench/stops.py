"""`python -m tests.bench.stops`: how soon a STOP acts while a campaign runs; the target is a second, end to end.

A real API and a real worker, each a process, send a county's reminders to the sink; meanwhile people text STOP, as
signed callbacks over HTTP. The answer to such a callback comes after the commit, so its time is that until the stop
holds; the confirmation's is until the provider accepted it.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlencode

import psycopg
import typer
import uvloop
from twilio.request_validator import RequestValidator

from app.db.sealed import KeyRing
from app.wiring import Services, open_services
from tests.bench import population
from tests.bench.caller import Told, pace, request
from tests.bench.house import House, open_house
from tests.bench.sink import running_sink

PATH: Final = "/callbacks/twilio/inbound"
RATE: Final = 5
"""Stops a second; one person in a thousand of a campaign, within a few minutes, is many."""
WITHIN: Final = 1.0
SETTLE: Final = 60
MARK: Final = "INSERT INTO replan (agency_id, renewal_id) SELECT agency_id, id FROM renewal"
CONFIRMED: Final = """
    SELECT extract(epoch FROM a.accepted_on_machine) AS at, m.once_key FROM message m
      JOIN attempt a ON (a.message_id, a.period) = (m.id, m.period)
     WHERE m.kind = 'reply' AND m.template = 'stop_confirmation' AND a.accepted_on_machine IS NOT NULL
"""
LATE: Final = """
    SELECT count(*) FROM message m JOIN attempt a ON (a.message_id, a.period) = (m.id, m.period)
      JOIN contact_point c ON (c.agency_id, c.id) = (m.agency_id, m.contact_point_id)
      JOIN address_stop s ON (s.agency_id, s.address_index, s.channel) = (c.agency_id, c.value_index, m.channel)
     WHERE m.kind = 'reminder' AND s.stopped AND a.intended_at > s.at + interval '1 second'
"""
SENT: Final = "attempt WHERE channel = 'sms' AND state = 'accepted'"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of it."""

    people: int
    stops: int
    sent_before: int
    sent_after: int
    """Texts that the provider had accepted when the stops began and when they ended."""
    commit_p50_ms: float
    commit_p99_ms: float
    commit_worst_ms: float
    confirmed: int
    confirmed_p50_ms: float
    confirmed_p99_ms: float
    intended_after_stop: int
    met: bool


def stop_of(house: House, number: int) -> tuple[str, bytes]:
    """Return the key and the signed callback of a STOP from one person of the county."""
    settings, key = house.voice.settings, f"SM{number:032x}"
    form = {
        "MessageSid": key, "SmsSid": key, "SmsMessageSid": key, "AccountSid": settings.twilio.account_sid,
        "From": f"+1714{2_000_000 + number:07}", "To": "+17145550100", "Body": "STOP", "NumMedia": "0",
        "NumSegments": "1", "ApiVersion": "2010-04-01",
    }  # fmt: skip
    validator = RequestValidator(settings.twilio.auth_token.get_secret_value())
    signature = validator.compute_signature(settings.public_url + PATH, form)
    headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
    return key, request(PATH, urlencode(form).encode(), headers)


async def play(house: House, url: str, people: int, seconds: int) -> Verdict:
    """Let the campaign run, let people stop, and hold what happened against what is asked for."""
    async with open_services(house.voice.settings, url) as services:
        await services.planning.waiting()
        waking = asyncio.create_task(_wake(services))
        sent = await _until_it_runs(house)
        step = people // (RATE * seconds + 1)
        keys, posted = [*(stop_of(house, number * step) for number in range(RATE * seconds))], dict[str, float]()
        told = await pace(house.port, _posting(keys, posted), RATE, seconds - 1 / RATE)
        after = house.count(SENT)
        confirmed = await _confirmed(house, posted)
        waking.cancel()
    return _judge(house, told, confirmed, people, (sent, after))


async def _wake(services: Services) -> None:
    while True:
        await services.dispatch.wake()
        await asyncio.sleep(1)


async def _until_it_runs(house: House) -> int:
    while not (sent := house.count(SENT)):
        await asyncio.sleep(0.2)
    return sent


def _posting(keys: list[tuple[str, bytes]], posted: dict[str, float]) -> Iterator[bytes]:
    for key, said in keys:
        posted[f"reply:{key}"] = datetime.now(UTC).timestamp()  # noqa: TID251  (machine time, as the database keeps it)
        yield said


async def _confirmed(house: House, posted: dict[str, float]) -> list[float]:
    """Wait for the confirmations; return the seconds that each took."""
    until = time.monotonic() + SETTLE
    while True:
        rows = house.connection.execute(CONFIRMED).fetchall()
        if len(rows) >= len(posted) or time.monotonic() > until:
            return sorted(float(at) - posted[key] for at, key in rows if key in posted)
        await asyncio.sleep(0.2)


def _judge(house: House, told: Told, confirmed: list[float], people: int, sent: tuple[int, int]) -> Verdict:
    [(late,)] = house.connection.execute(LATE).fetchall()
    stops = len(told.seconds)
    met = set(told.statuses) == {204} and told.share(0.99) < WITHIN and len(confirmed) == stops and not late
    waits = Told(seconds=confirmed)
    return Verdict(
        people, stops, *sent, told.share(0.5) * 1e3, told.share(0.99) * 1e3, max(told.seconds) * 1e3, len(confirmed),
        waits.share(0.5) * 1e3, waits.share(0.99) * 1e3, late, met,
    )  # fmt: skip


def main(
    people: Annotated[int, typer.Option(help="How many are reminded.", min=1_000)] = 100_000,
    seconds: Annotated[int, typer.Option(help="For how long people stop.", min=2)] = 20,
) -> None:
    """Measure how soon a STOP acts while a campaign runs."""
    with tempfile.TemporaryDirectory(prefix="keepcovered-stops-") as made, running_sink(Path(made)) as sink:
        os.environ["KEEPCOVERED_TWILIO__BASE_URL"] = f"{sink.url}/twilio"  # noqa: TID251  (what the processes read)
        with open_house(worker=True) as house:
            _fill(house, people)
            verdict = uvloop.run(play(house, _url(house.connection), people, seconds))
    sys.stdout.write(json.dumps(asdict(verdict), indent=1) + "\n")
    raise typer.Exit(0 if verdict.met else 1)


def _fill(house: House, people: int) -> None:
    ring = KeyRing(house.voice.settings.key_ring)
    population.load(house.connection, population.County(house.agency, ring, house.voice.index), people)
    house.connection.execute(MARK)
    house.connection.execute("VACUUM ANALYZE")


def _url(connection: psycopg.Connection) -> str:
    told = connection.info
    return f"postgresql://{told.user}:{told.password}@/{told.dbname}?host={told.host}&port={told.port}"


if __name__ == "__main__":
    typer.run(main)
