"""Signing up: codes bound to the browser that asked, brakes against pumping and guessing, places where flyers hang."""

from alembic import op

revision = "0009"
down_revision = "0008"

FORTH = """
ALTER TABLE signup
  ADD COLUMN browser_digest bytea,
  ADD COLUMN spoken text,
  ADD COLUMN place text,
  ADD COLUMN network_index bytea,
  ADD COLUMN for_somebody_else boolean NOT NULL DEFAULT false,
  ADD COLUMN kind text NOT NULL DEFAULT 'code' CHECK (kind IN ('code', 'text_join')),
  ADD COLUMN zip_sealed bytea,
  ADD COLUMN shown_in text;
CREATE TABLE brake_count (
  scope text NOT NULL,
  key bytea NOT NULL,
  begins_at timestamptz NOT NULL,
  n integer NOT NULL,
  PRIMARY KEY (scope, key, begins_at)
);
CREATE INDEX brake_count_old ON brake_count (begins_at);
-- Counts one of each, in order, up to the first that is at its most; returns its place, 0 for none. The window slides:
-- of what the window before let through, that part counts which lies within one window's length from now.
CREATE FUNCTION take_brakes(
  scopes text[], keys bytea[], begin_at timestamptz[], before_at timestamptz[], most integer[], gone float8[]
) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE carried float8;
BEGIN
  FOR place IN 1 .. cardinality(scopes) LOOP
    SELECT coalesce(max(b.n), 0) * (1 - gone[place]) INTO carried FROM brake_count b
     WHERE b.scope = scopes[place] AND b.key = keys[place] AND b.begins_at = before_at[place];
    IF 1 + carried > most[place] THEN
      RETURN place;
    END IF;
    INSERT INTO brake_count AS held (scope, key, begins_at, n)
    VALUES (scopes[place], keys[place], begin_at[place], 1)
    ON CONFLICT (scope, key, begins_at) DO UPDATE SET n = held.n + 1 WHERE held.n + 1 + carried <= most[place];
    IF NOT FOUND THEN
      RETURN place;
    END IF;
  END LOOP;
  RETURN 0;
END $$;
CREATE TABLE flyer (
  agency_id uuid NOT NULL REFERENCES agency,
  place text NOT NULL,
  name text NOT NULL,
  language text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (agency_id, place)
);
CREATE UNIQUE INDEX flyer_place ON flyer (place);
CREATE TABLE flyer_day (
  agency_id uuid NOT NULL,
  place text NOT NULL,
  day date NOT NULL,
  visits integer NOT NULL DEFAULT 0,
  signups integer NOT NULL DEFAULT 0,
  PRIMARY KEY (agency_id, place, day)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON brake_count, flyer, flyer_day TO kc_app, kc_engine;
"""

BACK = """
DROP FUNCTION take_brakes;
DROP TABLE flyer_day, flyer, brake_count;
ALTER TABLE signup DROP COLUMN browser_digest, DROP COLUMN spoken, DROP COLUMN place, DROP COLUMN network_index,
  DROP COLUMN for_somebody_else, DROP COLUMN kind, DROP COLUMN zip_sealed, DROP COLUMN shown_in;
"""

CURRENT = "NULLIF(current_setting('kc.agency', true), '')::uuid"
FENCED = ("flyer", "flyer_day")
"""Tables with an agency's rows."""


def upgrade() -> None:
    """Make room for codes that are bound, for brakes and for flyers."""
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
