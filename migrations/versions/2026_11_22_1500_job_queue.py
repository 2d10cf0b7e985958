"""The job queue's own tables, up to the last file named here.

Each of the queue's numbered files runs in a block of its own, because a new enum value cannot be used
in the transaction that adds it. An upgrade of the library adds a revision that names its last file.
"""

from pathlib import Path

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001"
down_revision = None

LAST_FILE = "03.04.00_50_post_add_retry_failed_job_procedure.sql"


def files(last: str) -> list[Path]:
    """Return the queue's migration files in order, up to `last`."""
    found = sorted(Path(str(SchemaManager.get_migrations_path())).glob("*.sql"))
    return [file for file in found if file.name <= last]


def upgrade() -> None:
    """Create the queue."""
    for file in files(LAST_FILE):
        with op.get_context().autocommit_block():
            connection = op.get_bind().execution_options(no_parameters=True)
            connection.exec_driver_sql(file.read_text())


def downgrade() -> None:
    """Remove the queue with all its jobs; they are wake-up bells, never the truth."""
    op.execute("""
        DO $$ DECLARE gone text; BEGIN
          FOR gone IN SELECT 'TABLE ' || quote_ident(tablename) FROM pg_tables
             WHERE schemaname = 'public' AND starts_with(tablename, 'procrastinate')
            UNION ALL SELECT 'FUNCTION ' || oid::regprocedure FROM pg_proc
             WHERE pronamespace = 'public'::regnamespace AND starts_with(proname, 'procrastinate')
            UNION ALL SELECT 'TYPE ' || quote_ident(typname) FROM pg_type
             WHERE typnamespace = 'public'::regnamespace AND starts_with(typname, 'procrastinate')
               AND typtype IN ('e', 'c') LOOP
            EXECUTE 'DROP ' || split_part(gone, ' ', 1) || ' IF EXISTS ' || substr(gone, strpos(gone, ' '))
              || ' CASCADE';
          END LOOP;
        END $$
    """)
