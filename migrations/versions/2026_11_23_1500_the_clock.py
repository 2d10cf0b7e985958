"""The renewal clock: occasions, places, ladders and their versions, switches, broadcasts, the time a text leaves.

An *occasion* is what falls due for a member: a renewal, a birthday, a care plan, a notice. They share one
table, so that one engine plans them all. A *place* says where a person may be, as zones and states
(`schedules.places`). Of the messages that there are, only those are told where and of which ladder they are
that are still open, or count towards a cap: a table of millions is not written anew while everybody waits.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

OCCASIONS = """
ALTER TABLE renewal
  ADD COLUMN occasion text NOT NULL DEFAULT 'renewal',
  ADD COLUMN on_date date,
  ADD COLUMN status_on date,
  ADD COLUMN cycle smallint NOT NULL DEFAULT 12;
UPDATE renewal SET cycle = 6 WHERE cycle_months = 6 AND renewal_month >= '2027-01-01';
ALTER TABLE renewal DROP CONSTRAINT renewal_agency_id_member_id_program_renewal_month_key;
ALTER TABLE renewal ADD CONSTRAINT renewal_occasion UNIQUE (agency_id, member_id, program, occasion, renewal_month);
CREATE INDEX renewal_month ON renewal (agency_id, renewal_month) WHERE status <> 'canceled';
CREATE INDEX renewal_ended ON renewal (effective_on) WHERE status = 'discontinued_procedural';
ALTER TABLE member ADD COLUMN born_in date CHECK (extract(day FROM born_in) = 1);
"""

PLACES = """
ALTER TABLE contact_point ADD COLUMN place text;
CREATE INDEX contact_point_unplaced ON contact_point (agency_id, member_id) WHERE listed AND place IS NULL;
ALTER TABLE message
  ADD COLUMN place text NOT NULL DEFAULT '',
  ADD COLUMN ladder text,
  ADD COLUMN anchor_on date,
  ADD COLUMN about_on date,
  ADD COLUMN bundled_into uuid,
  ADD COLUMN broadcast_id uuid,
  ADD COLUMN purpose text NOT NULL DEFAULT 'renewal';
UPDATE message SET place = zone || ';', ladder = CASE WHEN kind = 'reminder' THEN 'medi_cal_renewal' END,
       anchor_on = CASE WHEN kind = 'reminder' THEN period END
 WHERE status IN ('planned', 'sending', 'sent', 'unknown', 'undelivered')
    OR handed_at > now() - interval '40 days' OR status = 'skipped' AND deadline_at > now() - interval '40 days';
CREATE INDEX message_bundled ON message (bundled_into) WHERE bundled_into IS NOT NULL;
CREATE INDEX message_of_broadcast ON message (broadcast_id) WHERE broadcast_id IS NOT NULL;
CREATE INDEX message_canceled ON message (renewal_id, step, channel) WHERE kind = 'reminder' AND status = 'canceled';
CREATE INDEX message_handed ON message (agency_id, channel, handed_at) WHERE handed_at IS NOT NULL;
"""

LADDERS = """
CREATE TABLE ladder_version (
  id uuid PRIMARY KEY,
  agency_id uuid REFERENCES agency,
  name text NOT NULL,
  version integer NOT NULL,
  source text NOT NULL,
  digest bytea NOT NULL,
  created_at timestamptz NOT NULL,
  UNIQUE NULLS NOT DISTINCT (agency_id, name, version)
);
GRANT SELECT ON ladder_version TO kc_app;
GRANT SELECT, INSERT ON ladder_version TO kc_engine;
"""

SWITCHES = """
CREATE TABLE switch (
  agency_id uuid NOT NULL REFERENCES agency,
  id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('pause', 'stop', 'hardship', 'brake')),
  program text,
  county_code text,
  channel text CHECK (channel IN ('sms', 'email', 'voice')),
  ladder text,
  reason text NOT NULL,
  set_by text NOT NULL,
  set_at timestamptz NOT NULL,
  until timestamptz,
  lifted_at timestamptz,
  lifted_by text,
  held integer NOT NULL DEFAULT 0,
  PRIMARY KEY (agency_id, id)
);
CREATE INDEX switch_on ON switch (agency_id) WHERE lifted_at IS NULL;
CREATE INDEX message_reached ON message
  (agency_id, contact_point_id, channel, (CASE WHEN handed_at IS NULL THEN 'infinity' ELSE handed_at END))
  WHERE status IN ('sending', 'sent', 'delivered', 'unknown');
CREATE INDEX message_held ON message (agency_id)
  WHERE status = 'planned' AND reason IN ('paused', 'hardship', 'brake');
CREATE INDEX message_ill ON message (agency_id, channel, ended_at) WHERE status IN ('undelivered', 'failed');
CREATE INDEX address_stop_at ON address_stop (at) WHERE stopped;
CREATE TABLE heartbeat (
  stage text PRIMARY KEY,
  at_on_machine timestamptz NOT NULL,
  at timestamptz NOT NULL,
  done bigint NOT NULL DEFAULT 0
);
GRANT SELECT, INSERT, UPDATE, DELETE ON switch TO kc_app, kc_engine;
GRANT SELECT, INSERT, UPDATE ON heartbeat TO kc_app, kc_engine;
"""

BROADCASTS = """
CREATE TABLE broadcast (
  agency_id uuid NOT NULL REFERENCES agency,
  id uuid NOT NULL,
  template text NOT NULL,
  purpose text NOT NULL,
  audience jsonb NOT NULL,
  channels text[] NOT NULL,
  starts_at timestamptz NOT NULL,
  deadline_at timestamptz NOT NULL,
  status text NOT NULL CHECK (status IN ('draft', 'approved', 'planned', 'canceled')),
  written_by text NOT NULL,
  written_key text NOT NULL,
  written_at timestamptz NOT NULL,
  approved_by text,
  approved_key text,
  approved_at timestamptz,
  canceled_by text,
  canceled_at timestamptz,
  counts jsonb NOT NULL,
  PRIMARY KEY (agency_id, id)
);
CREATE INDEX broadcast_approved ON broadcast (agency_id) WHERE status = 'approved';
GRANT SELECT, INSERT, UPDATE ON broadcast TO kc_app, kc_engine;
"""

LATER = """
ALTER TABLE attempt
  ADD COLUMN send_at timestamptz,
  ADD COLUMN fence text NOT NULL DEFAULT '',
  ADD COLUMN withdraw_at timestamptz,
  ADD COLUMN withdraw_reason text;
CREATE INDEX attempt_withdraw ON attempt (withdraw_at) WHERE withdraw_at IS NOT NULL;
CREATE INDEX attempt_fence ON attempt (fence) WHERE fence <> '';
CREATE INDEX attempt_later ON attempt (send_at) WHERE send_at IS NOT NULL;
"""

BACK = """
DROP INDEX attempt_later, attempt_fence, attempt_withdraw;
ALTER TABLE attempt DROP COLUMN send_at, DROP COLUMN fence, DROP COLUMN withdraw_at, DROP COLUMN withdraw_reason;
DROP TABLE broadcast, heartbeat, switch, ladder_version;
DROP INDEX message_handed, message_canceled, message_bundled, message_of_broadcast, message_reached,
  message_held, message_ill, address_stop_at;
ALTER TABLE message DROP COLUMN place, DROP COLUMN ladder, DROP COLUMN anchor_on, DROP COLUMN about_on,
  DROP COLUMN bundled_into, DROP COLUMN broadcast_id, DROP COLUMN purpose;
DROP INDEX contact_point_unplaced;
ALTER TABLE contact_point DROP COLUMN place;
ALTER TABLE member DROP COLUMN born_in;
DELETE FROM message WHERE renewal_id IN (SELECT id FROM renewal WHERE occasion <> 'renewal');
DELETE FROM renewal WHERE occasion <> 'renewal';
DROP INDEX renewal_ended, renewal_month;
ALTER TABLE renewal DROP CONSTRAINT renewal_occasion;
ALTER TABLE renewal DROP COLUMN occasion, DROP COLUMN on_date, DROP COLUMN status_on, DROP COLUMN cycle;
ALTER TABLE renewal ADD UNIQUE (agency_id, member_id, program, renewal_month);
"""

CURRENT = "NULLIF(current_setting('kc.agency', true), '')::uuid"
FENCES = {
    "ladder_version": f"agency_id IS NULL OR agency_id = {CURRENT}",
    "switch": f"agency_id = {CURRENT}",
    "heartbeat": "true",
    "broadcast": f"agency_id = {CURRENT}",
}


def upgrade() -> None:
    """Add what the clock needs to know."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    for part in (OCCASIONS, PLACES, LADDERS, SWITCHES, BROADCASTS, LATER):
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
