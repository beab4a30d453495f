-- What a run's looks tell about how often values change. We see only what we looked at: between two looks something
-- changed at least once, or it did not.
-- In:  source_call, golden, run; segment (account_id, segment), provides (source, field, every_days); $run_id.
-- Out: rows of field_look without looks that had none before them. `blank`: the source did not show the field when it
--      answered the time before; a change is then that it shows it now.

WITH looked AS (
    SELECT c.account_id, c.source, max(c.noted_at) AS noted_at
    FROM source_call c
    WHERE c.run_id = $run_id AND c.outcome IN ('rows', 'zero_rows') GROUP BY ALL
),
spaced AS (
    SELECT l.account_id, l.source, max(c.noted_at) AS former_at,
           round(date_diff('second', max(c.noted_at), any_value(l.noted_at)) / 86400.0, 1) AS days
    FROM looked l
    JOIN source_call c ON c.account_id = l.account_id AND c.source = l.source AND c.run_id <> $run_id
        AND c.noted_at < l.noted_at AND c.outcome IN ('rows', 'zero_rows')
    GROUP BY l.account_id, l.source
    HAVING days > 0
),
before AS (
    SELECT account_id, field, key, sources, observed_at
    FROM golden
    WHERE run_id <> $run_id
      AND (valid_to IS NULL OR valid_to >= (SELECT started_at FROM run WHERE id = $run_id))
),
after AS (
    SELECT account_id, field, key, sources FROM golden WHERE run_id = $run_id AND valid_to IS NULL
),
told AS (
    SELECT s.account_id, s.source, s.days, p.field,
           b.key IS NULL OR NOT list_contains(b.sources, s.source) OR b.observed_at < s.former_at - INTERVAL 12 HOUR AS blank,
           a.key IS NOT NULL AND a.key IS DISTINCT FROM b.key AS changed, list_contains(a.sources, s.source) AS by_it
    FROM spaced s
    JOIN provides p ON p.source = s.source
    LEFT JOIN before b ON b.account_id = s.account_id AND b.field = p.field
    LEFT JOIN after a ON a.account_id = s.account_id AND a.field = p.field
)
SELECT $run_id AS run_id, g.segment, t.source, t.field, t.blank, t.days, count(*) AS looks,
       count(*) FILTER (t.changed AND (NOT t.blank OR t.by_it)) AS changes
FROM told t
JOIN segment g USING (account_id)
GROUP BY ALL
