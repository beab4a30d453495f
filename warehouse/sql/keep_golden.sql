-- Closes golden rows that changed and opens the new ones; unchanged values stay one row through time.
-- In:  survivor (as survive.sql gives), touched (account_id); $run_id, $now. Out: golden.
-- A row stays open while value, sources and confirming keys stay; its score and age are refreshed in place.

CREATE OR REPLACE TEMP TABLE moved AS
SELECT g.account_id, g.field
FROM golden g SEMI JOIN touched USING (account_id)
LEFT JOIN survivor s USING (account_id, field)
WHERE g.valid_to IS NULL
  AND (s.account_id IS NULL OR s.key <> g.key OR s.value <> g.value OR s.sources <> g.sources);

UPDATE golden SET valid_to = $now
WHERE valid_to IS NULL AND (account_id, field) IN (SELECT (account_id, field) FROM moved);

UPDATE golden g
SET confidence = s.confidence, score = s.score, observed_at = s.observed_at, observation_ids = s.observation_ids,
    confirming_keys = s.confirming_keys, losers = s.losers, kind = s.kind, display = s.display
FROM survivor s
WHERE g.account_id = s.account_id AND g.field = s.field AND g.valid_to IS NULL
  AND (g.confidence, g.score, g.observed_at, g.observation_ids, g.confirming_keys, g.losers::VARCHAR, g.kind, g.display)
    IS DISTINCT FROM (s.confidence, s.score, s.observed_at, s.observation_ids, s.confirming_keys, s.losers::VARCHAR, s.kind, s.display);

INSERT INTO golden
SELECT s.*, $run_id, $now, NULL
FROM survivor s
ANTI JOIN (SELECT account_id, field FROM golden WHERE valid_to IS NULL) g USING (account_id, field);

DROP TABLE moved;
