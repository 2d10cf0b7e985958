"""Tables that stay fast: messages, attempts and receipts in partitions by `period`, and the report in cells.

What was held becomes one partition for all that came before (`…_before`); an empty table becomes the partition for
whatever has no other (`…_other`). Rights, fences, indexes and keys are taken from the tables as they are, so this
revision need not repeat them. The others are made by `app.db.partitions`, ahead of their time.
"""

from datetime import date

from alembic import op
from sqlalchemy import text

revision = "0007"
down_revision = "0006"

LIKE = "INCLUDING DEFAULTS INCLUDING CONSTRAINTS"
PARTED = ("message", "attempt", "receipt")
KEYS = """
    SELECT conname AS name, pg_get_constraintdef(oid) AS written FROM pg_constraint
     WHERE conrelid = cast(:table AS regclass) AND contype IN ('p', 'u') ORDER BY 1
"""
INDEXES = """
    SELECT indexname AS name, indexdef AS written FROM pg_indexes
     WHERE schemaname = 'public' AND tablename = :table AND indexname NOT IN (
           SELECT conname FROM pg_constraint WHERE conrelid = cast(:table AS regclass)) ORDER BY 1
"""
GRANTS = """
    SELECT grantee AS name, string_agg(privilege_type, ', ' ORDER BY 1) AS written
      FROM information_schema.role_table_grants WHERE table_name = :table AND grantee IN ('kc_app', 'kc_engine')
     GROUP BY 1 ORDER BY 1
"""
LAST = "SELECT cast(date_trunc('year', max(period)) + interval '1 year' AS date) AS day FROM {table}"
NUMBERED = """
    CREATE SEQUENCE receipt_id_seq OWNED BY receipt.id;
    SELECT setval('receipt_id_seq', coalesce(max(id), 0) + 1, false) FROM receipt;
    ALTER TABLE receipt ALTER COLUMN id SET DEFAULT nextval('receipt_id_seq');
    GRANT USAGE ON SEQUENCE receipt_id_seq TO kc_app, kc_engine;
"""
NUMBERED_BEFORE = """
    ALTER TABLE receipt ALTER COLUMN id DROP DEFAULT;
    ALTER TABLE receipt ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;
    SELECT setval(pg_get_serial_sequence('receipt', 'id'), coalesce(max(id), 0) + 1, false) FROM receipt;
    GRANT USAGE ON SEQUENCE receipt_id_seq TO kc_app, kc_engine;
"""

KEY = "month, day, kind, channel, language, step, status, reason, template, provider, bucket"
CELL = """
  agency_id uuid NOT NULL,
  month date NOT NULL,
  {day}kind text NOT NULL,
  channel text NOT NULL,
  language text,
  step text,
  status text NOT NULL,
  reason text,
  template text NOT NULL,
  provider text,
  bucket smallint,
  n bigint NOT NULL,
  handed bigint NOT NULL,
  segments bigint NOT NULL,
  cost numeric NOT NULL
"""
DAY = "day date NOT NULL,\n  "
MONTH_KEY = KEY.replace(" day,", "")
CELLS = f"""
CREATE TABLE report_delta ({CELL.format(day=DAY)});
CREATE INDEX report_delta_agency ON report_delta (agency_id, month);
CREATE TABLE report_day ({CELL.format(day=DAY)});
CREATE UNIQUE INDEX report_day_key ON report_day (agency_id, {KEY}) NULLS NOT DISTINCT;
CREATE INDEX report_day_empty ON report_day (agency_id) WHERE n = 0;
CREATE TABLE report_month ({CELL.format(day="")});
CREATE UNIQUE INDEX report_month_key ON report_month (agency_id, {MONTH_KEY}) NULLS NOT DISTINCT;
CREATE INDEX report_month_empty ON report_month (agency_id) WHERE n = 0;
GRANT SELECT, INSERT ON report_delta TO kc_app;
GRANT SELECT ON report_day, report_month TO kc_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON report_delta, report_day, report_month TO kc_engine;
"""
# Four buckets to each doubling of the seconds (`app.rules.histogram`).
BUCKET = "CASE WHEN seconds >= 0 THEN cast(floor(ln(greatest(seconds, 0.01)) * 4 / ln(2.0::float8)) AS smallint) END"
FIELDS = "agency_id, month, zone, due_at, kind, channel, language, step, status, reason, template, provider, seconds"
GROUPED = f"""
    SELECT agency_id, month, cast(timezone(zone, due_at) AS date), kind, channel, language, step, status, reason,
           template, provider, {BUCKET}"""
COUNTED = "kind IN ('reminder', 'broadcast')"
PLACES = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12"
FIGURES = "{sign}count(*), {sign}count(handed_at), {sign}sum(segments), {sign}sum(cost)"
SIGNED = "sum(sign), sum(CASE WHEN handed_at IS NULL THEN 0 ELSE sign END), sum(segments * sign), sum(cost * sign)"
NOTE = f"""
CREATE FUNCTION note_message_counts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO report_delta {GROUPED}, {FIGURES.format(sign="")}
      FROM fresh WHERE {COUNTED} GROUP BY {PLACES};
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO report_delta {GROUPED}, {FIGURES.format(sign="-")}
      FROM gone WHERE {COUNTED} GROUP BY {PLACES};
  ELSE
    INSERT INTO report_delta {GROUPED}, {SIGNED}
      FROM (SELECT {FIELDS}, handed_at, segments, cost, -1 AS sign FROM gone WHERE {COUNTED}
             UNION ALL SELECT {FIELDS}, handed_at, segments, cost, 1 FROM fresh WHERE {COUNTED}) both_ways
     GROUP BY {PLACES} HAVING (sum(sign), sum(CASE WHEN handed_at IS NULL THEN 0 ELSE sign END),
                               sum(segments * sign), sum(cost * sign)) <> (0, 0, 0, 0);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER counts_added AFTER INSERT ON message REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION note_message_counts();
CREATE TRIGGER counts_moved AFTER UPDATE ON message REFERENCING OLD TABLE AS gone NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION note_message_counts();
CREATE TRIGGER counts_taken AFTER DELETE ON message REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION note_message_counts();
"""  # noqa: S608
HELD_BEFORE = f"""
INSERT INTO report_delta {GROUPED}, {FIGURES.format(sign="")} FROM message WHERE {COUNTED} GROUP BY {PLACES}
"""

# Lists are read from the newest on, whatever the month; the next care plans are looked for every day.
ORDERS = """
DROP INDEX message_listed;
CREATE INDEX message_newest ON message (agency_id, created_at, id, month);
CREATE INDEX renewal_care_plan ON renewal (agency_id, member_id, program, on_date)
  WHERE occasion = 'annual_care_plan' AND status = 'upcoming';
"""
ORDERS_BEFORE = """
DROP INDEX renewal_care_plan, message_newest;
CREATE INDEX message_listed ON message (agency_id, month, created_at, id);
"""

CURRENT = "NULLIF(current_setting('kc.agency', true), '')::uuid"


def found(query: str, table: str) -> dict[str, str]:
    """Ask the catalogue about a table: names, and what is written there under each."""
    return {row.name: row.written for row in op.get_bind().execute(text(query), {"table": table})}


def fence(table: str) -> None:
    """Let `kc_app` see only the rows of the transaction's agency (unset: none), `kc_engine` all."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_agency ON {table} TO kc_app USING (agency_id = {CURRENT})")
    op.execute(f"CREATE POLICY every_agency ON {table} TO kc_engine USING (true)")


def only_through_its_table(part: str) -> None:
    """Leave a partition nothing but the engine's own way in, by which rows are moved between partitions."""
    op.execute(f"REVOKE ALL ON {part} FROM kc_app, kc_engine")
    op.execute(f"GRANT SELECT, INSERT, DELETE ON {part} TO kc_engine")


def part(table: str) -> None:
    """Put a partitioned table over a plain one, which becomes its first partition without being copied."""
    keys, indexes, grants = found(KEYS, table), found(INDEXES, table), found(GRANTS, table)
    last = op.get_bind().execute(text(LAST.format(table=table))).scalar()
    ending = "_before" if last else "_other"
    if table == "receipt":
        op.execute("ALTER TABLE receipt ALTER COLUMN id DROP IDENTITY")
    op.execute(f"ALTER TABLE {table} RENAME TO {table}{ending}")
    for name in (*keys, *indexes):
        op.execute(f"ALTER INDEX {name} RENAME TO {name}{ending}")
    op.execute(f"CREATE TABLE {table} (LIKE {table}{ending} {LIKE}) PARTITION BY RANGE (period)")
    for name, written in keys.items():
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {written}")
    for written in indexes.values():
        op.execute(written)
    for role, rights in grants.items():
        op.execute(f"GRANT {rights} ON {table} TO {role}")
    fence(table)
    op.execute(f"DROP POLICY own_agency ON {table}{ending}")
    op.execute(f"ALTER TABLE {table}{ending} FORCE ROW LEVEL SECURITY")
    only_through_its_table(f"{table}{ending}")
    attach(table, last)


def attach(table: str, last: date | None) -> None:
    """Attach what was held before, and have a partition for whatever has no other."""
    if last:
        op.execute(f"ALTER TABLE {table} ATTACH PARTITION {table}_before FOR VALUES FROM (MINVALUE) TO ('{last}')")
        op.execute(f"CREATE TABLE {table}_other (LIKE {table} {LIKE})")
        op.execute(f"ALTER TABLE {table}_other ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table}_other FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY every_agency ON {table}_other TO kc_engine USING (true)")
        only_through_its_table(f"{table}_other")
    op.execute(f"ALTER TABLE {table} ATTACH PARTITION {table}_other DEFAULT")


def whole(table: str) -> None:
    """Put everything into one plain table again."""
    keys, indexes, grants = found(KEYS, table), found(INDEXES, table), found(GRANTS, table)
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE TABLE {table}_whole (LIKE {table} {LIKE})")
    op.execute(f"INSERT INTO {table}_whole SELECT * FROM {table}")  # noqa: S608
    if table == "receipt":
        op.execute("ALTER TABLE receipt ALTER COLUMN id DROP DEFAULT")
        op.execute("ALTER TABLE receipt_whole ALTER COLUMN id DROP DEFAULT")
    op.execute(f"DROP TABLE {table}")
    op.execute(f"ALTER TABLE {table}_whole RENAME TO {table}")
    for name, written in keys.items():
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {written}")
    for written in indexes.values():
        op.execute(written.replace(" ON ONLY ", " ON "))  # as a partitioned table's own is written
    for role, rights in grants.items():
        op.execute(f"GRANT {rights} ON {table} TO {role}")


def upgrade() -> None:
    """Part the tables, and count what they hold."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute(ORDERS)
    for table in PARTED:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        part(table)
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(NUMBERED)
    op.execute(CELLS)
    op.execute(NOTE)
    op.execute(HELD_BEFORE)
    for table in ("report_delta", "report_day", "report_month"):
        fence(table)
    for table in PARTED:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    """Make them plain tables again; the counts of what retention took away go with their cells."""
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("DROP TRIGGER counts_added ON message")
    op.execute("DROP TRIGGER counts_moved ON message")
    op.execute("DROP TRIGGER counts_taken ON message")
    op.execute("DROP FUNCTION note_message_counts()")
    op.execute("DROP TABLE report_delta, report_day, report_month")
    for table in PARTED:
        whole(table)
    op.execute(NUMBERED_BEFORE)
    op.execute(ORDERS_BEFORE)
    for table in PARTED:
        fence(table)
