"""What the service stands on: each thing that may be wrong is named with its mend."""

from datetime import timedelta
from types import SimpleNamespace
from typing import NamedTuple

import pytest

from app.db import standing, watching
from app.db.schema import known_schema
from app.pipeline import footing
from app.pipeline.footing import Footing
from app.wiring import machine_now

REALLY = standing.server


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def look(services, tmp_path, monkeypatch):
    """Look at the database of a live service, with what the test says of the server, the tables and the figures."""

    async def looked(figures=None, tables=None, roles=None, known=None, **server):
        known = known or known_schema()
        stands = Footing(known, live=True, data_dir=tmp_path, machine_now=machine_now)
        async with services.database.transaction(None) as tx:
            real = await REALLY(tx.session)
            said = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "now": machine_now()}
            row = SimpleNamespace(**(real._asdict() | said | server))
            monkeypatch.setattr(standing, "server", told(row))
            if tables is not None:
                monkeypatch.setattr(standing, "big_tables", told(tables))
            monkeypatch.setattr(standing, "roles", told(roles or [ROLE]))
            if figures is not None:
                monkeypatch.setattr(watching, "figures", told([*CONNECTIONS, *figures]))
            return {one.subject: one for one in await stands.of_database(tx.session) if one.wrong}

    return looked


ROLE = SimpleNamespace(name="kc_app", ours=True, above=False, superuser=False)
CONNECTIONS = [("database_connections", [], 5.0), ("database_connections_limit", [], 100.0)]


def told(value):
    async def tell(*_: object):
        return value

    return tell


async def test_a_database_as_it_should_be_has_nothing_wrong(look):
    assert await look() == {}


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({"synchronous_commit": "off"}, "synchronous_commit is off"),
        ({"fsync": "off"}, "fsync is off"),
        ({"autovacuum": "off"}, "autovacuum is off"),
        ({"version": 150_004}, "is PostgreSQL 15"),
        ({"standby": True}, "is a standby and takes no writes"),
        ({"private": False}, "is spoken to in the clear"),
    ],
)
async def test_a_promise_that_the_server_does_not_make_is_named_with_its_mend(look, said, what):
    found = (await look(**said))["database"]
    assert found.what == what
    assert found.mend


async def test_clocks_that_are_apart_are_named(look):
    assert "60 s apart" in (await look(now=machine_now() + timedelta(seconds=60)))["clock"].what


async def test_a_schema_that_this_version_cannot_work_on_is_named(look):
    assert "keepcovered migrate" in (await look(known="9999"))["schema"].what
    assert "newer release" in (await look(known="0001"))["schema"].what


async def test_roles_that_are_missing_or_stand_above_the_fences_are_named(look):
    missing = SimpleNamespace(name="kc_app", ours=False, above=False, superuser=False)
    above = SimpleNamespace(name="kc_engine", ours=True, above=True, superuser=True)
    found = await look(roles=[missing, above])
    assert set(found) == {"role kc_app", "role kc_engine", "roles"}


async def test_big_tables_without_statistics_or_full_of_dead_rows_are_named(look):
    blind = SimpleNamespace(name="message", live=50_000, dead=0, never_looked_at=True)
    dead = SimpleNamespace(name="receipt", live=1_000, dead=900_000, never_looked_at=False)
    found = await look(tables=[blind, dead])
    assert found["table message"].mend.startswith("ANALYZE message")
    assert found["table receipt"].mend == "VACUUM receipt"


@pytest.mark.parametrize(
    ("figure", "subject", "what"),
    [
        (("unknown", ["orange", "sms"], 3.0), "orange/sms", "3 messages that nobody can prove"),
        (("lane_lag_seconds", ["orange", "sms"], 7200.0), "orange/sms", "due for 7200 s"),
        (("stalled_jobs", [], 40.0), "queue", "40 jobs whose worker has died"),
        (("partitions_ahead_days", ["message"], 3.0), "table message", "has partitions for 3 days ahead"),
        (("database_connections", [], 95.0), "connections", "95 of 100 in use"),
    ],
)
async def test_what_waits_for_too_long_or_grows_too_full_is_named(look, figure, subject, what):
    found = (await look(figures=[figure]))[subject]
    assert found.what == what
    assert found.mend


def test_a_disk_that_is_nearly_full_is_named(tmp_path, monkeypatch):
    stands = Footing("0001", live=False, data_dir=tmp_path, machine_now=machine_now)
    assert not stands.of_disk()[0].wrong
    monkeypatch.setattr(footing.shutil, "disk_usage", lambda _: Usage(100, 99, 1))
    assert stands.of_disk()[0].wrong
    assert Footing("0001", live=False, data_dir=None, machine_now=machine_now).of_disk() == []
