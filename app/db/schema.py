"""The schema: upgrading it, and refusing to start on one that this version does not know."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, make_url, pool, text

import migrations
from app.db.transaction import Session
from app.errors import UnknownSchema

HELD = text("SELECT version_num FROM alembic_version")


def upgrade(url: str) -> None:
    """Upgrade the schema to this version's head; waits for another migrator that is at work."""
    engine = create_engine(_with_driver(url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        command.upgrade(_config(connection), "head")


def check_schema(url: str) -> None:
    """Raise `UnknownSchema` unless the database has exactly the schema that this version knows."""
    with create_engine(_with_driver(url), poolclass=pool.NullPool).connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    wanted = known_schema()
    if found != wanted:
        raise UnknownSchema(
            f"the database's schema is {found or 'empty'}, this version knows {wanted}; run `keepcovered migrate`"
        )


def known_schema() -> str:
    """Return the schema that this version knows."""
    return ScriptDirectory.from_config(_config(None)).get_current_head() or ""


async def held_schema(session: Session) -> str:
    """Return the schema that the database has."""
    row = await session.first(HELD)
    return str(row.version_num) if row else ""


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = connection
    return config


def _with_driver(url: str) -> str:
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
