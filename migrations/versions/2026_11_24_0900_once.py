"""Once: what reconciling, settling by hand and restoring from a backup need; and statistics that keep up.

`epoch` says which database this is and how far it has come; a copy of it lies outside, so that an older
database is known for what it is. `gone_out` is what a provider has in its list and such a database does not know.
"""

from alembic import op

revision = "0006"
down_revision = "0005"

# The server looks at a table's rows anew about a minute after it grew; a first import plans long before that, and
# would read the whole table for each of its rows. As the owner, because only he may; for the tables that he names.
STATISTICS = """
CREATE FUNCTION look_at_what_grew() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  one text;
  looked integer := 0;
BEGIN
  FOR one IN
    SELECT grown.name
      FROM unnest(ARRAY['member', 'contact_point', 'consent_state', 'renewal', 'message', 'attempt']) AS grown (name)
     CROSS JOIN LATERAL (
       SELECT sum(s.n_mod_since_analyze) AS changed, sum(greatest(c.reltuples, 0)) AS known
         FROM (SELECT to_regclass(grown.name)
                UNION SELECT relid FROM pg_partition_tree(to_regclass(grown.name))) part (id)
         JOIN pg_class c ON c.oid = part.id JOIN pg_stat_all_tables s ON s.relid = part.id) rows
     WHERE rows.changed > 1000 + rows.known / 2
  LOOP
    EXECUTE 'ANALYZE ' || quote_ident(one);
    looked := looked + 1;
  END LOOP;
  RETURN looked;
END $$;
REVOKE ALL ON FUNCTION look_at_what_grew() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION look_at_what_grew() TO kc_app, kc_engine;
"""

# Up to which day every step that begins has been looked for; null means that none has.
PLANNED = "ALTER TABLE agency ADD COLUMN planned_until date"

# What is marked to be planned anew is timed as if it were planned today, where that is asked for.
AFRESH = "ALTER TABLE replan ADD COLUMN afresh boolean NOT NULL DEFAULT false"

ATTEMPTS = """
ALTER TABLE attempt ADD COLUMN late_at timestamptz;
CREATE INDEX attempt_late ON attempt (late_at) WHERE late_at IS NOT NULL;
CREATE INDEX attempt_look ON attempt (look_at) WHERE state = 'unclear';
CREATE INDEX message_unknown ON message (agency_id, ended_at, id) WHERE status = 'unknown';
"""

SETTLEMENTS = """
CREATE TABLE settlement (
  agency_id uuid NOT NULL REFERENCES agency,
  message_id uuid NOT NULL,
  at timestamptz NOT NULL,
  settled_by text NOT NULL,
  reason_before text,
  status text NOT NULL CHECK (status IN ('sent', 'delivered', 'undelivered')),
  reason text NOT NULL,
  PRIMARY KEY (agency_id, message_id, at)
);
GRANT SELECT, INSERT ON settlement TO kc_app;
GRANT SELECT, INSERT, DELETE ON settlement TO kc_engine;
"""

EPOCH = """
CREATE TABLE epoch (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  id uuid NOT NULL,
  number bigint NOT NULL,
  system text NOT NULL,
  timeline bigint NOT NULL,
  noted_at timestamptz NOT NULL,
  noted_on_machine timestamptz NOT NULL,
  held text[] NOT NULL DEFAULT '{}',
  held_because text,
  held_from timestamptz,
  held_from_on_machine timestamptz
);
CREATE TABLE gone_out (
  agency_id uuid NOT NULL REFERENCES agency,
  id uuid NOT NULL,
  channel text NOT NULL,
  provider text NOT NULL,
  provider_id text,
  address_index bytea,
  status text NOT NULL,
  at timestamptz NOT NULL,
  found_at timestamptz NOT NULL,
  message_id uuid,
  PRIMARY KEY (agency_id, id),
  UNIQUE (provider, provider_id)
);
CREATE INDEX gone_out_unbound ON gone_out (agency_id, channel) WHERE message_id IS NULL;
GRANT SELECT ON epoch TO kc_app;
GRANT SELECT, INSERT, UPDATE ON epoch TO kc_engine;
GRANT SELECT, INSERT, UPDATE ON gone_out TO kc_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON gone_out TO kc_engine;
"""

BACK = """
DROP TABLE schema_floor, gone_out, epoch, settlement;
DROP INDEX message_unknown, attempt_look, attempt_late;
ALTER TABLE attempt DROP COLUMN late_at;
"""

CURRENT = "NULLIF(current_setting('kc.agency', true), '')::uuid"
FENCES = {
    "settlement": f"agency_id = {CURRENT}",
    "epoch": "true",
    "gone_out": f"agency_id = {CURRENT}",
}

# The oldest revision whose code can work on this schema: what lets old and new processes run side by side while a
# release is rolled out. A revision that older code cannot live with raises it to itself.
FLOOR = """
CREATE TABLE schema_floor (oldest text NOT NULL);
INSERT INTO schema_floor VALUES ('0006');
GRANT SELECT ON schema_floor TO kc_app, kc_engine;
"""


def upgrade() -> None:
    """Let the engine ask for fresh statistics, and keep what proof is missing, settled or found elsewhere."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    for part in (STATISTICS, PLANNED, AFRESH, ATTEMPTS, SETTLEMENTS, EPOCH, FLOOR):
        op.execute(part)
    for table, condition in FENCES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_agency ON {table} TO kc_app USING ({condition})")
        op.execute(f"CREATE POLICY every_agency ON {table} TO kc_engine USING (true)")


def downgrade() -> None:
    """Take it away again."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute(BACK)
    op.execute("ALTER TABLE replan DROP COLUMN afresh")
    op.execute("ALTER TABLE agency DROP COLUMN planned_until")
    op.execute("DROP FUNCTION look_at_what_grew()")
