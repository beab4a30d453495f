-- What undoing a run would put back, as of the last look at the CRM: the undo itself looks again.
-- In:  outcome, undone, crm_value, crm_account, field_spec; $run_id, $account, $field (NULL for all), $limit.
-- Out: one row per cell the run wrote; `state` is ours (goes back), theirs (somebody changed it since) or undone;
--      `total` counts the rows of its state.

WITH cell AS (
    SELECT o.account_id, o.field, o.value, o.base, u.undone_by, v.value AS now, v.changed_by,
        CASE WHEN u.change_id IS NOT NULL THEN 'undone' WHEN v.key IS NOT DISTINCT FROM o.value_key THEN 'ours' ELSE 'theirs' END AS state
    FROM outcome o
    LEFT JOIN undone u ON u.run_id = o.run_id AND u.change_id = o.change_id
    LEFT JOIN crm_value v ON v.account_id = o.account_id AND v.field = o.field
    WHERE o.run_id = $run_id AND o.status = 'written'
      AND ($account::VARCHAR IS NULL OR o.account_id = $account) AND ($field::VARCHAR IS NULL OR o.field = $field)
)
SELECT c.*, a.name AS account_name, f.label_en, f.label_zh, count(*) OVER (PARTITION BY c.state) AS total
FROM cell c
LEFT JOIN crm_account a ON a.account_id = c.account_id
LEFT JOIN field_spec f ON f.name = c.field
ORDER BY c.state, a.name, c.field
LIMIT $limit
