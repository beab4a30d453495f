-- Writes the CRM did not take, newest first; one row per account, field and value, however often it was tried.
-- In:  outcome, field_spec, crm_account; $since.
-- Out: run_id, account_id, account_name, field, label_en, label_zh, status, value, value_key, message, noted_at.

SELECT w.run_id, w.account_id, a.name AS account_name, w.field, f.label_en, f.label_zh, w.status, w.value, w.value_key,
       w.message, w.noted_at
FROM outcome w
LEFT JOIN field_spec f ON f.name = w.field
LEFT JOIN crm_account a USING (account_id)
WHERE w.status IN ('rejected', 'invalid', 'unknown') AND w.noted_at >= $since::TIMESTAMP
QUALIFY row_number() OVER (PARTITION BY w.account_id, w.field, w.value_key ORDER BY w.noted_at DESC, w.run_id DESC) = 1
ORDER BY w.noted_at DESC, w.account_id, w.field
