"""Standing: what the database server says of itself, its roles, its promises and its tables."""

from typing import Any

from sqlalchemy import Row, text

from app.db.transaction import Session

SERVER = text("""
    SELECT current_setting('server_version_num')::int AS version, pg_is_in_recovery() AS standby,
           current_setting('synchronous_commit') AS synchronous_commit, current_setting('fsync') AS fsync,
           current_setting('full_page_writes') AS full_page_writes, current_setting('autovacuum') AS autovacuum,
           current_setting('synchronous_standby_names') AS standbys,
           (SELECT count(*) FROM pg_stat_replication) AS replicas,
           inet_server_addr() IS NULL OR coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)
             AS private,
           clock_timestamp() AS now
""")
ROLES = text("""
    SELECT wanted.name, coalesce(pg_has_role(session_user, r.oid, 'MEMBER'), false) AS ours,
           coalesce(r.rolsuper OR r.rolbypassrls, false) AS above,
           (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) AS superuser
      FROM unnest(ARRAY['kc_app', 'kc_engine']) wanted (name) LEFT JOIN pg_roles r ON r.rolname = wanted.name ORDER BY 1
""")
TABLES = text("""
    SELECT relname AS name, n_live_tup AS live, n_dead_tup AS dead,
           greatest(last_analyze, last_autoanalyze) IS NULL AS never_looked_at FROM pg_stat_user_tables
     WHERE schemaname = 'public' AND n_live_tup + n_dead_tup > :many ORDER BY n_live_tup DESC
""")


async def server(session: Session) -> Row[Any]:
    """Return what the server promises, and whether it is a standby."""
    [row] = await session.all(SERVER)
    return row


async def roles(session: Session) -> list[Row[Any]]:
    """Return our two roles: whether they are ours to take, and whether they or we stand above row-level security."""
    return list(await session.all(ROLES))


async def big_tables(session: Session, many: int) -> list[Row[Any]]:
    """Return the tables with many rows, and what the server knows of them."""
    return list(await session.all(TABLES, many=many))
