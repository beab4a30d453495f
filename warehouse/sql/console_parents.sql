-- What the world says of parents, beside what the CRM holds.
-- In:  golden, crm_value, crm_account. Out: one row per account and field `parent` or `ultimate_parent`; `parent_id` where
--      the parent is an account too.

SELECT g.account_id, a.name AS account_name, g.field, g.value, g.confidence, g.sources, g.observed_at, v.value AS crm_value,
       coalesce(v.key = g.key, false) AS agrees, p.account_id AS parent_id
FROM golden g
JOIN crm_account a ON a.account_id = g.account_id
LEFT JOIN crm_value v ON v.account_id = g.account_id AND v.field = g.field
LEFT JOIN (SELECT key, min(account_id) AS account_id FROM crm_value WHERE field = 'name' AND key IS NOT NULL GROUP BY key) p
    ON p.key = g.key
WHERE g.field IN ('parent', 'ultimate_parent') AND g.valid_to IS NULL
ORDER BY agrees, g.confidence DESC, a.name
LIMIT 200
