-- What a run wanted of the CRM, counted by field, verdict, kind and reason.
-- In:  change, outcome, field_spec; $run_id. Out: one row per group; `outcome` NULL where nothing was sent.

SELECT c.field, any_value(f.label_en) AS label_en, any_value(f.label_zh) AS label_zh, c.verdict, c.kind, c.code,
       o.status AS outcome, count(*) AS n
FROM change c
LEFT JOIN field_spec f ON f.name = c.field
LEFT JOIN (
    SELECT change_id, arg_max(status, noted_at) AS status FROM outcome WHERE run_id = $run_id GROUP BY change_id
) o ON o.change_id = c.id
WHERE c.run_id = $run_id AND c.verdict IN ('write', 'review', 'hold')
GROUP BY c.field, c.verdict, c.kind, c.code, o.status
ORDER BY c.verdict DESC, n DESC, c.field
