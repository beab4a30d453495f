-- How long we have watched each account, how often something was new when we looked, and how often that was to be expected.
-- In:  source_call, reading, golden, crm_value, change_rate, segment (account_id, segment).
-- Out: account_id, source, days, rate (changes a day of the fields the source shows there, over all accounts alike), changes,
--      traits (size, age, how often what the source shows turned into something else though no field changed).

WITH watched AS (
    SELECT account_id, source, date_diff('second', min(noted_at), max(noted_at)) / 86400.0 AS days,
           year(max(noted_at)) AS year, count(*) - 1 AS looks
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
    SELECT s.account_id, s.source, sum(coalesce(r.rate, a.rate)) AS rate
    FROM shown s
    JOIN segment g USING (account_id)
    LEFT JOIN change_rate r ON r.segment = g.segment AND r.source = s.source AND r.field = s.field AND NOT r.blank
    LEFT JOIN change_rate a ON a.segment = '*' AND a.source = s.source AND a.field = s.field AND NOT a.blank
    GROUP BY ALL
),
turned AS (
    -- one reading for each thing a record was found to say; looks are counted there, too, for old calls are not kept
    SELECT account_id, source, sum(turns) AS turns, max(looks) - 1 AS looks
    FROM (SELECT account_id, source, count(*) - 1 AS turns, sum(looks) AS looks FROM reading GROUP BY account_id, source, record_id)
    GROUP BY ALL
),
founded AS (
    SELECT account_id, arg_min(year, rank) AS founded
    FROM (
        SELECT account_id, try_cast(value AS INTEGER) AS year, 1 AS rank FROM golden WHERE field = 'founded' AND valid_to IS NULL
        UNION ALL
        SELECT account_id, try_cast(value AS INTEGER), 2 FROM crm_value WHERE field = 'founded'
    ) WHERE year IS NOT NULL GROUP BY ALL
)
SELECT w.account_id, w.source, w.days, coalesce(e.rate, 0) AS rate, coalesce(c.changes, 0) AS changes,
    [
        split_part(coalesce(g.segment, '/?'), '/', 2),
        CASE WHEN f.founded IS NULL THEN '?' WHEN w.year - f.founded < 10 THEN 'young'
            WHEN w.year - f.founded < 25 THEN 'grown' ELSE 'old' END,
        CASE WHEN greatest(w.looks, t.looks) < 1 OR t.turns IS NULL THEN '?' WHEN t.turns <= coalesce(c.changes, 0) THEN 'still'
            WHEN t.turns - coalesce(c.changes, 0) < greatest(w.looks, t.looks) / 2 THEN 'seldom' ELSE 'often' END
    ] AS traits
FROM watched w
LEFT JOIN expected e USING (account_id, source)
LEFT JOIN changed c USING (account_id, source)
LEFT JOIN turned t USING (account_id, source)
LEFT JOIN founded f USING (account_id)
LEFT JOIN segment g USING (account_id)
