-- Where the CRM holds what the world says: confirmed, never rewritten.
-- In:  golden, crm_value, field_spec; $run_id. Out: confirmation.

INSERT INTO confirmation BY NAME
SELECT $run_id AS run_id, g.account_id, g.field, v.key, g.sources, g.observed_at AS noted_at
FROM golden g
JOIN field_spec f ON f.name = g.field AND f.crm_column IS NOT NULL
JOIN crm_value v ON v.account_id = g.account_id AND v.field = g.field
LEFT JOIN confirmation c
    ON c.account_id = g.account_id AND c.field = g.field AND c.key = v.key AND c.noted_at = g.observed_at
WHERE g.valid_to IS NULL AND v.key IS NOT NULL AND c.account_id IS NULL
  AND (v.key = g.key OR list_contains(g.confirming_keys, v.key))
