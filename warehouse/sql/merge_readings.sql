-- Takes a shard's readings in: those that told something new, and those found unchanged.
-- In:  fresh_reading, fresh_sight (run_id, account_id, source, record_id of the reading; seen_at, link_basis). Out: reading.

UPDATE reading AS r SET trace = NULL, company = NULL, link_basis = NULL
FROM fresh_reading AS f
WHERE r.account_id = f.account_id AND r.source = f.source AND r.record_id = f.record_id AND r.trace IS NOT NULL;

INSERT INTO reading BY NAME FROM fresh_reading;

UPDATE reading AS r SET seen_at = greatest(r.seen_at, f.seen_at), looks = r.looks + 1, link_basis = f.link_basis
FROM fresh_sight AS f
WHERE r.run_id = f.run_id AND r.account_id = f.account_id AND r.source = f.source AND r.record_id = f.record_id;
