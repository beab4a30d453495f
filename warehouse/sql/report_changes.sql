-- What a run wanted of the CRM, with what became of it and the best evidence.
-- In:  change, outcome, crm_account, observed (view), field_spec; $run_id, $most (of a verdict, kind and outcome).
-- Out: one row per change that was to be written, asked or held, in the order people read it; of many the foremost.

WITH ended AS (
    SELECT change_id, arg_max(status, noted_at) AS status, arg_max(message, noted_at) AS message,
           arg_max(found, noted_at) AS found
    FROM outcome WHERE run_id = $run_id GROUP BY change_id
),
told AS (
    SELECT c.*, o.status AS outcome, o.message, o.found
    FROM change c
    LEFT JOIN ended o ON o.change_id = c.id
    WHERE c.run_id = $run_id
    QUALIFY row_number() OVER (PARTITION BY c.verdict, c.kind, o.status ORDER BY c.weight DESC, c.account_id, c.field) <= $most
)
SELECT c.id, c.account_id, a.name AS account_name, c.field, f.label_en, f.label_zh, c.kind, c.verdict, c.code,
       c.reason, c.base, c.value, c.confidence, c.sources, c.base_age_days, c.evidence_age_days, c.weight,
       c.outcome, c.message, c.found, e.url, e.passage, e.observed_at
FROM told c
LEFT JOIN crm_account a USING (account_id)
LEFT JOIN field_spec f ON f.name = c.field
LEFT JOIN (
    SELECT id, any_value(url) AS url, any_value(passage) AS passage, max(observed_at) AS observed_at
    FROM observed WHERE id IN (SELECT observation_ids[1] FROM told) GROUP BY id
) e ON e.id = c.observation_ids[1]
ORDER BY c.verdict DESC, c.weight DESC, a.name, c.field
