"""How the server carries out what is asked of the big tables: never by reading one of them from end to end.

Each statement runs as its stage runs it, and the server itself explains what it did (`auto_explain`), so that
nothing is tried out with other values, under other settings or another role than in truth.
"""

import json
import re
from datetime import date, timedelta

import psycopg
import pytest
from sqlalchemy import text

from app.db.transaction import Session
from app.rules.facts import RenewalChanged, RenewalStatus
from channels.contract import Unclear
from channels.signals import Status
from tests.app.pipeline.world import FEBRUARY, NINE, SMS, TEN, VOICE, a_member, an_event, phone
from tests.conftest import published

BIG = ("message", "attempt", "receipt", "member", "contact_point", "consent_state", "renewal", "county_event")
ONCE_IN_A_LIFE = "INSERT INTO epoch"
EXPLAINABLE = re.compile(rf"\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\b.*\b({'|'.join(BIG)})\b", re.DOTALL)
ROWS = 12_000
IDS = "cast(md5('{}' || n) AS uuid)"
MEMBER, POINT, RENEWAL, MESSAGE, ATTEMPT = (IDS.format(kind) for kind in "mprsa")
FILL = f"""
    SET session_replication_role = replica;
    INSERT INTO member (agency_id, id, ref_index, key_sealed, created_at, updated_at)
    SELECT %(agency)s, {MEMBER}, sha256(int8send(n)), '', now(), now() FROM generate_series(1, {ROWS}) n;
    INSERT INTO contact_point (agency_id, id, member_id, kind, value_sealed, value_index, rank, place)
    SELECT %(agency)s, {POINT}, {MEMBER}, 'phone', '', sha256(int8send(n)), 1, 'America/Los_Angeles;CA'
      FROM generate_series(1, {ROWS}) n;
    INSERT INTO consent_state (agency_id, member_id, address_index, channel, purpose, granted, at)
    SELECT %(agency)s, {MEMBER}, sha256(int8send(n)), 'sms', 'renewal', true, now() FROM generate_series(1, {ROWS}) n;
    INSERT INTO renewal (agency_id, id, member_id, program, renewal_month, status)
    SELECT %(agency)s, {RENEWAL}, {MEMBER}, 'medi_cal', '2026-09-01', 'renewed' FROM generate_series(1, {ROWS}) n;
    INSERT INTO county_event (agency_id, id, source, event_id, type, time, member_id, payload_digest, payload_sealed,
           outcome, received_at)
    SELECT %(agency)s, {MESSAGE}, '/fill', n, 'fill', now(), {MEMBER}, '', '', 'applied', now()
      FROM generate_series(1, {ROWS}) n;
    INSERT INTO message (id, period, agency_id, kind, member_id, renewal_id, step, channel, contact_point_id, template,
           language, zone, place, status, reason, month, first_due_at, due_at, deadline_at, created_at, handed_at,
           ended_at, ladder, anchor_on)
    SELECT {MESSAGE}, month, %(agency)s, 'reminder', {MEMBER}, {RENEWAL}, 'renewal_two_months', 'sms', {POINT},
           'renewal_two_months', 'en', 'America/Los_Angeles', 'America/Los_Angeles;CA', status, NULL, month, at, at,
           at + interval '40 days', at, CASE status WHEN 'planned' THEN NULL ELSE at END,
           CASE status WHEN 'planned' THEN NULL ELSE at END, 'medi_cal_renewal', month
      FROM generate_series(1, {ROWS}) n
     CROSS JOIN LATERAL (SELECT CASE n %% 3 WHEN 0 THEN 'planned' ELSE 'delivered' END AS status,
                                CASE n %% 3 WHEN 0 THEN date '2027-02-01' ELSE date '2026-09-01' END AS month,
                                CASE n %% 3 WHEN 0 THEN timestamptz '2026-12-20 17:00+00'
                                     ELSE timestamptz '2026-07-01 17:00+00' END AS at) v;
    INSERT INTO attempt (id, period, agency_id, message_id, number, state, channel, provider, provider_id, code,
           intended_at, intended_on_machine, lease_until)
    SELECT {ATTEMPT}, '2026-09-01', %(agency)s, {MESSAGE}, 1, 'accepted', 'sms', 'fake-sms', 'P', 'A', now(), now(),
           now() FROM generate_series(1, {ROWS}) n;
    INSERT INTO receipt (period, agency_id, attempt_id, provider, key, status, received_at, received_on_machine,
           applied_at)
    SELECT '2026-09-01', %(agency)s, {ATTEMPT}, 'fake-sms', 'k', 'delivered', now(), now(), now()
      FROM generate_series(1, {ROWS}) n
"""  # noqa: S608
FULL = """
    SELECT relname FROM pg_class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 400000
"""


@pytest.fixture
async def clean_url(own_url):
    """A database of the test's own: it is filled, and its statistics are what the test wants."""
    await published(own_url)
    return own_url


def fill(world, *, analyzed):
    """Fill the big tables; the server's statistics are of after or of before."""
    with psycopg.connect(world.url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        for statement in FILL.split(";\n"):
            connection.execute(statement, {"agency": world.agency.id} if "%(agency)s" in statement else None)
        if analyzed:
            connection.execute("VACUUM ANALYZE")
        return {name for (name,) in connection.execute(FULL).fetchall() if name.startswith(BIG)}


@pytest.fixture
def read_whole(monkeypatch):
    """Collect which of the full tables each statement reads from end to end, by how it begins."""
    found, full = {}, set()

    def looking(run):
        async def looked(self, statement, **values):
            if EXPLAINABLE.match(statement.text) and ONCE_IN_A_LIFE not in statement.text:
                explained = await self.connection.execute(text("EXPLAIN (FORMAT JSON) " + statement.text), values)
                read = {node["Relation Name"] for node in nodes(json_of(explained)) if node["Node Type"] == "Seq Scan"}
                if read & full:
                    found[" ".join(statement.text.split())[:90]] = read & full
            return await run(self, statement, **values)

        return looked

    for name in ("all", "first", "run"):
        monkeypatch.setattr(Session, name, looking(getattr(Session, name)))
    return found, full


def json_of(explained):
    plan = explained.scalar_one()
    return json.loads(plan) if isinstance(plan, str) else plan


def nodes(plan):
    """Every node of a plan."""
    for one in plan:
        inner = one.get("Plan", one)
        yield inner
        yield from nodes(inner.get("Plans", []))


async def a_season(world):
    """Let everything happen that happens all the time: events, planning, sending, receipts, what went wrong."""
    people = [f"M-{number}" for number in range(30)]
    told = [an_event(a_member(phones=(phone(f"+1714555{3000 + at}"),)), one) for at, one in enumerate(people)]
    await world.apply(*told)
    await world.plan()
    for moment in (NINE, TEN):
        await world.at(moment)
        await world.services.dispatch.wake()
        await world.deliver()
    for sent in world.fakes[SMS].sent[::2]:
        await world.receipt(sent, Status.DELIVERED)
    await world.receipt(world.fakes[SMS].sent[1], Status.UNDELIVERED, reason="unreachable")
    await world.texts_us("STOP", sender="+17145553007")
    await world.tell(RenewalChanged("medi_cal", FEBRUARY, RenewalStatus.RENEWED), subject="M-4")
    await world.plan()


async def what_comes_now_and_then(world):
    """Let time pass, and let people look at what there is."""
    await world.leases_run_out()
    for days in (0, 1, 5):
        await world.at(TEN + timedelta(days=days))
        await world.services.upkeep.run()
        await world.services.planning.daily()
    await world.services.receipts.apply_waiting()
    ask = dict.fromkeys(("kind", "status", "reason", "channel", "month", "member_ref"))
    for more in ({}, {"month": date(2026, 12, 1)}, {"member_ref": "M-3"}):
        rows = await world.services.reporting.messages(world.agency.id, {**ask, **more}, before=None, limit=50)
    await world.services.reporting.message(world.agency.id, rows[0]["id"])
    await world.services.reporting.roll_up()


async def a_filled_county(world, read_whole, *, analyzed):
    """Fill the tables of a county, one of whose providers never answers clearly."""
    found, full = read_whole
    await world.services.keeping.make_ahead()
    full |= fill(world, analyzed=analyzed)
    assert {name.split("_20")[0] for name in full} == set(BIG)
    world.fakes[VOICE].answer = lambda _: Unclear("time-out")
    return found


async def test_nothing_that_happens_all_the_time_reads_a_big_table_from_end_to_end(world, read_whole):
    found = await a_filled_county(world, read_whole, analyzed=True)
    await a_season(world)
    await what_comes_now_and_then(world)
    assert found == {}


async def test_neither_does_it_while_the_servers_statistics_are_of_empty_tables(world, read_whole):
    found = await a_filled_county(world, read_whole, analyzed=False)
    await a_season(world)
    assert found == {}
