-- The index of stored responses (SQLite, beside the bodies): what a URL answered, and when.
-- In:  nothing. Out: tables response, dropped. Times are ISO 8601 in UTC. A row whose body was dropped keeps its hash.

CREATE TABLE IF NOT EXISTS response (
    id           INTEGER PRIMARY KEY,
    url          TEXT NOT NULL,
    final_url    TEXT NOT NULL,
    status       INTEGER NOT NULL,
    headers      TEXT NOT NULL,
    body_sha256  TEXT NOT NULL,
    body_bytes   INTEGER NOT NULL,
    fetched_at   TEXT NOT NULL,
    confirmed_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS response_by_url ON response (url, id DESC);
CREATE INDEX IF NOT EXISTS response_by_body ON response (body_sha256);
CREATE TABLE IF NOT EXISTS dropped (body_sha256 TEXT PRIMARY KEY) WITHOUT ROWID;
