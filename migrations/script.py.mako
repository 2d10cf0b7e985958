"""${message}."""

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Move the schema forward."""
    op.execute("SET LOCAL lock_timeout = '2s'")


def downgrade() -> None:
    """Move the schema back."""
    op.execute("SET LOCAL lock_timeout = '2s'")
