-- Rows of the long tables that say again what another row says: the same id, read more than once.
-- In:  observation, signal. Out: "table", row (rowid).
-- Of observations the surest reading stays (then the newest run's); of signals the first telling and the newest.

SELECT 'observation' AS "table", rowid AS row
FROM observation
QUALIFY row_number() OVER (PARTITION BY id ORDER BY confidence DESC NULLS LAST, run_id DESC, rowid DESC) > 1
UNION ALL
SELECT 'signal', rowid
FROM signal
QUALIFY row_number() OVER (PARTITION BY id ORDER BY observed_at, run_id, rowid) > 1
    AND row_number() OVER (PARTITION BY id ORDER BY observed_at DESC, run_id DESC, rowid DESC) > 1
