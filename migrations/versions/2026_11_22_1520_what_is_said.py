"""What is said: templates, messages, attempts, receipts, and the clocks and rates they go by.

`period` (the renewal month, else the month of creation; it never changes) stands in the keys, so that
messages, attempts and receipts can be partitioned by it.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

TEMPLATES = """
CREATE TABLE template_version (
  id uuid PRIMARY KEY,
  agency_id uuid REFERENCES agency,
  key text NOT NULL,
  language text NOT NULL,
  version integer NOT NULL,
  source text NOT NULL,
  digest bytea NOT NULL,
  review text NOT NULL,
  created_at timestamptz NOT NULL,
  UNIQUE NULLS NOT DISTINCT (agency_id, key, language, version)
);
"""

MESSAGES = """
CREATE TABLE message (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  period date NOT NULL,
  agency_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('reminder', 'code', 'reply', 'welcome', 'broadcast', 'test')),
  once_key text,
  member_id uuid,
  renewal_id uuid,
  step text,
  channel text NOT NULL CHECK (channel IN ('sms', 'email', 'voice', 'none')),
  contact_point_id uuid,
  address_sealed bytea,
  words_sealed bytea,
  template text NOT NULL,
  template_version_id uuid,
  language text,
  zone text NOT NULL,
  status text NOT NULL CHECK (status IN ('planned', 'sending', 'sent', 'delivered', 'undelivered',
    'failed', 'unknown', 'canceled', 'skipped', 'expired')),
  reason text,
  priority smallint NOT NULL DEFAULT 5,
  month date NOT NULL,
  first_due_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  deadline_at timestamptz NOT NULL,
  tries smallint NOT NULL DEFAULT 0,
  provider text,
  segments smallint NOT NULL DEFAULT 0,
  cost numeric(10, 6) NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  handed_at timestamptz,
  ended_at timestamptz,
  seconds real,
  PRIMARY KEY (id, period)
);
CREATE UNIQUE INDEX message_once ON message (renewal_id, step, channel, period)
  WHERE kind = 'reminder' AND status <> 'canceled';
CREATE UNIQUE INDEX message_once_key ON message (agency_id, once_key, period)
  WHERE once_key IS NOT NULL;
CREATE INDEX message_due ON message (agency_id, channel, due_at, id) WHERE status = 'planned';
CREATE INDEX message_urgent ON message (agency_id, channel, due_at, id) WHERE status = 'planned' AND priority < 5;
CREATE INDEX message_open ON message (agency_id, handed_at) WHERE status IN ('sending', 'sent');
CREATE INDEX message_member ON message (agency_id, member_id);
CREATE INDEX message_listed ON message (agency_id, month, created_at, id);
"""

ATTEMPTS = """
CREATE TABLE attempt (
  id uuid NOT NULL,
  period date NOT NULL,
  agency_id uuid NOT NULL,
  message_id uuid NOT NULL,
  number smallint NOT NULL,
  state text NOT NULL CHECK (state IN ('intended', 'accepted', 'rejected', 'unclear', 'absent')),
  channel text NOT NULL,
  provider text NOT NULL,
  provider_id text,
  code text NOT NULL,
  proof text,
  reason text,
  provider_code text,
  segments smallint NOT NULL DEFAULT 0,
  intended_at timestamptz NOT NULL,
  intended_on_machine timestamptz NOT NULL,
  lease_until timestamptz NOT NULL,
  accepted_at timestamptz,
  accepted_on_machine timestamptz,
  look_at timestamptz,
  looks smallint NOT NULL DEFAULT 0,
  PRIMARY KEY (id, period)
);
CREATE UNIQUE INDEX attempt_open ON attempt (message_id, period)
  WHERE state IN ('intended', 'unclear', 'accepted');
CREATE INDEX attempt_message ON attempt (message_id);
CREATE INDEX attempt_waiting ON attempt (lease_until) WHERE state IN ('intended', 'unclear');
CREATE TABLE receipt (
  id bigint GENERATED ALWAYS AS IDENTITY,
  period date NOT NULL,
  agency_id uuid NOT NULL,
  attempt_id uuid NOT NULL,
  provider text NOT NULL,
  key text NOT NULL,
  status text NOT NULL CHECK (status IN ('accepted', 'delivered', 'undelivered')),
  provider_id text NOT NULL DEFAULT '',
  reason text NOT NULL DEFAULT '',
  provider_code text NOT NULL DEFAULT '',
  received_at timestamptz NOT NULL,
  received_on_machine timestamptz NOT NULL,
  applied_at timestamptz,
  PRIMARY KEY (id, period),
  UNIQUE (provider, attempt_id, key, period)
);
CREATE INDEX receipt_waiting ON receipt (id) WHERE applied_at IS NULL;
CREATE INDEX receipt_attempt ON receipt (attempt_id);
"""

CLOCKS = """
CREATE TABLE business_clock (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  ahead interval NOT NULL DEFAULT '0'
);
INSERT INTO business_clock DEFAULT VALUES;
CREATE UNLOGGED TABLE rate_limit (key text PRIMARY KEY, taken_until timestamptz NOT NULL);
"""

ROLES = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kc_app') THEN CREATE ROLE kc_app NOLOGIN; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kc_engine') THEN CREATE ROLE kc_engine NOLOGIN; END IF;
  EXECUTE 'GRANT kc_app, kc_engine TO ' || quote_ident(current_user);
END $$;
GRANT USAGE ON SCHEMA public TO kc_app, kc_engine;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO kc_app, kc_engine;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO kc_app, kc_engine;
REVOKE ALL ON alembic_version FROM kc_app, kc_engine;
GRANT SELECT ON alembic_version TO kc_app, kc_engine;
REVOKE UPDATE, DELETE, TRUNCATE ON consent, county_event FROM kc_app, kc_engine;
REVOKE UPDATE, DELETE ON receipt FROM kc_app;
REVOKE INSERT, UPDATE, DELETE ON agency, sender, api_key, template_version, business_clock FROM kc_app;
"""

REMEMBERED = (
    "sender", "api_key", "stored_answer", "member", "contact_point", "consent", "consent_state",
    "address_stop", "renewal", "replan", "county_event", "signup", "inbound",
)  # fmt: skip
OF_ONE_AGENCY = (*REMEMBERED, "message", "attempt", "receipt")
CURRENT = "NULLIF(current_setting('kc.agency', true), '')::uuid"


def fence(table: str, condition: str) -> None:
    """Let `kc_app` see only the rows of the transaction's agency (unset: none), `kc_engine` all."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_agency ON {table} TO kc_app USING ({condition})")
    op.execute(f"CREATE POLICY every_agency ON {table} TO kc_engine USING (true)")


def upgrade() -> None:
    """Create what is said, and fence every table."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    for part in (TEMPLATES, MESSAGES, ATTEMPTS, CLOCKS, ROLES):
        op.execute(part)
    for table in OF_ONE_AGENCY:
        fence(table, f"agency_id = {CURRENT}")
    fence("agency", f"id = {CURRENT}")
    fence("template_version", f"agency_id IS NULL OR agency_id = {CURRENT}")
    for table in ("business_clock", "rate_limit"):
        fence(table, "true")


def downgrade() -> None:
    """Forget it all; the roles stay, because they belong to the whole server."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("DROP TABLE receipt, attempt, message, template_version, business_clock, rate_limit")
    for table in (*REMEMBERED, "agency"):
        op.execute(f"DROP POLICY own_agency ON {table}")
        op.execute(f"DROP POLICY every_agency ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
