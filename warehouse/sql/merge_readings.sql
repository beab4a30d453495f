-- Takes a shard's readings in: those that told something new, and those found unchanged. What is as it was is looked at all the
-- same: the newest look at a board is noted again, the roles it showed are seen again, and what the record told of itself
-- (a site that is parked, or moved) is said again.
-- In:  fresh_reading, fresh_sight (run_id, account_id, source, record_id of the reading; seen_at, link_basis), board_look, signal;
--      $run_id. Out: reading, signal, board_look, posting.

UPDATE reading AS r SET trace = NULL, company = NULL, link_basis = NULL
FROM fresh_reading AS f
WHERE r.account_id = f.account_id AND r.source = f.source AND r.record_id = f.record_id AND r.trace IS NOT NULL;

INSERT INTO reading BY NAME FROM fresh_reading;

INSERT INTO signal BY NAME
SELECT s.* REPLACE ($run_id AS run_id, f.seen_at AS observed_at, f.seen_at AS fetched_at)
FROM fresh_sight AS f
JOIN reading AS r ON r.run_id = f.run_id AND r.account_id = f.account_id AND r.source = f.source AND r.record_id = f.record_id
JOIN signal AS s ON s.run_id = r.run_id AND s.account_id = r.account_id AND s.source = r.source AND list_contains(r.signals, s.id)
WHERE len(r.signals) > 0;

CREATE OR REPLACE TEMP TABLE unchanged_look AS
SELECT l.account_id, l.source, l.board, l.seen_at AS former, f.seen_at, l.open_roles, l.collector, l.complete
FROM fresh_sight AS f
JOIN reading AS r ON r.run_id = f.run_id AND r.account_id = f.account_id AND r.source = f.source AND r.record_id = f.record_id
JOIN board_look AS l ON l.account_id = f.account_id AND l.source = f.source AND l.seen_at >= r.seen_at AND l.run_id <> $run_id
QUALIFY row_number() OVER (PARTITION BY l.account_id, l.source, l.board ORDER BY l.seen_at DESC) = 1;

INSERT INTO board_look BY NAME
SELECT $run_id AS run_id, account_id, source, board, seen_at, open_roles, collector, complete FROM unchanged_look;

UPDATE posting AS p SET last_seen_at = greatest(p.last_seen_at, u.seen_at)
FROM unchanged_look AS u
WHERE p.account_id = u.account_id AND p.board = u.board AND p.last_seen_at >= u.former AND p.closed_at IS NULL;

DROP TABLE unchanged_look;

UPDATE reading AS r SET seen_at = greatest(r.seen_at, f.seen_at), looks = r.looks + 1, link_basis = f.link_basis
FROM fresh_sight AS f
WHERE r.run_id = f.run_id AND r.account_id = f.account_id AND r.source = f.source AND r.record_id = f.record_id;
