-- How long we have watched each account, how often something was new when we looked, and how often that was to be expected.
-- In:  source_call, golden, change_rate, segment (account_id, segment).
-- Out: account_id, source, days, rate (changes a day of the fields the source shows there, over all accounts alike), changes.

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
),
shown AS (
    SELECT account_id, field, unnest(sources) AS source FROM golden WHERE valid_to IS NULL
),
expected AS (
    SELECT s.account_id, s.source, sum(r.rate) AS rate
    FROM shown s
    JOIN segment g USING (account_id)
    JOIN change_rate r ON r.segment = g.segment AND r.source = s.source AND r.field = s.field AND NOT r.blank
    GROUP BY ALL
)
SELECT w.account_id, w.source, w.days, coalesce(e.rate, 0) AS rate, coalesce(c.changes, 0) AS changes
FROM watched w
LEFT JOIN expected e USING (account_id, source)
LEFT JOIN changed c USING (account_id, source)
