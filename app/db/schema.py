"""The schema: upgrading it, and refusing to start on one that this version cannot work with.

Only an upgrade imports Alembic: a worker, which never upgrades, would carry 10 MiB of it.
"""

import re
from pathlib import Path

from sqlalchemy import create_engine, inspect, make_url, pool, text
from sqlalchemy.exc import OperationalError

import migrations
from app.db.transaction import Session
from app.errors import UnknownSchema
from app.rules.releases import misfit

HELD = text("SELECT version_num FROM alembic_version")
OLDEST = text("SELECT oldest FROM schema_floor")
REVISION = re.compile(r'^(revision|down_revision) = "(\w+)"$', re.MULTILINE)


def upgrade(url: str) -> None:
    """Upgrade the schema to this version's head; waits for another migrator that is at work."""
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_migrations()))
    with create_engine(_with_driver(url), poolclass=pool.NullPool).connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def answers(url: str) -> bool:
    """Say whether the database can be reached and is up."""
    try:
        with create_engine(_with_driver(url), poolclass=pool.NullPool).connect():
            return True
    except OperationalError:
        return False


def check_schema(url: str) -> None:
    """Raise `UnknownSchema` unless this version can work with the database's schema."""
    with create_engine(_with_driver(url), poolclass=pool.NullPool).connect() as connection:
        tables = inspect(connection)
        found = connection.scalar(HELD) if tables.has_table("alembic_version") else None
        oldest = connection.scalar(OLDEST) if tables.has_table("schema_floor") else None
    if wrong := misfit(found or "", known_schema(), oldest or ""):
        raise UnknownSchema(wrong)


def known_schema() -> str:
    """Return the schema that this version knows: the one revision that no other builds on."""
    texts = [file.read_text("utf-8") for file in (_migrations() / "versions").glob("*.py")]
    named = [dict(REVISION.findall(text)) for text in texts]
    [head] = {each["revision"] for each in named} - {each.get("down_revision") for each in named}
    return str(head)


async def held_schema(session: Session) -> tuple[str, str]:
    """Return the schema that the database has, and the oldest that a version must know to work with it."""
    held, floor = await session.first(HELD), await session.first(OLDEST)
    return (str(held.version_num) if held else "", str(floor.oldest) if floor else "")


def _migrations() -> Path:
    return Path(migrations.__file__).parent


def _with_driver(url: str) -> str:
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
