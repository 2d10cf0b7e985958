"""What people answer: texts that a person is to read, codes that can be asked for, safe words, and alarms."""

from alembic import op

revision = "0011"
down_revision = "0010"

FORTH = """
ALTER TABLE inbound
  ADD COLUMN id uuid,
  ADD COLUMN member_id uuid,
  ADD COLUMN waits boolean NOT NULL DEFAULT false,
  ADD COLUMN done_at timestamptz,
  ADD COLUMN done_by text,
  ADD COLUMN note_sealed bytea;
UPDATE inbound SET meaning = 'call_key' WHERE meaning = 'call';
CREATE UNIQUE INDEX inbound_id ON inbound (agency_id, id) WHERE id IS NOT NULL;
CREATE INDEX inbound_waiting ON inbound (agency_id, received_at) WHERE waits AND done_at IS NULL;
ALTER TABLE member ADD COLUMN safe_word_sealed bytea;
CREATE INDEX attempt_code ON attempt (code);
CREATE TABLE alarm (
  agency_id uuid NOT NULL REFERENCES agency,
  id uuid NOT NULL,
  kind text NOT NULL,
  at timestamptz NOT NULL,
  n integer NOT NULL,
  seen_at timestamptz,
  PRIMARY KEY (agency_id, id)
);
CREATE INDEX alarm_open ON alarm (agency_id, kind, at);
GRANT SELECT, INSERT, UPDATE ON alarm TO kc_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON alarm TO kc_engine;
"""

BACK = """
UPDATE inbound SET meaning = 'call' WHERE meaning = 'call_key';
DROP TABLE alarm;
DROP INDEX attempt_code, inbound_waiting, inbound_id;
ALTER TABLE member DROP COLUMN safe_word_sealed;
ALTER TABLE inbound DROP COLUMN id, DROP COLUMN member_id, DROP COLUMN waits, DROP COLUMN done_at, DROP COLUMN done_by,
  DROP COLUMN note_sealed;
"""

CURRENT = "NULLIF(current_setting('kc.agency', true), '')::uuid"
FENCED = ("alarm",)
"""Tables with an agency's rows."""


def upgrade() -> None:
    """Make room for what waits for a person, and for alarms."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute(FORTH)
    for table in FENCED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_agency ON {table} TO kc_app USING (agency_id = {CURRENT})")
        op.execute(f"CREATE POLICY every_agency ON {table} TO kc_engine USING (true)")


def downgrade() -> None:
    """Take it away again."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute(BACK)
