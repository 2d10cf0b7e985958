"""Tenancy beneath everything: generated from the catalogue, for whatever tables there are."""

import re
from contextlib import contextmanager
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

ORANGE, FRESNO = UUID(int=30), UUID(int=10)
OWNED = """
    SELECT c.table_name FROM information_schema.columns c JOIN pg_class t ON t.relname = c.table_name
     WHERE c.table_schema = 'public' AND t.relnamespace = 'public'::regnamespace AND t.relkind IN ('r', 'p')
       AND NOT t.relispartition AND c.column_name = 'agency_id' ORDER BY 1
"""
PARTITIONS = "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r' ORDER BY 1"
FENCES = """
    SELECT relname, relrowsecurity AND relforcerowsecurity AS fenced,
           (SELECT array_agg(DISTINCT (policyname, roles)::text) FROM pg_policies p
             WHERE p.tablename = relname) AS policies
      FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname = ANY(%s)
"""
COLUMNS = """
    SELECT column_name, data_type, udt_name, is_nullable = 'YES' AS nullable, column_default IS NOT NULL AS has_default,
           is_identity = 'YES' AS identity
      FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s
"""
CHECKS = "SELECT pg_get_constraintdef(oid) AS it FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'"
SAMPLES = {
    "uuid": "00000000-0000-0000-0000-0000000000aa", "text": "a", "bytea": b"a", "date": "2027-02-01",
    "timestamp with time zone": "2026-12-01T17:00:00Z", "smallint": 1, "integer": 1, "bigint": 1, "boolean": True,
    "jsonb": Jsonb({}), "ARRAY": ["a"], "numeric": 1, "real": 1,
}  # fmt: skip
SHARED = {"template_version"}
"""Tables with rows of no agency, which every agency reads."""


@pytest.fixture(scope="module")
def filled(server):
    """A database with one row of each county in every table that has an agency; each test leaves it as it was."""
    with psycopg.connect(server.url_for("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE filled TEMPLATE shape")
        yield server.url_for("filled")
        connection.execute("DROP DATABASE filled WITH (FORCE)")


@pytest.fixture(scope="module")
def owner(filled):
    """The tables' owner."""
    with psycopg.connect(filled, autocommit=True, row_factory=dict_row) as connection:
        connection.execute("SET session_replication_role = replica")  # rows by themselves, without what they point to
        for number, agency in enumerate((ORANGE, FRESNO)):
            insert(connection, "agency", {**row_of(connection, "agency"), "id": agency, "code": f"county{number}"})
            for table in owned(connection):
                insert(connection, table, row_for(connection, table, agency, number))
        connection.execute("SET session_replication_role = origin")
        yield connection


def owned(connection):
    return [row["table_name"] for row in connection.execute(OWNED).fetchall()]


def row_of(connection, table):
    """Make a row up: a value of its type for each column that must have one, and that a check allows."""
    checks = " ".join(row["it"] for row in connection.execute(CHECKS, [table]).fetchall())
    row = {}
    for column in connection.execute(COLUMNS, [table]).fetchall():
        if column["nullable"] or column["has_default"] or column["identity"]:
            continue
        allowed = re.search(rf"\({column['column_name']} = ANY \(ARRAY\['(\w+)'", checks)
        row[column["column_name"]] = allowed[1] if allowed else SAMPLES[column["data_type"]]
    return row


def row_for(connection, table, agency, number):
    """Make a row of an agency up; what must be unique beyond the agency has the agency's number."""
    row = {**row_of(connection, table), "agency_id": agency}
    for name in ("id", "address", "attempt_id", "renewal_id", "message_id", "digest", "link_digest"):
        if name in row:
            own = {SAMPLES["uuid"]: UUID(int=number + 1), SAMPLES["bytea"]: b"a%d" % number}
            row[name] = own.get(row[name], f"a{number}")
    if table == "flyer":
        row["place"] = f"a{number}"
    return row


def insert(connection, table, row):
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(sql.Placeholder() * len(row)),
    )
    connection.execute(statement, list(row.values()))


@contextmanager
def acting(connection, agency, role="kc_app"):
    """Act as a stage does inside a transaction of an agency; nothing of it stays."""
    with connection.transaction(force_rollback=True):
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
        connection.execute("SELECT set_config('kc.agency', %s, true)", [str(agency or "")])
        yield connection


def refused(connection, statement, *values):
    """Say whether the database refuses a statement, or lets it touch nothing."""
    try:
        with connection.transaction():
            return connection.execute(statement, values).rowcount == 0
    except InsufficientPrivilege:
        return True


def agencies_seen(connection, table):
    statement = sql.SQL("SELECT DISTINCT agency_id FROM {} WHERE agency_id IS NOT NULL").format(sql.Identifier(table))
    return {row["agency_id"] for row in connection.execute(statement).fetchall()}


def test_every_table_of_an_agency_has_a_forced_fence_with_both_policies(owner):
    tables = [*owned(owner), "agency"]
    found = {row["relname"]: (row["fenced"], row["policies"]) for row in owner.execute(FENCES, [tables]).fetchall()}
    whole = (True, ["(every_agency,{kc_engine})", "(own_agency,{kc_app})"])
    assert {table: found[table] for table in tables if found[table] != whole} == {}
    assert len(tables) >= 18


def test_a_partition_is_reached_through_its_table_alone(owner):
    parts = [row["relname"] for row in owner.execute(PARTITIONS).fetchall()]
    fences = {row["relname"]: (row["fenced"], row["policies"]) for row in owner.execute(FENCES, [parts]).fetchall()}
    assert fences == dict.fromkeys(
        ["attempt_other", "message_other", "receipt_other"], (True, ["(every_agency,{kc_engine})"])
    )
    with acting(owner, ORANGE):
        for part in parts:
            with pytest.raises(InsufficientPrivilege), owner.transaction():
                owner.execute(sql.SQL("SELECT 1 FROM {}").format(sql.Identifier(part)))


def test_the_roles_can_neither_log_in_nor_step_over_a_fence(owner):
    rows = owner.execute("SELECT * FROM pg_roles WHERE rolname IN ('kc_app', 'kc_engine')").fetchall()
    assert len(rows) == 2
    assert not [row for row in rows if row["rolbypassrls"] or row["rolsuper"] or row["rolcanlogin"]]


def test_without_an_agency_no_row_is_seen(owner):
    with acting(owner, None):
        assert {table: agencies_seen(owner, table) for table in owned(owner)} == {t: set() for t in owned(owner)}
        assert owner.execute("SELECT * FROM agency").fetchall() == []


def test_with_an_agency_its_own_rows_are_seen_and_no_others(owner):
    with acting(owner, ORANGE):
        assert {table: agencies_seen(owner, table) for table in owned(owner)} == {t: {ORANGE} for t in owned(owner)}
        assert [row["id"] for row in owner.execute("SELECT id FROM agency").fetchall()] == [ORANGE]


def test_the_engine_sees_every_agencys_rows(owner):
    with acting(owner, None, "kc_engine"):
        both = {ORANGE, FRESNO}
        assert {table: agencies_seen(owner, table) for table in owned(owner)} == dict.fromkeys(owned(owner), both)


def test_no_row_of_another_agency_can_be_changed_or_deleted(owner):
    with acting(owner, ORANGE):
        for table in map(sql.Identifier, owned(owner)):
            assert refused(
                owner, sql.SQL("UPDATE {} SET agency_id = agency_id WHERE agency_id = %s").format(table), FRESNO
            )
            assert refused(owner, sql.SQL("DELETE FROM {} WHERE agency_id = %s").format(table), FRESNO)


@pytest.mark.parametrize("acting_for", [ORANGE, None])
def test_no_row_can_be_put_in_for_another_agency(owner, acting_for):
    rows = {table: row_for(owner, table, FRESNO, 7) for table in owned(owner)}
    with acting(owner, acting_for):
        for table, row in rows.items():
            with pytest.raises(InsufficientPrivilege), owner.transaction():
                insert(owner, table, row)


def test_no_row_can_be_given_to_another_agency(owner):
    with acting(owner, ORANGE):
        for table in owned(owner):
            move = sql.SQL("UPDATE {} SET agency_id = %s").format(sql.Identifier(table))
            with pytest.raises(InsufficientPrivilege), owner.transaction():
                owner.execute(move, [FRESNO])


def test_what_every_agency_shares_is_read_and_not_written(owner):
    for table in map(sql.Identifier, SHARED):
        with owner.transaction(force_rollback=True):
            owner.execute(sql.SQL("UPDATE {} SET agency_id = NULL WHERE agency_id = %s").format(table), [FRESNO])
            with acting(owner, ORANGE):
                assert owner.execute(sql.SQL("SELECT 1 FROM {} WHERE agency_id IS NULL").format(table)).fetchall()
                assert refused(owner, sql.SQL("DELETE FROM {} WHERE agency_id IS NULL").format(table))


@pytest.mark.parametrize("table", ["agency", "sender", "api_key", "template_version", "business_clock"])
def test_what_belongs_to_the_installation_an_agency_cannot_change(owner, table):
    with acting(owner, ORANGE):
        for statement in ("DELETE FROM {}", "TRUNCATE {}"):
            with pytest.raises(InsufficientPrivilege), owner.transaction():
                owner.execute(sql.SQL(statement).format(sql.Identifier(table)))


@pytest.mark.parametrize("table", ["consent", "county_event", "receipt", "chain_link"])
def test_what_is_proof_can_be_neither_changed_nor_deleted(owner, table):
    with acting(owner, ORANGE):
        for statement in ("UPDATE {} SET agency_id = agency_id", "DELETE FROM {}", "TRUNCATE {}"):
            with pytest.raises(InsufficientPrivilege), owner.transaction():
                owner.execute(sql.SQL(statement).format(sql.Identifier(table)))


@pytest.mark.parametrize("role", ["kc_app", "kc_engine"])
def test_the_schemas_version_is_read_only(owner, role):
    with acting(owner, ORANGE, role):
        assert owner.execute("SELECT version_num FROM alembic_version").fetchall()
        assert refused(owner, "UPDATE alembic_version SET version_num = '0'")
