"""Two ways out: breakers of providers, an agency's own credentials, further tries, erasing at the provider.

`message.again_at` is when a message that did not arrive is tried once more; `attempt.over` says that
another try followed, so that a message still has one open attempt at most.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

BREAKERS = """
CREATE UNLOGGED TABLE breaker (
  provider text NOT NULL,
  channel text NOT NULL,
  account text NOT NULL DEFAULT '',
  at timestamptz NOT NULL,
  ok double precision NOT NULL DEFAULT 0,
  bad double precision NOT NULL DEFAULT 0,
  rounds double precision NOT NULL DEFAULT 0,
  seconds double precision NOT NULL DEFAULT 0,
  opened_at timestamptz,
  open_until timestamptz,
  openings smallint NOT NULL DEFAULT 0,
  why text NOT NULL DEFAULT '',
  probe_until timestamptz,
  reported boolean NOT NULL DEFAULT false,
  PRIMARY KEY (channel, provider, account)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON breaker TO kc_app, kc_engine;
"""

CREDENTIALS = """
CREATE TABLE credential (
  agency_id uuid NOT NULL REFERENCES agency,
  provider text NOT NULL,
  account text NOT NULL,
  settings_sealed bytea NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (agency_id, provider)
);
GRANT SELECT ON credential TO kc_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON credential TO kc_engine;
"""

TRIES = """
ALTER TABLE message
  ADD COLUMN again_at timestamptz,
  ADD COLUMN again smallint NOT NULL DEFAULT 0,
  ADD COLUMN earlier_segments smallint NOT NULL DEFAULT 0,
  ADD COLUMN earlier_cost numeric(10, 6) NOT NULL DEFAULT 0;
CREATE INDEX message_again ON message (again_at) WHERE again_at IS NOT NULL AND status = 'undelivered';
ALTER TABLE attempt
  ADD COLUMN account text NOT NULL DEFAULT '',
  ADD COLUMN over boolean NOT NULL DEFAULT false,
  ADD COLUMN erase_at timestamptz,
  ADD COLUMN erased_at timestamptz;
DROP INDEX attempt_open;
CREATE UNIQUE INDEX attempt_open ON attempt (message_id, period)
  WHERE state IN ('intended', 'unclear', 'accepted') AND NOT over;
CREATE INDEX attempt_erase ON attempt (erase_at) WHERE erase_at IS NOT NULL;
CREATE INDEX attempt_called ON attempt (agency_id, intended_on_machine) WHERE channel = 'voice';
"""

NO_MORE_TRIES = """
DROP INDEX attempt_called, attempt_erase, attempt_open;
UPDATE attempt SET state = 'absent' WHERE over;
CREATE UNIQUE INDEX attempt_open ON attempt (message_id, period)
  WHERE state IN ('intended', 'unclear', 'accepted');
ALTER TABLE attempt DROP COLUMN account, DROP COLUMN over, DROP COLUMN erase_at, DROP COLUMN erased_at;
DROP INDEX message_again;
ALTER TABLE message
  DROP COLUMN again_at, DROP COLUMN again, DROP COLUMN earlier_segments, DROP COLUMN earlier_cost;
"""

CURRENT = "NULLIF(current_setting('kc.agency', true), '')::uuid"
FENCES = {"breaker": "true", "credential": f"agency_id = {CURRENT}"}


def upgrade() -> None:
    """Add what a second provider, own credentials, further tries and erasing need."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    for part in (BREAKERS, CREDENTIALS, TRIES):
        op.execute(part)
    for table, condition in FENCES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_agency ON {table} TO kc_app USING ({condition})")
        op.execute(f"CREATE POLICY every_agency ON {table} TO kc_engine USING (true)")


def downgrade() -> None:
    """Take it away again."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute(NO_MORE_TRIES)
    op.execute("DROP TABLE credential, breaker")
