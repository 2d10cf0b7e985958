"""The revisions together: up, down and up again give the same database, and nothing stays behind."""

from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from procrastinate.schema import SchemaManager
from sqlalchemy import create_engine, make_url, pool

import migrations

FOLDER = Path(migrations.__file__).parent
SHAPE = """
    SELECT 'column', table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
     WHERE table_schema = 'public'
    UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', ''
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'index', tablename, indexname, indexdef, '', '' FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'policy', tablename, policyname, roles::text, qual, with_check FROM pg_policies
    UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), '', '' FROM pg_trigger
     WHERE NOT tgisinternal
    UNION ALL SELECT 'right', table_name, grantee, privilege_type, '', '' FROM information_schema.role_table_grants
     WHERE table_schema = 'public'
    UNION ALL SELECT 'fence', relname, relrowsecurity::text, relforcerowsecurity::text, '', '' FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    UNION ALL SELECT 'partition', relname, pg_get_expr(relpartbound, oid), '', '', '' FROM pg_class WHERE relispartition
    UNION ALL SELECT 'function', proname, pg_get_function_identity_arguments(oid), '', '', '' FROM pg_proc
     WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'type', typname, typtype::text, '', '', '' FROM pg_type
     WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
"""


def config(connection=None):
    found = Config()
    found.set_main_option("script_location", str(FOLDER))
    found.attributes["connection"] = connection
    return found


SCRIPTS = ScriptDirectory.from_config(config())
REVISIONS = [script.revision for script in SCRIPTS.walk_revisions()][::-1]


@pytest.fixture
def go(own_url):
    """Move the schema up or down to a revision."""
    engine = create_engine(make_url(own_url).set(drivername="postgresql+psycopg"), poolclass=pool.NullPool)

    def to(move, revision):
        with engine.connect() as connection:
            move(config(connection), revision)

    return to


@pytest.fixture
def shape(own_url):
    """Ask for everything that the schema consists of."""

    def ask():
        with closing(psycopg.connect(own_url)) as connection:
            return {tuple(row) for row in connection.execute(SHAPE) if row[1] != "alembic_version"}

    return ask


def test_there_is_one_line_of_revisions():
    assert [f"{number:04}" for number in range(1, len(REVISIONS) + 1)] == REVISIONS
    assert SCRIPTS.get_heads() == [REVISIONS[-1]]


def test_up_down_and_up_again_gives_the_same_schema(go, shape):
    before = shape()
    go(command.downgrade, "base")
    assert shape() == set()
    go(command.upgrade, "head")
    assert shape() == before


@pytest.mark.parametrize("below", ["base", *REVISIONS[:-1]])
def test_every_revision_can_be_taken_back_and_made_again_by_itself(go, shape, below):
    before = shape()
    go(command.downgrade, below)
    go(command.upgrade, "head")
    assert shape() == before


def test_the_queues_tables_are_those_of_the_installed_library():
    script = SCRIPTS.get_revision("0001").module
    newest = max(file.name for file in Path(str(SchemaManager.get_migrations_path())).glob("*.sql"))
    assert newest == script.LAST_FILE
    assert [file.name for file in script.files(script.LAST_FILE)][-1] == newest


def test_the_queue_is_built_in_the_librarys_order_and_no_further_than_named():
    files = [file.name for file in SCRIPTS.get_revision("0001").module.files("02.99")]
    assert files == sorted(files)
    assert files
    assert files[-1] < "02.99"


def test_a_revision_waits_no_longer_than_two_seconds_for_a_lock(own_url, go):
    with psycopg.connect(own_url) as connection:
        connection.execute("SELECT 1 FROM message")
        with pytest.raises(Exception, match="lock timeout"):
            go(command.downgrade, "0002")


SENT_BEFORE = """
    SET session_replication_role = replica;
    INSERT INTO renewal (agency_id, id, member_id, program, renewal_month, cycle_months, status)
    SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'medi_cal', month, 6, 'upcoming'
      FROM unnest(ARRAY['2026-12-01', '2027-01-01']::date[]) AS month;
    INSERT INTO message (agency_id, id, period, kind, renewal_id, step, channel, template, zone, status, month,
           first_due_at, due_at, deadline_at, created_at, handed_at)
    SELECT gen_random_uuid(), gen_random_uuid(), '2027-02-01', 'reminder', gen_random_uuid(), 'renewal_two_months',
           'sms', 'renewal_two_months', 'America/Denver', status, '2026-12-01', at, at, at, at, at
      FROM (VALUES ('planned', now()), ('delivered', now()), ('delivered', '2025-01-01')) AS v (status, at);
"""


def test_what_was_planned_before_there_were_ladders_keeps_its_step_and_gets_a_place(own_url, go):
    go(command.downgrade, "0004")
    with psycopg.connect(own_url) as connection:
        connection.execute(SENT_BEFORE)
    go(command.upgrade, "head")
    with psycopg.connect(own_url) as connection:
        told = connection.execute(
            "SELECT status, place, ladder, anchor_on::text FROM message ORDER BY due_at"
        ).fetchall()
        cycles = connection.execute("SELECT cycle FROM renewal ORDER BY renewal_month").fetchall()
    known = ("America/Denver;", "medi_cal_renewal", "2027-02-01")
    assert told[0] == ("delivered", "", None, None)
    assert sorted(told[1:]) == [("delivered", *known), ("planned", *known)]
    assert cycles == [(12,), (6,)]


SENT_WITH_PROOF = """
    SET session_replication_role = replica;
    INSERT INTO message (agency_id, id, period, kind, channel, template, zone, status, month, first_due_at, due_at,
           deadline_at, created_at, seconds)
    SELECT gen_random_uuid(), gen_random_uuid(), period::date, 'reminder', 'sms', 'renewal_two_months',
           'America/Denver', 'delivered', '2026-12-01', now(), now(), now(), now(), 3
      FROM unnest(ARRAY['2026-12-01', '2027-02-01']) AS period;
    INSERT INTO receipt (period, agency_id, attempt_id, provider, key, status, received_at, received_on_machine)
    SELECT period, agency_id, id, 'twilio', 'k', 'delivered', now(), now() FROM message;
"""
PLACES = "SELECT tableoid::regclass::text, count(*) FROM {} GROUP BY 1"


def test_what_was_sent_before_becomes_one_partition_and_is_counted(own_url, go):
    go(command.downgrade, "0006")
    with psycopg.connect(own_url) as connection:
        connection.execute(SENT_WITH_PROOF)
    go(command.upgrade, "head")
    with psycopg.connect(own_url) as connection:
        assert connection.execute(PLACES.format("message")).fetchall() == [("message_before", 2)]
        assert connection.execute("SELECT sum(n), min(bucket) FROM report_delta").fetchone() == (2, 6)
    go(command.downgrade, "0006")
    with psycopg.connect(own_url) as connection:
        assert connection.execute(PLACES.format("message")).fetchall() == [("message", 2)]
        assert connection.execute(PLACES.format("receipt")).fetchall() == [("receipt", 2)]


def test_the_numbers_of_receipts_go_on_over_the_change(own_url, go):
    go(command.downgrade, "0006")
    with psycopg.connect(own_url) as connection:
        connection.execute(SENT_WITH_PROOF)
    add = """
        INSERT INTO receipt (period, agency_id, attempt_id, provider, key, status, received_at, received_on_machine)
        VALUES ('2028-01-01', gen_random_uuid(), gen_random_uuid(), 'twilio', 'k', 'delivered', now(), now())
        RETURNING id
    """
    go(command.upgrade, "head")
    with psycopg.connect(own_url) as connection:
        assert connection.execute(add).fetchone() == (3,)
    go(command.downgrade, "0006")
    with psycopg.connect(own_url) as connection:
        assert connection.execute(add).fetchone() == (4,)
