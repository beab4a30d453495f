-- Closes golden rows that changed and opens the new ones; unchanged values stay one row through time.
-- In:  survivor, moved, mark (as survive.sql gives), touched (account_id, print, anew), weighing (field, anew); $run_id, $now.
-- Out: golden, weighed.
-- A row stays open while value, sources and confirming keys stay; its score and age are refreshed in place.

CREATE OR REPLACE TEMP TABLE standing AS
WITH due AS (
    SELECT g.rowid AS row, g.* FROM golden g SEMI JOIN moved USING (account_id, field) WHERE valid_to IS NULL
    UNION ALL
    SELECT g.rowid AS row, g.* FROM golden g JOIN touched t ON t.account_id = g.account_id AND t.anew SEMI JOIN weighing w ON w.field = g.field
    WHERE valid_to IS NULL
    UNION ALL
    SELECT g.rowid AS row, g.* FROM golden g JOIN touched t ON t.account_id = g.account_id AND NOT t.anew SEMI JOIN weighing w ON w.field = g.field AND w.anew
    WHERE valid_to IS NULL
)
SELECT g.row, g.account_id, g.field,
    CASE
        WHEN s.account_id IS NULL OR s.key <> g.key OR s.value <> g.value OR s.sources <> g.sources THEN 'moved'
        WHEN abs(s.score - g.score) < 1e-9 AND abs(s.confidence - g.confidence) < 1e-9
            AND (g.observed_at, g.observation_ids, g.confirming_keys, g.losers::VARCHAR, g.kind, g.display)
                IS NOT DISTINCT FROM (s.observed_at, s.observation_ids, s.confirming_keys, s.losers::VARCHAR, s.kind, s.display)
            THEN 'same'
        ELSE 'renewed'
    END AS state
FROM due g
LEFT JOIN survivor s ON s.account_id = g.account_id AND s.field = g.field;

UPDATE golden SET valid_to = $now WHERE rowid IN (SELECT row FROM standing WHERE state = 'moved');

UPDATE golden g
SET confidence = s.confidence, score = s.score, observed_at = s.observed_at, observation_ids = s.observation_ids,
    confirming_keys = s.confirming_keys, losers = s.losers, kind = s.kind, display = s.display
FROM standing w
JOIN survivor s ON s.account_id = w.account_id AND s.field = w.field
WHERE w.state = 'renewed' AND g.rowid = w.row;

INSERT INTO golden
SELECT s.*, $run_id, $now, NULL
FROM survivor s
ANTI JOIN standing w ON w.account_id = s.account_id AND w.field = s.field AND w.state <> 'moved';

DELETE FROM weighed WHERE account_id IN (SELECT account_id FROM touched);
INSERT INTO weighed SELECT account_id, print, coalesce(cells, []) FROM touched LEFT JOIN mark USING (account_id);

DROP TABLE standing;
DROP TABLE survivor;
DROP TABLE moved;
DROP TABLE mark;
