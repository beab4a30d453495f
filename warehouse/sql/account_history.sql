-- How long we have watched each account, and how often something was new when we looked.
-- In:  source_call, golden, segment (account_id, segment). Out: account_id, segment, source, days, changes.

WITH watched AS (
    SELECT account_id, source, date_diff('second', min(noted_at), max(noted_at)) / 86400.0 AS days
    FROM source_call WHERE outcome IN ('rows', 'zero_rows') GROUP BY ALL
    HAVING days > 0
),
moved AS (
    SELECT account_id, run_id, sources,
           lag(key) OVER (PARTITION BY account_id, field ORDER BY valid_from) AS former, key
    FROM golden
),
changed AS (
    SELECT account_id, source, count(DISTINCT run_id) AS changes
    FROM (SELECT account_id, run_id, unnest(sources) AS source FROM moved WHERE former <> key)
    GROUP BY ALL
)
SELECT w.account_id, g.segment, w.source, w.days, coalesce(c.changes, 0) AS changes
FROM watched w
JOIN segment g USING (account_id)
LEFT JOIN changed c USING (account_id, source)
