-- Calls that nothing asks for any more.
-- In:  source_call, run, observed (view); $keep (of an account and source), $runs (of a kind).
-- Out: row (rowid) of each call that may go. Kept are the newest that were answered and the newest that failed, the first that was
--      answered (how long an account has been watched), those of the last runs of each kind (what sources are held to), those
--      that cost money (the ledger of what was spent), and the two looks that show a technology to be gone (technologies_seen.sql).

WITH placed AS (
    SELECT rowid AS row, account_id, source, run_id, cost, noted_at,
        row_number() OVER (PARTITION BY account_id, source, outcome = 'failed' ORDER BY noted_at DESC, rowid DESC) AS newest,
        row_number() OVER (PARTITION BY account_id, source, outcome IN ('rows', 'zero_rows') ORDER BY noted_at, rowid) AS oldest,
        outcome IN ('rows', 'zero_rows') AS looked, pages
    FROM source_call
),
old AS (
    SELECT * FROM placed
    WHERE newest > $keep AND NOT (looked AND oldest = 1) AND coalesce(cost, 0) = 0
      AND run_id NOT IN (SELECT id FROM run QUALIFY row_number() OVER (PARTITION BY kind ORDER BY number DESC) <= $runs)
),
seen AS (
    SELECT account_id, source, record_id, key, max(observed_at) AS last_seen,
           arg_max(regexp_replace(lower(url), '^https?://(www\.)?|/+$', '', 'g'), (observed_at, confidence, url, passage)) AS page
    FROM observed
    WHERE field = 'technologies'
    GROUP BY ALL
),
missed AS (
    SELECT c.row
    FROM (
        SELECT row, account_id, source, noted_at, regexp_replace(lower(unnest(pages)), '^https?://(www\.)?|/+$', '', 'g') AS page
        FROM placed WHERE looked
    ) c
    JOIN seen s ON s.account_id = c.account_id AND s.source = c.source AND s.page = c.page AND c.noted_at > s.last_seen
    QUALIFY dense_rank() OVER (PARTITION BY s.account_id, s.source, s.record_id, s.key ORDER BY c.noted_at) <= 2
)
SELECT row FROM old ANTI JOIN missed USING (row)
