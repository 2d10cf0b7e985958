-- The simulator's book. What was accepted and what then happened is only ever added to;
-- `callbacks` is the list of what is still to be done.
CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    direction TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    body TEXT NOT NULL,
    reference TEXT NOT NULL,
    accepted_at TEXT NOT NULL,
    first_status TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS messages_recipient ON messages (recipient, seq);
CREATE INDEX IF NOT EXISTS messages_sender ON messages (sender, seq);
CREATE INDEX IF NOT EXISTS messages_reference ON messages (reference, seq);

CREATE TABLE IF NOT EXISTS facts (
    seq INTEGER PRIMARY KEY,
    message INTEGER NOT NULL REFERENCES messages (seq),
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    code TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS facts_message ON facts (message, kind, seq);

CREATE TABLE IF NOT EXISTS callbacks (
    seq INTEGER PRIMARY KEY,
    message INTEGER NOT NULL REFERENCES messages (seq),
    lane TEXT NOT NULL,
    due REAL NOT NULL,
    status TEXT NOT NULL,
    code TEXT NOT NULL,
    told INTEGER NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'given_up', 'dropped'))
) STRICT;
CREATE INDEX IF NOT EXISTS callbacks_pending ON callbacks (message, seq) WHERE state = 'pending';

CREATE TRIGGER IF NOT EXISTS messages_stay BEFORE UPDATE ON messages
BEGIN SELECT RAISE(ABORT, 'the book is only added to'); END;
CREATE TRIGGER IF NOT EXISTS messages_are_kept BEFORE DELETE ON messages
BEGIN SELECT RAISE(ABORT, 'the book is only added to'); END;
CREATE TRIGGER IF NOT EXISTS facts_stay BEFORE UPDATE ON facts
BEGIN SELECT RAISE(ABORT, 'the book is only added to'); END;
CREATE TRIGGER IF NOT EXISTS facts_are_kept BEFORE DELETE ON facts
BEGIN SELECT RAISE(ABORT, 'the book is only added to'); END;

CREATE VIEW IF NOT EXISTS present AS
SELECT
    m.*,
    coalesce((
        SELECT f.value FROM facts AS f WHERE f.message = m.seq AND f.kind = 'status' ORDER BY f.seq DESC LIMIT 1
    ), m.first_status) AS status,
    coalesce((
        SELECT f.code FROM facts AS f WHERE f.message = m.seq AND f.kind = 'status' ORDER BY f.seq DESC LIMIT 1
    ), '') AS code,
    coalesce((
        SELECT group_concat(said.value, char(10))
        FROM (SELECT f.value FROM facts AS f WHERE f.message = m.seq AND f.kind = 'spoken' ORDER BY f.seq) AS said
    ), m.body) AS words,
    EXISTS (SELECT 1 FROM facts AS f WHERE f.message = m.seq AND f.kind = 'redacted') AS redacted,
    EXISTS (SELECT 1 FROM facts AS f WHERE f.message = m.seq AND f.kind = 'deleted') AS deleted
FROM messages AS m;
