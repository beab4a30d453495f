-- Key fields that can no longer be trusted, worst first by value at stake.
-- In:  staleness, field_spec, crm_account, crm_value, score; $fields.
-- Out: account_id, account_name, owner, field, label_en, label_zh, status, crm_value, age_days, ttl_days, reason, stake.

SELECT s.account_id, a.name AS account_name, o.value AS owner, s.field, f.label_en, f.label_zh, s.status,
       v.value AS crm_value, s.age_days, s.ttl_days, s.reason,
       s.benefit * (1 + greatest(0, coalesce(c."value", 0)) / 100) AS stake
FROM staleness s
JOIN field_spec f ON f.name = s.field
LEFT JOIN crm_account a USING (account_id)
LEFT JOIN crm_value v ON v.account_id = s.account_id AND v.field = s.field
LEFT JOIN crm_value o ON o.account_id = s.account_id AND o.field = 'owner'
LEFT JOIN (SELECT account_id, max("value") AS "value" FROM score GROUP BY account_id) c ON c.account_id = s.account_id
WHERE s.status IN ('expired', 'contradicted', 'invalid') AND list_contains($fields::VARCHAR[], s.field)
ORDER BY stake DESC, s.account_id, s.field
