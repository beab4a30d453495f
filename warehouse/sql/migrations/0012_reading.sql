-- What each reading of a record rested on, so that a record whose pages are unchanged is not parsed again.

-- One row a reading that told something new; `run_id` is that of its observations. A later look that found everything the
-- same moves `seen_at` and adds to `looks`, and writes no observation. Newest rows alone keep `trace` (what was asked and
-- what it rested on), `company` (what the record says of itself, for the matcher) and `link_basis` (what the accepted link
-- rested on).
CREATE TABLE reading (
    run_id VARCHAR, account_id VARCHAR, source VARCHAR, record_id VARCHAR, fingerprint VARCHAR, read_at TIMESTAMP,
    seen_at TIMESTAMP, looks INTEGER, outcome VARCHAR, "rows" INTEGER, fields VARCHAR[], pages VARCHAR[], error VARCHAR,
    trace JSON, company JSON, link_basis VARCHAR
);
