-- The stale list, worst first. In: staleness, crm_account, crm_value, field_spec; $field (NULL for all).
-- Out: one row per expired, contradicted or invalid field, with the value that stands there.

SELECT s.account_id, a.name AS account_name, s.field, f.label_en, f.label_zh, s.status, v.value AS crm_value,
       s.age_days, s.ttl_days, s.reason, round(s.benefit, 2) AS benefit
FROM staleness s
JOIN field_spec f ON f.name = s.field
LEFT JOIN crm_account a USING (account_id)
LEFT JOIN crm_value v ON v.account_id = s.account_id AND v.field = s.field
WHERE s.status IN ('expired', 'contradicted', 'invalid') AND ($field::VARCHAR IS NULL OR s.field = $field)
ORDER BY s.benefit DESC, s.age_days DESC NULLS LAST, s.account_id, s.field
