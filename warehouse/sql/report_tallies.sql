-- How many changes a run wanted, and what became of them.
-- In:  change, outcome; $run_id. Out: verdict, kind, code, outcome (NULL: none yet), n.

SELECT c.verdict, c.kind, c.code, o.status AS outcome, count(*) AS n
FROM change c
LEFT JOIN (
    SELECT change_id, arg_max(status, noted_at) AS status FROM outcome WHERE run_id = $run_id GROUP BY change_id
) o ON o.change_id = c.id
WHERE c.run_id = $run_id
GROUP BY ALL
ORDER BY ALL
