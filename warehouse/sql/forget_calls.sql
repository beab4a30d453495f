-- Calls that nothing asks for any more.
-- In:  source_call, run, observed (view); $keep (of an account, source and kind of outcome), $runs (of a kind).
-- Out: row (rowid) of each call that may go. Three kinds of outcome are told apart: it was looked at (rows, or none), it was not
--      found, it failed. Kept are the newest of each: the last look says since when a change may have been (learn_looks.sql),
--      failures in a row how long a host is left alone (work_list.sql). Kept are also the first look (how long an account has been
--      watched), the calls of the last runs of each kind (what sources are held to), those that cost money (the ledger of what
--      was spent), and of every page that showed a technology last the two looks that show it to be gone
--      (technologies_seen.sql and survive.sql choose among such pages each in its way).

WITH placed AS (
    SELECT rowid AS row, account_id, source, run_id, cost, noted_at, pages,
        CASE WHEN outcome IN ('rows', 'zero_rows') THEN 'looked' ELSE outcome END AS came_to
    FROM source_call
),
old AS (
    SELECT row
    FROM placed
    WHERE coalesce(cost, 0) = 0
      AND run_id NOT IN (SELECT id FROM run QUALIFY row_number() OVER (PARTITION BY kind ORDER BY number DESC) <= $runs)
),
further AS (
    SELECT row
    FROM placed
    QUALIFY row_number() OVER (PARTITION BY account_id, source, came_to ORDER BY noted_at DESC, row DESC) > $keep
        AND (came_to <> 'looked' OR row_number() OVER (PARTITION BY account_id, source, came_to ORDER BY noted_at, row) > 1)
),
seen AS (
    SELECT account_id, source, record_id, key, regexp_replace(lower(url), '^https?://(www\.)?|/+$', '', 'g') AS page,
           max(observed_at) AS last_seen
    FROM observed
    WHERE field = 'technologies'
    GROUP BY account_id, source, record_id, key, page
    QUALIFY last_seen = max(last_seen) OVER (PARTITION BY account_id, source, record_id, key)
),
missed AS (
    SELECT c.row
    FROM (
        SELECT row, account_id, source, noted_at, regexp_replace(lower(unnest(pages)), '^https?://(www\.)?|/+$', '', 'g') AS page
        FROM placed WHERE came_to = 'looked'
    ) c
    JOIN seen s ON s.account_id = c.account_id AND s.source = c.source AND s.page = c.page AND c.noted_at > s.last_seen
    QUALIFY dense_rank() OVER (PARTITION BY s.account_id, s.source, s.record_id, s.key, s.page ORDER BY c.noted_at) <= 2
)
SELECT row FROM old SEMI JOIN further USING (row) ANTI JOIN missed USING (row)
