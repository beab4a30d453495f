-- Care of the warehouse: what was erased (never what it said), what was backed up, and how right the values are.

-- `salted_hash` is scrypt of the forgotten id or name under `salt`: it answers "was this one forgotten?" and no more.
-- `finished_at` stays NULL until the file, the snapshot and the folders hold nothing of it any more.
CREATE TABLE erasure (
    id VARCHAR, kind VARCHAR, salt VARCHAR, salted_hash VARCHAR, "by" VARCHAR, counts JSON, noted_at TIMESTAMP,
    finished_at TIMESTAMP
);
CREATE TABLE backup (path VARCHAR, sha256 VARCHAR, bytes BIGINT, noted_at TIMESTAMP);

-- One row per audited sheet and group of its values; field or source NULL stands for all of them.
CREATE TABLE audit_result (
    sheet VARCHAR, noted_at TIMESTAMP, "by" VARCHAR, field VARCHAR, source VARCHAR, judged INTEGER, "right" INTEGER,
    accuracy DOUBLE, low DOUBLE, high DOUBLE
);
