-- The first schema. No keys or indexes: DuckLake has none, and they tripled the file for no gain.
-- Times are TIMESTAMP in UTC. Ids are made in Python. Long tables are append-only.

CREATE TABLE run (
    number INTEGER, id VARCHAR, kind VARCHAR, status VARCHAR, started_at TIMESTAMP, as_of TIMESTAMP,
    finished_at TIMESTAMP, counts JSON, error VARCHAR
);
CREATE TABLE shard (
    run_id VARCHAR, shard VARCHAR, status VARCHAR, accounts INTEGER, noted_at TIMESTAMP, error VARCHAR
);
CREATE TABLE field_spec (
    name VARCHAR, category VARCHAR, label_en VARCHAR, label_zh VARCHAR, ttl_days INTEGER, hold_days INTEGER,
    min_confidence DOUBLE, weight DOUBLE, policy VARCHAR, sensitive BOOLEAN, many BOOLEAN,
    prefer_kinds VARCHAR[], never_kinds VARCHAR[], wrong_kinds VARCHAR[], crm_column VARCHAR
);
CREATE TABLE authority (field VARCHAR, source VARCHAR, weight DOUBLE);

-- What the CRM said: the newest pull, and every value it ever held while we looked.
CREATE TABLE crm_account (
    account_id VARCHAR, name VARCHAR, last_modified TIMESTAMP, last_modified_by VARCHAR, held BOOLEAN,
    version VARCHAR, country VARCHAR, website VARCHAR
);
CREATE TABLE crm_value (
    account_id VARCHAR, field VARCHAR, value VARCHAR, key VARCHAR, problem VARCHAR, changed_at TIMESTAMP,
    changed_by VARCHAR, actor VARCHAR, own_history BOOLEAN, first_seen_at TIMESTAMP, cleared BOOLEAN
);
CREATE TABLE pull (run_id VARCHAR, accounts INTEGER, fingerprint VARCHAR, noted_at TIMESTAMP);
CREATE TABLE crm_history (
    run_id VARCHAR, seen_at TIMESTAMP, account_id VARCHAR, field VARCHAR, value VARCHAR, key VARCHAR,
    changed_at TIMESTAMP, changed_by VARCHAR, actor VARCHAR
);

-- What the world said.
CREATE TABLE observation (
    id VARCHAR, run_id VARCHAR, account_id VARCHAR, field VARCHAR, value VARCHAR, key VARCHAR, kind VARCHAR,
    display VARCHAR, source VARCHAR, record_id VARCHAR, url VARCHAR, passage VARCHAR, selector VARCHAR,
    body_sha256 VARCHAR, fetched_at TIMESTAMP, confidence DOUBLE, extractor VARCHAR, observed_at TIMESTAMP
);
CREATE TABLE signal (
    id VARCHAR, run_id VARCHAR, account_id VARCHAR, signal_class VARCHAR, status VARCHAR, title VARCHAR,
    source VARCHAR, record_id VARCHAR, url VARCHAR, passage VARCHAR, selector VARCHAR, body_sha256 VARCHAR,
    fetched_at TIMESTAMP, confidence DOUBLE, extractor VARCHAR, observed_at TIMESTAMP, happened_on DATE,
    published_at TIMESTAMP, counterparties VARCHAR[], contradicts VARCHAR[], slots JSON
);
CREATE TABLE link (
    run_id VARCHAR, account_id VARCHAR, source VARCHAR, record_id VARCHAR, probability DOUBLE, decision VARCHAR,
    reason VARCHAR, grades JSON, runner_up_id VARCHAR, runner_up_probability DOUBLE, model VARCHAR,
    decided_at TIMESTAMP, url VARCHAR, record_name VARCHAR
);
CREATE TABLE source_call (
    run_id VARCHAR, account_id VARCHAR, source VARCHAR, outcome VARCHAR, rows INTEGER, requests INTEGER,
    cost DOUBLE, seconds DOUBLE, noted_at TIMESTAMP, error VARCHAR
);

-- What we hold true, with its history: the open rows (valid_to IS NULL) are the golden record.
CREATE TABLE golden (
    account_id VARCHAR, field VARCHAR, value VARCHAR, key VARCHAR, kind VARCHAR, display VARCHAR,
    confidence DOUBLE, score DOUBLE, sources VARCHAR[], observation_ids VARCHAR[], observed_at TIMESTAMP,
    confirming_keys VARCHAR[], losers JSON, run_id VARCHAR, valid_from TIMESTAMP, valid_to TIMESTAMP
);
CREATE TABLE confirmation (
    run_id VARCHAR, account_id VARCHAR, field VARCHAR, key VARCHAR, sources VARCHAR[], noted_at TIMESTAMP
);
CREATE TABLE staleness (
    account_id VARCHAR, field VARCHAR, status VARCHAR, reason VARCHAR, age_days INTEGER, ttl_days INTEGER,
    benefit DOUBLE
);

-- What we meant to write, wrote, and took back.
CREATE TABLE change (
    change_set_id VARCHAR, run_id VARCHAR, id VARCHAR, account_id VARCHAR, field VARCHAR, "column" VARCHAR,
    kind VARCHAR, verdict VARCHAR, code VARCHAR, reason VARCHAR, base VARCHAR, value VARCHAR, value_key VARCHAR,
    confidence DOUBLE, sources VARCHAR[], observation_ids VARCHAR[], base_age_days INTEGER,
    evidence_age_days INTEGER, before_image VARCHAR, weight DOUBLE, noted_at TIMESTAMP
);
CREATE TABLE intent (run_id VARCHAR, change_id VARCHAR, change JSON, noted_at TIMESTAMP);
CREATE TABLE outcome (
    run_id VARCHAR, change_id VARCHAR, account_id VARCHAR, field VARCHAR, status VARCHAR, value VARCHAR,
    value_key VARCHAR, base VARCHAR, found VARCHAR, read_back VARCHAR, before_image VARCHAR, message VARCHAR,
    change JSON, noted_at TIMESTAMP
);
CREATE TABLE undone (run_id VARCHAR, change_id VARCHAR, undone_by VARCHAR, noted_at TIMESTAMP);
CREATE TABLE review_item (
    id VARCHAR, kind VARCHAR, account_id VARCHAR, account_name VARCHAR, field VARCHAR, crm_value VARCHAR,
    proposed VARCHAR, proposed_key VARCHAR, code VARCHAR, reason VARCHAR, evidence VARCHAR, run_id VARCHAR,
    asked_at TIMESTAMP, rank DOUBLE, crm_age_days INTEGER, evidence_age_days INTEGER
);
