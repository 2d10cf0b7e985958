"""The ledger proves itself: what was agreed with whom, each line chained to the one before; and who is told of it.

`chain_link` is written by a tick behind the rows it binds, so that no transaction waits for another's hash. What the
tick still has to link stands in `chain_waiting`, written with the rows themselves. `seq` is the order in which lines
about the same thing were written (it is drawn under the lock on the member), and `address_stopped` says what a line
does to its address for everybody who lists it: with both, what holds now can be read from the lines alone.
"""

from alembic import op

revision = "0008"
down_revision = "0007"

FORTH = """
ALTER TABLE consent ADD COLUMN with_whom text, ADD COLUMN address_stopped boolean,
  ADD COLUMN seq bigint GENERATED ALWAYS AS IDENTITY;
CREATE TABLE chain_waiting (
  agency_id uuid NOT NULL,
  chain text NOT NULL,
  seq bigint NOT NULL,
  entry_id uuid NOT NULL,
  PRIMARY KEY (agency_id, chain, seq)
);
INSERT INTO chain_waiting SELECT agency_id, 'consent', seq, id FROM consent;
CREATE FUNCTION to_be_linked() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN INSERT INTO chain_waiting SELECT agency_id, TG_ARGV[0], seq, id FROM new_lines; RETURN NULL; END $$;
CREATE TRIGGER to_be_linked AFTER INSERT ON consent REFERENCING NEW TABLE AS new_lines
  FOR EACH STATEMENT EXECUTE FUNCTION to_be_linked('consent');
CREATE TABLE chain_link (
  agency_id uuid NOT NULL REFERENCES agency,
  chain text NOT NULL,
  number bigint NOT NULL,
  entry_id uuid NOT NULL,
  hash bytea NOT NULL,
  linked_at timestamptz NOT NULL,
  PRIMARY KEY (agency_id, chain, number),
  UNIQUE (agency_id, chain, entry_id)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON chain_link
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TABLE webhook (
  agency_id uuid NOT NULL REFERENCES agency,
  id uuid NOT NULL,
  url_sealed bytea NOT NULL,
  secret_sealed bytea NOT NULL,
  events text[] NOT NULL,
  created_at timestamptz NOT NULL,
  failing_since timestamptz,
  disabled_at timestamptz,
  disabled_because text,
  PRIMARY KEY (agency_id, id)
);
CREATE TABLE webhook_call (
  agency_id uuid NOT NULL,
  id uuid NOT NULL,
  webhook_id uuid NOT NULL,
  event text NOT NULL,
  body_sealed bytea NOT NULL,
  created_at timestamptz NOT NULL,
  due_at timestamptz,
  tries smallint NOT NULL DEFAULT 0,
  done_at timestamptz,
  last_status smallint,
  PRIMARY KEY (agency_id, id),
  FOREIGN KEY (agency_id, webhook_id) REFERENCES webhook ON DELETE CASCADE
);
CREATE INDEX webhook_call_due ON webhook_call (agency_id, webhook_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_call_done ON webhook_call (done_at) WHERE done_at IS NOT NULL;
GRANT SELECT, INSERT ON chain_link TO kc_app, kc_engine;
GRANT SELECT, INSERT, DELETE ON chain_waiting TO kc_app, kc_engine;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook, webhook_call TO kc_app, kc_engine;
"""

BACK = """
DROP TRIGGER to_be_linked ON consent;
DROP FUNCTION to_be_linked();
DROP TABLE webhook_call, webhook, chain_link, chain_waiting;
ALTER TABLE consent DROP COLUMN with_whom, DROP COLUMN address_stopped, DROP COLUMN seq;
"""

CURRENT = "NULLIF(current_setting('kc.agency', true), '')::uuid"
FENCED = ("chain_link", "chain_waiting", "webhook", "webhook_call")
"""Tables with an agency's rows."""


def upgrade() -> None:
    """Make room for the chain, and for whom the county wants told."""
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
