-- The cells a run wrote, would write, or left to a person, with the best evidence.
-- In:  change, outcome, crm_account, observation, field_spec; $run_id, $verdict (NULL for all), $field, $limit, $offset.
-- Out: one row per change, weightiest first.

WITH page AS (
    SELECT * FROM change
    WHERE run_id = $run_id AND verdict IN ('write', 'review', 'hold')
      AND ($verdict::VARCHAR IS NULL OR verdict = $verdict) AND ($field::VARCHAR IS NULL OR field = $field)
    ORDER BY verdict DESC, weight DESC, account_id, field
    LIMIT $limit OFFSET $offset
)
SELECT c.id, c.account_id, a.name AS account_name, c.field, f.label_en, f.label_zh, c.kind, c.verdict, c.code, c.reason,
       c.base, c.value, c.confidence, c.sources, c.base_age_days, c.evidence_age_days, o.status AS outcome, o.message,
       e.url, e.passage
FROM page c
LEFT JOIN crm_account a ON a.account_id = c.account_id
LEFT JOIN field_spec f ON f.name = c.field
LEFT JOIN (
    SELECT change_id, arg_max(status, noted_at) AS status, arg_max(message, noted_at) AS message
    FROM outcome WHERE run_id = $run_id GROUP BY change_id
) o ON o.change_id = c.id
LEFT JOIN (
    SELECT id, any_value(url) AS url, any_value(passage) AS passage FROM observation
    WHERE id IN (SELECT observation_ids[1] FROM page) GROUP BY id
) e ON e.id = c.observation_ids[1]
ORDER BY c.verdict DESC, c.weight DESC, c.account_id, c.field
