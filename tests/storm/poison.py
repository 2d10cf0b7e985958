"""R12: rows and jobs that nobody can read, among many good ones; the good ones arrive, and the bad ones hold up nobody.

On a first evening nothing is damaged, and one agency's morning is timed. On a second one some of its people's sealed
words are damaged after their reminders were planned, the queue is given jobs that mean nothing, and all of another
agency's people are damaged too: the first agency's morning must take no longer for it.
"""

import asyncio
import random
import secrets
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from psycopg.types.json import Jsonb

from tests.storm.county import BATCH, County
from tests.storm.evidence import Wanted
from tests.storm.fleet import until
from tests.storm.gathering import gather
from tests.storm.ground import STEP, Ground, Rates, ground
from tests.storm.harm import Doses
from tests.storm.invariants import Finding
from tests.storm.people import CHANNELS, member, ref_of
from tests.storm.random_storm import Course, Size, Storm, ringing, rising, settle

EVENING: Final = timedelta(hours=11)
"""From the storm's morning to its evening, and with the night to the next morning."""
NIGHT: Final = timedelta(hours=13)
ELSEWHERE: Final = 1_000_000
"""The number of the first of the other agency's people."""
KERN: Final = (("Orange", "Kern"), ('"30"', '"15"'), ("+1714555", "+1661555"), ("+1800281", "+1877281"))
OPENED: Final = """
    SELECT count(*) FROM message WHERE agency_id = %(agency)s AND status = 'planned'
       AND due_at <= clock_timestamp() + (SELECT ahead FROM business_clock)
"""
PLANNED: Final = (
    "SELECT count(*) FROM message WHERE agency_id = %(agency)s AND status = 'planned' AND channel <> 'none'"
)
IDS: Final = "SELECT id, ref_index FROM member WHERE agency_id = %(agency)s"
HARM: Final[Mapping[str, str]] = {
    kind: f"""UPDATE contact_point SET value_sealed = %(sealed)s
               WHERE agency_id = %(agency)s AND member_id = %(member)s AND kind = '{kind}'"""  # noqa: S608
    for kind in ("phone", "email")
} | {"name": "UPDATE member SET private_sealed = %(sealed)s WHERE agency_id = %(agency)s AND id = %(member)s"}
SPOILS: Final = {"phone": ("sms", "voice"), "email": ("email",), "name": ("email",)}
"""What cannot be read any more, and the channels on which nothing can be written then."""
BAD: Final = """
    SELECT m.id::text, m.member_id, m.channel, m.status, coalesce(m.reason, ''),
           (SELECT count(*) FROM attempt a WHERE a.message_id = m.id)
      FROM message m WHERE m.kind = 'reminder' AND m.channel <> 'none'
"""
JOB: Final = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES (%(queue)s, %(task)s, %(args)s) RETURNING id
"""
JOBS: Final = "SELECT id, task_name, status::text, attempts FROM procrastinate_jobs WHERE id = ANY(%(ids)s)"
MOST_TRIES: Final = 5
SLOWER, A_LOOK = 2.0, 15.0
"""A morning beside poison may take twice as long as one without it, and the seconds of one look at the lanes."""
Spoiled = Mapping[Any, AbstractSet[str]]
"""The channels on which nobody can be written to, by the member's row."""
NOBODY: Final = "00000000-0000-7000-8000-000000000000"
NONSENSE: Final[Sequence[tuple[str, str, Mapping[str, Any]]]] = (
    ("deliver", "deliver/sms", {"agency": "not-an-agency", "channel": "sms"}),
    ("deliver", "deliver/email", {"agency": NOBODY, "channel": "pigeon"}),
    ("deliver", "deliver/voice", {"agency": NOBODY, "channel": "voice"}),
    ("deliver", "deliver/sms", {"agency": 7, "channel": ["sms"]}),
    ("deliver", "deliver/sms", {}),
    ("ahead", "ahead/sms", {"agency": None, "channel": None}),
    ("plan", "plan", {"agency": "orange"}), ("plan", "plan", {"agency": NOBODY, "more": True}),
    ("plan", "plan", {"agency": {"$ne": 1}}), ("upkeep", "upkeep", {"unknown": "word"}),
    ("planning", "planning", {"timestamp": "yesterday"}), ("dispatch", "dispatch", {"x" * 500: "y" * 5_000}),
    ("no_such_task", "deliver/sms", {"agency": NOBODY}), ("no_such_task", "upkeep", {}),
)  # fmt: skip
"""Jobs as nobody of ours writes them: the task, its queue and what it is told."""


@dataclass(frozen=True, slots=True)
class Poison:
    """How much: people of the one agency and of the other, all of whose are poisoned, and jobs that mean nothing."""

    people: int
    elsewhere: int
    jobs: int
    rates: Rates


async def run(folder: Path, seed: int, size: Poison) -> Course:
    """Play a morning without poison and one with it."""
    calm = Size(size.people, Doses(), 0, size.rates, weather=False)
    async with ground(folder, rates=size.rates) as place, rising(place, seed, calm) as storm:
        other, half = await place.another("kern", *KERN), size.people // 2
        there = range(ELSEWHERE, ELSEWHERE + size.elsewhere)
        async with ringing(place):
            await _evening(place, range(half))
            alone = await _morning(place)
            await _evening(place, range(half, 2 * half))
            await _planned(other, there)
            spoiled = await _damage(place, storm.chance, range(half, 2 * half), one_in=10)
            everybody = await _damage(other, storm.chance, there, one_in=1)
            jobs = await _nonsense(place, storm.chance, size.jobs)
            beside = await _morning(place)
        took = await settle(place)
        broken = await _told_again(place, range(half, 2 * half), spoiled)
        wanted = await _wanted(place, range(2 * half), spoiled)
        broken += [
            *_ended(storm), *_delayed(alone, beside), *await _messages(place, {**spoiled, **everybody}),
            *await _queue(place, jobs),
        ]  # fmt: skip
        figures = {
            "poisoned people": len(spoiled) + len(everybody), "jobs that mean nothing": len(jobs),
            "seconds of a morning without poison": round(alone, 1), "beside poison": round(beside, 1),
            "seconds to settle": round(took, 1),
        }  # fmt: skip
        return Course(gather(place, wanted), figures, broken)


async def _evening(place: Ground, numbers: range) -> None:
    """Let it become evening, and make people known, whose reminders then wait for the morning."""
    await place.let_pass(EVENING)
    await _planned(place, numbers)


async def _planned(place: Ground, numbers: range) -> None:
    await County(place).tell([member(number) for number in numbers])

    async def all_planned() -> bool:
        [(count,)] = await place.asked(PLANNED, agency=place.agency.id)
        return bool(count == len(numbers) * len(CHANNELS))

    await until(all_planned, within=300, what="not everybody was planned for")


async def _morning(place: Ground) -> float:
    """Let the night pass; return the seconds until all that an agency has to say has left."""
    loop = asyncio.get_running_loop()
    await place.let_pass(NIGHT)
    began = loop.time()

    async def all_left() -> bool:
        [(count,)] = await place.asked(OPENED, agency=place.agency.id)
        return not count

    await until(all_left, within=900, what="the reminders of a morning did not leave")
    return loop.time() - began


async def _told_again(place: Ground, numbers: range, spoiled: Spoiled) -> list[Finding]:
    """Tell news of everybody, in one request: those that can be read are taken, whatever becomes of the others."""
    time = (await place.now() - timedelta(minutes=1)).isoformat()
    events = [{**member(number, time=time), "id": f"again-{ref_of(number)}"} for number in numbers]
    rows = await _rows(place, numbers)
    headers = {**BATCH, "Authorization": f"Bearer {place.key}"}
    async with httpx.AsyncClient(headers=headers, timeout=60) as client:
        answer = await client.post(f"http://127.0.0.1:{place.api_port}/v1/events", json=events)
    if answer.status_code != httpx.codes.OK:
        return [Finding("R12", f"news of people, some of whom cannot be read, is answered {answer.status_code}")]
    refused = {one["id"]: one["status"] for one in answer.json()["results"] if one["status"] != "applied"}
    return [
        Finding("R12", f"news of somebody who can be read is {refused[f'again-{ref}']}", (ref,))
        for ref, row in rows.items()
        if f"again-{ref}" in refused and row not in spoiled
    ]


async def _damage(place: Ground, chance: random.Random, numbers: range, *, one_in: int) -> Spoiled:
    """Make sealed words of some of the people unreadable: other bytes, fewer of them, or none."""
    rows = await _rows(place, chance.sample(numbers, len(numbers) // one_in))
    spoiled: dict[Any, AbstractSet[str]] = {}
    for row in rows.values():
        kinds = ["phone", "email"] if one_in == 1 else [chance.choice(list(HARM))]
        for kind in kinds:
            sealed = secrets.token_bytes(chance.choice((0, 1, 40, 200)))
            await place.asked(HARM[kind], agency=place.agency.id, member=row, sealed=sealed)
        spoiled[row] = {channel for kind in kinds for channel in SPOILS[kind]}
    return spoiled


async def _rows(place: Ground, numbers: Sequence[int]) -> Mapping[str, Any]:
    """Return the members' rows by the county's names."""
    named = {place.index.of("member.ref", place.agency.id, ref_of(number)): ref_of(number) for number in numbers}
    rows = await place.asked(IDS, agency=place.agency.id)
    return {named[bytes(index)]: id_ for id_, index in rows if index and bytes(index) in named}


async def _nonsense(place: Ground, chance: random.Random, count: int) -> Sequence[int]:
    """Put jobs into the queue that mean nothing."""
    ids = []
    for task, queue, args in chance.choices(NONSENSE, k=count):
        [(id_,)] = await place.asked(JOB, queue=queue, task=task, args=Jsonb(args))
        ids.append(id_)
    return ids


async def _wanted(place: Ground, numbers: range, spoiled: Spoiled) -> Sequence[Wanted]:
    """Return who is to be reached: all, but on no channel that is spoiled."""
    rows = await _rows(place, numbers)
    return [
        Wanted(ref, STEP, channel)
        for ref, row in rows.items()
        for channel in CHANNELS
        if channel not in spoiled.get(row, ())
    ]


def _ended(storm: Storm) -> Iterator[Finding]:
    """Nobody strikes in this storm, so whatever ended did so of the poison."""
    for place in storm.places:
        if place.codes:
            yield Finding("R12", f"{place.name} ended: {place.codes}")


def _delayed(alone: float, beside: float) -> Iterator[Finding]:
    if beside > SLOWER * alone + A_LOOK:
        yield Finding("R12", f"a morning took {beside:.0f} s beside poison, and {alone:.0f} s without")


async def _messages(place: Ground, spoiled: Spoiled) -> Sequence[Finding]:
    """What cannot be written ends and says why; it was never tried."""
    return [
        Finding("R12", f"{status} ({reason}) after {tries} tries, and nobody can read it", (id_, channel))
        for id_, row, channel, status, reason, tries in await place.asked(BAD)
        if channel in spoiled.get(row, ()) and ((status, reason) != ("canceled", "cannot_render") or tries > MOST_TRIES)
    ]


async def _queue(place: Ground, jobs: Sequence[int]) -> Sequence[Finding]:
    """A job that means nothing ends, after five tries at most."""
    return [
        Finding("R12", f"the job {task} is {status} after {tries} tries", (str(id_),))
        for id_, task, status, tries in await place.asked(JOBS, ids=list(jobs))
        if status in {"todo", "doing"} or tries > MOST_TRIES
    ]
