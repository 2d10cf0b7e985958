import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from app.db.schema import answers, check_schema, upgrade
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


@contextmanager
def newer(url, oldest):
    """Make the schema one of a newer release, which works with versions that know `oldest` or later."""
    with psycopg.connect(url, autocommit=True) as connection:
        (ours,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.execute("UPDATE schema_floor SET oldest = coalesce(%s, %s)", [oldest, ours])
        yield ours


def test_a_newer_schema_that_old_code_cannot_live_with_is_refused(own_url):
    with (
        newer(own_url, "9998") as ours,
        pytest.raises(UnknownSchema, match=f"is 9999.*know 9998 or later; this version knows {ours}: start the newer"),
    ):
        check_schema(own_url)


def test_a_newer_schema_that_only_adds_is_worked_on_while_the_release_is_rolled_out(own_url):
    with newer(own_url, None):
        check_schema(own_url)


def test_a_database_that_is_away_does_not_answer(own_url, tmp_path):
    assert answers(own_url)
    assert not answers(f"postgresql://app@/nowhere?host={tmp_path}")


def test_migrators_that_start_together_take_turns(empty_url):
    command = [sys.executable, "-c", f"from app.db.schema import upgrade; upgrade({empty_url!r})"]
    migrators = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(2)]  # noqa: S603
    assert [(one.communicate(timeout=60)[1], one.returncode) for one in migrators] == [("", 0)] * 2
    check_schema(empty_url)
    upgrade(empty_url)
