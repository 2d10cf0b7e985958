"""The schema: upgrading it, and refusing to start on one that this version does not know.

Only an upgrade imports Alembic: a worker, which never upgrades, would carry 10 MiB of it.
"""

import re
from pathlib import Path

from sqlalchemy import create_engine, inspect, make_url, pool, text

import migrations
from app.db.transaction import Session
from app.errors import UnknownSchema

HELD = text("SELECT version_num FROM alembic_version")
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


def check_schema(url: str) -> None:
    """Raise `UnknownSchema` unless the database has exactly the schema that this version knows."""
    with create_engine(_with_driver(url), poolclass=pool.NullPool).connect() as connection:
        found = connection.scalar(HELD) if inspect(connection).has_table("alembic_version") else None
    wanted = known_schema()
    if found != wanted:
        raise UnknownSchema(
            f"the database's schema is {found or 'empty'}, this version knows {wanted}; run `keepcovered migrate`"
        )


def known_schema() -> str:
    """Return the schema that this version knows: the one revision that no other builds on."""
    texts = [file.read_text("utf-8") for file in (_migrations() / "versions").glob("*.py")]
    named = [dict(REVISION.findall(text)) for text in texts]
    [head] = {each["revision"] for each in named} - {each.get("down_revision") for each in named}
    return str(head)


async def held_schema(session: Session) -> str:
    """Return the schema that the database has."""
    row = await session.first(HELD)
    return str(row.version_num) if row else ""


def _migrations() -> Path:
    return Path(migrations.__file__).parent


def _with_driver(url: str) -> str:
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
