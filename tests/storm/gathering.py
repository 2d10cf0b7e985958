"""Gathers what a storm is judged by, from our rows, their histories and the providers' book."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from tests.storm.evidence import Accepted, Attempt, Evidence, Message, Move, Stop, Wanted
from tests.storm.ground import Ground

MEMBERS = "SELECT id::text, ref_index FROM member"
MESSAGES = """
    SELECT id::text, member_id::text, step, channel, status, coalesce(reason, '') FROM message
     WHERE kind = 'reminder' AND channel <> 'none'
"""
ATTEMPTS = """
    SELECT a.id::text, a.message_id::text, a.number, a.channel, a.state, a.intended_at, a.intended_on_machine,
           coalesce(a.provider_id, ''), a.send_at, coalesce(m.contact_point_id::text, ''),
           a.withdraw_reason IS NOT NULL, m.kind = 'reminder', coalesce(a.proof, '') = 'list'
      FROM attempt a JOIN message m ON (m.id, m.period) = (a.message_id, a.period)
"""
MOVES = "SELECT seq, id::text, message::text, old, new FROM storm.moves WHERE what = %(what)s ORDER BY seq"
STOPS = """
    SELECT c.id::text, s.channel, s.at FROM address_stop s
      JOIN contact_point c ON (c.agency_id, c.value_index) = (s.agency_id, s.address_index) WHERE s.stopped
"""
EVENTS = "SELECT event_id FROM county_event"
BOOK = """
    SELECT m.id, m.channel, m.reference, m.recipient, m.accepted_at, p.status,
           EXISTS (SELECT 1 FROM facts f WHERE f.message = m.seq AND f.kind = 'spoken') AS spoke
      FROM messages m JOIN present p ON p.seq = m.seq WHERE m.direction <> 'inbound'
"""
WORDS: Mapping[str, str] = {
    "delivered": "delivered", "undelivered": "undelivered", "failed": "undelivered", "not_delivered": "undelivered",
    "busy": "undelivered", "no-answer": "undelivered",
}  # fmt: skip
"""What the providers' words for an end come to; all others say nothing."""
AT_ONCE = timedelta(seconds=30)
"""Business time that a stop and an intent, each in a transaction of its own, may lie in each other's way."""


def gather(ground: Ground, wanted: Sequence[Wanted], forgotten: AbstractSet[str] = frozenset()) -> Evidence:
    """Return everything that is to be judged; `forgotten` are attempts of which the database does not know any more."""
    refs = _refs(ground, {want.member for want in wanted})
    messages = [
        Message(id_, refs.get(member, member), *rest) for id_, member, *rest in ground.ask(MESSAGES)
    ]  # fmt: skip
    attempts = [Attempt(*row[:10], withdrawn=row[10], paced=row[11], by_list=row[12]) for row in ground.ask(ATTEMPTS)]
    references = {ground.index.reference(_uuid(one)): one for one in (*forgotten, *(one.id for one in attempts))}
    found = {(one.channel, one.provider_id): one.id for one in attempts if one.by_list}
    known = {one.id for one in attempts}
    return Evidence(
        wanted=wanted, messages=messages, attempts=attempts,
        accepted=list(_accepted(ground, references, found, known)),
        message_moves=[Move(*row) for row in ground.ask(MOVES, what="message")],
        attempt_moves=[Move(*row) for row in ground.ask(MOVES, what="attempt")],
        stops=[Stop(point, channel, at + AT_ONCE) for point, channel, at in ground.ask(STOPS)],
        events_answered=frozenset(ground.events_answered),
        events_kept=frozenset(row[0] for row in ground.ask(EVENTS)),
        forgotten=frozenset(forgotten),
    )  # fmt: skip


def _refs(ground: Ground, refs: Iterable[str]) -> dict[str, str]:
    """Return the members' own names, by the ids of their rows."""
    named = {ground.index.of("member.ref", ground.agency.id, ref): ref for ref in refs}
    return {id_: named[bytes(index)] for id_, index in ground.ask(MEMBERS) if index and bytes(index) in named}


def _accepted(
    ground: Ground, references: Mapping[str, str], found: Mapping[tuple[str, str], str], known: AbstractSet[str]
) -> Iterator[Accepted]:
    """Return the providers' book; what our row knows by the provider's list alone is found by the provider's id."""
    with closing(sqlite3.connect(ground.folder / "providers" / "simulator.sqlite")) as book:
        for id_, channel, reference, to, at, status, spoke in book.execute(BOOK):
            heard = bool(spoke) if channel == "voice" else status not in {"canceled", "scheduled"}
            outcome = "delivered" if channel == "voice" and spoke else WORDS.get(status, "")
            kept = _as_kept(channel, id_)
            attempt = references.get(reference, f"unknown {reference[:8]}")
            attempt = attempt if attempt in known else found.get((channel, kept), attempt)
            yield Accepted(kept, attempt, channel, datetime.fromisoformat(at), heard, outcome, to)


def _as_kept(channel: str, id_: str) -> str:
    """Return the id as our row has it: of an e-mail, the part that its whole request was answered with."""
    return id_.partition(".")[0] if channel == "email" else id_


def _uuid(text: str) -> Any:
    from uuid import UUID

    return UUID(text)


def as_json(seen: Evidence) -> str:
    """Return the evidence as text, to be looked into by hand."""
    return json.dumps({name: getattr(seen, name) for name in ("messages", "attempts", "accepted")}, default=str)
