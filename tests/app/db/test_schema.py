import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from app.db.schema import check_schema, upgrade
from app.errors import UnknownSchema

ROOT = Path(__file__).parents[3]


@pytest.fixture
def empty_url(server):
    with psycopg.connect(server.url_for("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE empty_one")
        yield server.url_for("empty_one")
        connection.execute("DROP DATABASE empty_one WITH (FORCE)")


def test_an_empty_database_is_refused_and_the_mend_is_named(empty_url):
    with pytest.raises(UnknownSchema, match=r"schema is empty.*run `keepcovered migrate`"):
        check_schema(empty_url)


def test_the_present_schema_is_accepted(own_url):
    check_schema(own_url)


def test_a_schema_of_another_version_is_refused(own_url):
    with psycopg.connect(own_url, autocommit=True) as connection:
        (ours,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        try:
            with pytest.raises(UnknownSchema, match=f"is 9999, this version knows {ours}"):
                check_schema(own_url)
        finally:
            connection.execute("UPDATE alembic_version SET version_num = %s", [ours])


def test_migrators_that_start_together_take_turns(empty_url):
    command = [sys.executable, "-c", f"from app.db.schema import upgrade; upgrade({empty_url!r})"]
    migrators = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(2)]  # noqa: S603
    assert [(one.communicate(timeout=60)[1], one.returncode) for one in migrators] == [("", 0)] * 2
    check_schema(empty_url)
    upgrade(empty_url)
