"""What is remembered: agencies, members, consents, renewals, county events.

Every table has its agency in its keys. Names, addresses, references and events are sealed
(`*_sealed`); what is searched for has a blind index (`*_index`). Statuses are text with a CHECK,
because a new value of an enum cannot be used in the transaction that adds it.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

AGENCIES = """
CREATE TABLE agency (
  id uuid PRIMARY KEY,
  code text NOT NULL UNIQUE,
  profile jsonb NOT NULL,
  timezone text NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE TABLE sender (
  agency_id uuid NOT NULL REFERENCES agency,
  channel text NOT NULL CHECK (channel IN ('sms', 'email', 'voice')),
  address text NOT NULL,
  PRIMARY KEY (channel, address)
);
CREATE TABLE api_key (
  id text PRIMARY KEY,
  agency_id uuid NOT NULL REFERENCES agency,
  name text NOT NULL,
  digest bytea NOT NULL,
  scopes text[] NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
CREATE TABLE stored_answer (
  agency_id uuid NOT NULL,
  key text NOT NULL,
  request_digest bytea NOT NULL,
  result_sealed bytea NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (agency_id, key)
);
"""

MEMBERS = """
CREATE TABLE member (
  agency_id uuid NOT NULL REFERENCES agency,
  id uuid NOT NULL,
  ref_index bytea,
  ref_sealed bytea,
  key_sealed bytea NOT NULL,
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'moved', 'deceased', 'removed', 'merged')),
  to_county_code text,
  private_sealed bytea,
  language_written text,
  language_spoken text,
  timezone text,
  channels text[],
  stamps jsonb NOT NULL DEFAULT '{}',
  milestones jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, ref_index)
);
CREATE TABLE contact_point (
  agency_id uuid NOT NULL,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('phone', 'email')),
  value_sealed bytea NOT NULL,
  value_index bytea NOT NULL,
  rank smallint NOT NULL,
  line_kind text NOT NULL DEFAULT 'unknown' CHECK (line_kind IN ('mobile', 'landline', 'unknown')),
  zone text,
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'bounced', 'wrong_person', 'opted_out')),
  listed boolean NOT NULL DEFAULT true,
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, member_id, value_index),
  FOREIGN KEY (agency_id, member_id) REFERENCES member ON DELETE CASCADE
);
CREATE UNIQUE INDEX contact_point_id ON contact_point (id);
CREATE INDEX contact_point_value ON contact_point (agency_id, value_index);
"""

CONSENTS = """
CREATE TABLE consent (
  agency_id uuid NOT NULL,
  id uuid NOT NULL,
  member_id uuid,
  address_index bytea NOT NULL,
  channel text NOT NULL CHECK (channel IN ('sms', 'email', 'voice')),
  purpose text NOT NULL,
  granted boolean NOT NULL,
  basis text NOT NULL,
  evidence_sealed bytea,
  wording text,
  language text,
  source text NOT NULL,
  at timestamptz NOT NULL,
  until timestamptz,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (agency_id, id)
);
CREATE INDEX consent_member ON consent (agency_id, member_id, at);
CREATE INDEX consent_address ON consent (agency_id, address_index, at);
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON consent
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TABLE consent_state (
  agency_id uuid NOT NULL,
  member_id uuid NOT NULL,
  address_index bytea NOT NULL,
  channel text NOT NULL,
  purpose text NOT NULL,
  granted boolean NOT NULL,
  at timestamptz NOT NULL,
  tie text NOT NULL DEFAULT '',
  until timestamptz,
  PRIMARY KEY (agency_id, member_id, channel, purpose, address_index)
);
CREATE TABLE address_stop (
  agency_id uuid NOT NULL,
  address_index bytea NOT NULL,
  channel text NOT NULL,
  stopped boolean NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (agency_id, address_index, channel)
);
"""

RENEWALS = """
CREATE TABLE renewal (
  agency_id uuid NOT NULL,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  program text NOT NULL,
  renewal_month date NOT NULL CHECK (extract(day FROM renewal_month) = 1),
  cycle_months smallint NOT NULL DEFAULT 12,
  owner text NOT NULL DEFAULT 'county' CHECK (owner IN ('county', 'ssa')),
  status text NOT NULL CHECK (status IN ('unknown', 'upcoming', 'auto_renewed', 'packet_mailed',
    'information_requested', 'form_received', 'renewed', 'discontinued_procedural', 'ineligible',
    'restored', 'cure_expired', 'canceled')),
  packet_mailed_on date,
  requested_on date,
  due_on date,
  received_on date,
  effective_on date,
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, member_id, program, renewal_month),
  FOREIGN KEY (agency_id, member_id) REFERENCES member ON DELETE CASCADE
);
CREATE TABLE replan (
  agency_id uuid NOT NULL,
  renewal_id uuid NOT NULL,
  PRIMARY KEY (agency_id, renewal_id)
);
CREATE TABLE county_event (
  agency_id uuid NOT NULL,
  id uuid NOT NULL,
  source text NOT NULL,
  event_id text NOT NULL,
  type text NOT NULL,
  time timestamptz NOT NULL,
  member_id uuid NOT NULL,
  payload_digest bytea NOT NULL,
  payload_sealed bytea NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('applied', 'stale')),
  received_at timestamptz NOT NULL,
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, source, event_id)
);
CREATE INDEX county_event_member ON county_event (agency_id, member_id, time);
"""

SIGN_UPS = """
CREATE TABLE signup (
  agency_id uuid NOT NULL REFERENCES agency,
  id uuid NOT NULL,
  channel text NOT NULL CHECK (channel IN ('sms', 'email', 'voice')),
  address_sealed bytea NOT NULL,
  address_index bytea NOT NULL,
  language text NOT NULL,
  renewal_month date,
  wording text NOT NULL,
  code_digest bytea NOT NULL,
  tries smallint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  confirmed_at timestamptz,
  PRIMARY KEY (agency_id, id)
);
CREATE UNIQUE INDEX signup_id ON signup (id);
CREATE INDEX signup_address ON signup (agency_id, address_index, created_at);
CREATE TABLE inbound (
  agency_id uuid NOT NULL REFERENCES agency,
  provider text NOT NULL,
  key text NOT NULL,
  from_index bytea NOT NULL,
  from_sealed bytea NOT NULL,
  body_sealed bytea NOT NULL,
  meaning text NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (agency_id, provider, key)
);
CREATE INDEX inbound_from ON inbound (agency_id, from_index, received_at);
"""

PARTS = (AGENCIES, MEMBERS, CONSENTS, RENEWALS, SIGN_UPS)
TABLES = (
    "inbound, signup, county_event, replan, renewal, address_stop, consent_state, consent,"
    " contact_point, member, stored_answer, api_key, sender, agency"
)


def upgrade() -> None:
    """Create what is remembered of agencies and members."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    for part in PARTS:
        op.execute(part)


def downgrade() -> None:
    """Forget it all."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute(f"DROP TABLE {TABLES} CASCADE")
    op.execute("DROP FUNCTION refuse_change()")
