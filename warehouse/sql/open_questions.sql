-- Where the golden record and the CRM differ, for decide.
-- In:  golden, crm_value, crm_account, staleness, ours (view), field_spec.
-- Out: one row per account and mapped field whose CRM key equals none of the observed ones (or is blank).

SELECT
    g.*, v.value AS crm_value, v.key AS crm_key, v.problem, v.changed_at, v.changed_by, v.actor, v.first_seen_at,
    v.cleared, a.name AS account_name, a.held, a.version, a.last_modified, a.last_modified_by,
    a.country AS account_country, a.website AS account_website,
    s.status AS stale_status, s.reason AS stale_reason, s.age_days, s.ttl_days,
    f.crm_column, o.ours_key, o.meant_key, o.ours_value, o.ours_at
FROM golden g
JOIN field_spec f ON f.name = g.field AND f.crm_column IS NOT NULL
JOIN crm_value v ON v.account_id = g.account_id AND v.field = g.field
JOIN crm_account a ON a.account_id = g.account_id
JOIN staleness s ON s.account_id = g.account_id AND s.field = g.field
LEFT JOIN ours o ON o.account_id = g.account_id AND o.field = g.field
WHERE g.valid_to IS NULL
  AND (v.key IS NULL OR NOT (v.key = g.key OR list_contains(g.confirming_keys, v.key)))
  AND ($accounts::VARCHAR[] IS NULL OR list_contains($accounts, g.account_id))
ORDER BY g.account_id, g.field
