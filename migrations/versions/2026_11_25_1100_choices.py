"""Choices: what members say of hours, pauses and programs, and the passes by which they come to their page."""

from alembic import op

revision = "0010"
down_revision = "0009"

FORTH = """
ALTER TABLE member
  ADD COLUMN hours int4range,
  ADD COLUMN paused_until date,
  ADD COLUMN only_programs text[];
CREATE TABLE choice (
  agency_id uuid NOT NULL REFERENCES agency,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  address_index bytea NOT NULL,
  what text NOT NULL,
  said_sealed bytea NOT NULL,
  basis text NOT NULL,
  source text NOT NULL,
  language text,
  at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (agency_id, id)
);
CREATE INDEX choice_member ON choice (agency_id, member_id, id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON choice
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TABLE pass (
  agency_id uuid NOT NULL REFERENCES agency,
  id uuid NOT NULL,
  channel text NOT NULL CHECK (channel IN ('sms', 'email', 'voice')),
  address_sealed bytea NOT NULL,
  address_index bytea NOT NULL,
  language text NOT NULL,
  browser_digest bytea NOT NULL,
  code_digest bytea,
  link_digest bytea,
  tries smallint NOT NULL DEFAULT 0,
  waits boolean NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  PRIMARY KEY (agency_id, id)
);
CREATE UNIQUE INDEX pass_id ON pass (id);
CREATE UNIQUE INDEX pass_link ON pass (link_digest);
CREATE INDEX pass_waiting ON pass (agency_id) WHERE waits;
CREATE INDEX pass_created ON pass (created_at);
CREATE TABLE visit (
  digest bytea PRIMARY KEY,
  agency_id uuid NOT NULL REFERENCES agency,
  kind text NOT NULL CHECK (kind IN ('phone', 'email')),
  address_sealed bytea NOT NULL,
  address_index bytea NOT NULL,
  begun_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL
);
CREATE INDEX visit_seen ON visit (seen_at);
GRANT SELECT, INSERT ON choice TO kc_app, kc_engine;
GRANT SELECT, INSERT, UPDATE, DELETE ON pass, visit TO kc_app, kc_engine;
"""

BACK = """
DROP TABLE visit, pass, choice;
ALTER TABLE member DROP COLUMN hours, DROP COLUMN paused_until, DROP COLUMN only_programs;
"""

CURRENT = "NULLIF(current_setting('kc.agency', true), '')::uuid"
FENCED = ("choice", "pass", "visit")
"""Tables with an agency's rows."""


def upgrade() -> None:
    """Make room for what people choose and for the way to their page."""
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
