-- What each source of a run answered, beside what it answered in the runs of the same kind before it.
-- In:  source_call, run; $run_id. Out: source, number (of the run), current, asked, answered (calls that did not fail),
--      brought (calls with values), rows (values); the run itself and its last ten comparable runs by source.

WITH this AS (SELECT number, kind FROM run WHERE id = $run_id),
told AS (
    SELECT c.source, r.number, r.number = this.number AS current, count(*) AS asked,
           count(*) FILTER (c.outcome <> 'failed') AS answered,
           count(*) FILTER (c.outcome = 'rows') AS brought,
           coalesce(sum(c.rows), 0)::BIGINT AS rows
    FROM source_call c
    JOIN run r ON r.id = c.run_id
    JOIN this ON r.kind = this.kind AND r.number <= this.number
    GROUP BY ALL
)
FROM told
WHERE asked >= $fewest
QUALIFY row_number() OVER (PARTITION BY source ORDER BY number DESC) <= 11
ORDER BY source, number
