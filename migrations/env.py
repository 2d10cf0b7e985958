"""Run the revisions on the connection that is handed in, one migrator at a time."""

from alembic import context
from sqlalchemy import Connection, create_engine, pool, text

ONE_MIGRATOR = 7_263_548_101  # an advisory lock of the session: waits for a migrator that is already at work


def run(connection: Connection) -> None:
    """Upgrade under the advisory lock; the lock outlives each revision's own transaction."""
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": ONE_MIGRATOR})
    connection.commit()
    context.configure(connection=connection, transaction_per_migration=True)
    try:
        context.run_migrations()
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": ONE_MIGRATOR})
        connection.commit()


handed_in: Connection | None = context.config.attributes.get("connection")
if handed_in is not None:
    run(handed_in)
else:
    url = context.config.get_main_option("sqlalchemy.url") or context.get_x_argument(as_dictionary=True)["url"]
    with create_engine(url, poolclass=pool.NullPool).connect() as own:
        run(own)
