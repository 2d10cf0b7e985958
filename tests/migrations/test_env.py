import subprocess
import sys
from pathlib import Path

import psycopg

ROOT = Path(__file__).parents[2]


def alembic(*arguments: str):
    """Run the plain command, as an operator does."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "alembic", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


def version(own_url):
    with psycopg.connect(own_url) as connection:
        return connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]


def test_the_plain_command_works_on_the_address_it_is_given(own_url):
    address, head = f"url={own_url.replace('postgresql://', 'postgresql+psycopg://', 1)}", version(own_url)
    done = alembic("-x", address, "downgrade", "-1")
    assert done.returncode == 0, done.stderr
    assert version(own_url) < head
