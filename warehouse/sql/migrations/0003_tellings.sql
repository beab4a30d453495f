-- What the world tells (articles, postings) and what was made of it (stories, hiring, score, brief).

-- The newest state of each role on a board: `closed_at` NULL while it is open. `collector` of the first sight.
CREATE TABLE posting (
    account_id VARCHAR, source VARCHAR, board VARCHAR, posting_id VARCHAR, title VARCHAR, url VARCHAR,
    posted_on DATE, department VARCHAR, "function" VARCHAR, place VARCHAR, technologies VARCHAR[], needs JSON,
    collector VARCHAR, first_seen_at TIMESTAMP, last_seen_at TIMESTAMP, closed_at TIMESTAMP
);
-- Every look at a board; append-only. Only complete ones count for a trend.
CREATE TABLE board_look (
    run_id VARCHAR, account_id VARCHAR, source VARCHAR, board VARCHAR, seen_at TIMESTAMP, open_roles INTEGER,
    collector VARCHAR, complete BOOLEAN
);
-- Articles read, so that the same telling is judged once; the text itself lies among the stored responses.
-- `verdict`: told (signals came of it), no_event, not_ours (about somebody else, or nobody sure), disowned (by feedback).
CREATE TABLE article (
    id VARCHAR, run_id VARCHAR, account_id VARCHAR, source VARCHAR, record_id VARCHAR, title VARCHAR, url VARCHAR,
    published_at TIMESTAMP, own BOOLEAN, read_at TIMESTAMP, body_sha256 VARCHAR, about_probability DOUBLE,
    signals INTEGER, verdict VARCHAR, event_classes VARCHAR[]
);
-- One event however often it was told: signals of one account and class, near in time and alike in words.
CREATE TABLE story (
    id VARCHAR, account_id VARCHAR, event_class VARCHAR, status VARCHAR, title VARCHAR, happened_on DATE,
    first_told_at TIMESTAMP, last_told_at TIMESTAMP, signal_ids VARCHAR[], sources VARCHAR[], urls VARCHAR[],
    confidence DOUBLE, counterparties VARCHAR[], slots JSON, because VARCHAR, run_id VARCHAR, first_run_id VARCHAR
);
-- The newest judgement per account, rewritten by every run that touches the account.
CREATE TABLE hiring (
    account_id VARCHAR, as_of TIMESTAMP, open_roles INTEGER, opened_30 INTEGER, closed_30 INTEGER, trend VARCHAR,
    reason VARCHAR, by_function JSON, by_place JSON, technologies JSON, needs JSON, series JSON, run_id VARCHAR
);
CREATE TABLE score (
    account_id VARCHAR, as_of TIMESTAMP, "value" DOUBLE, fit DOUBLE, band VARCHAR, tier VARCHAR, parts JSON,
    run_id VARCHAR
);
CREATE TABLE brief (
    account_id VARCHAR, lang VARCHAR, as_of TIMESTAMP, text VARCHAR, sections JSON, run_id VARCHAR
);
-- What is told of the competitors that are watched: one row per happening and account it was read for. `beside`: the
-- account stands in the text too.
CREATE TABLE watched (
    id VARCHAR, run_id VARCHAR, competitor VARCHAR, event_class VARCHAR, status VARCHAR, title VARCHAR, url VARCHAR,
    source VARCHAR, published_at TIMESTAMP, happened_on DATE, counterparties VARCHAR[], place VARCHAR, region VARCHAR,
    industry VARCHAR, account_id VARCHAR, beside BOOLEAN, confidence DOUBLE, passage VARCHAR
);
-- Signals that people took back (feedback `wrong-company`, `wrong-event`): they contradict nothing and count for nothing.
CREATE TABLE disowned (signal_id VARCHAR, account_id VARCHAR, what VARCHAR, noted_at TIMESTAMP);
