-- Everything known of the fields of one account. In: field_spec, crm_value, golden, staleness, ours; $account, $field.
-- Out: one row per field that has a CRM value or a golden value.

SELECT f.name AS field, f.label_en, f.label_zh, f.crm_column, f.policy, f.sensitive, f.ttl_days, f.hold_days,
       f.min_confidence, v.value AS crm_value, v.key AS crm_key, v.changed_at, v.changed_by, v.actor, v.first_seen_at,
       s.status, s.reason AS stale_reason, s.age_days,
       g.value AS golden_value, g.key AS golden_key, g.display, g.kind, g.confidence, g.score, g.sources,
       g.observation_ids, g.observed_at, g.losers, g.valid_from, g.run_id,
       o.ours_key, o.ours_at, o.run_id AS ours_run
FROM field_spec f
LEFT JOIN crm_value v ON v.field = f.name AND v.account_id = $account
LEFT JOIN golden g ON g.field = f.name AND g.account_id = $account AND g.valid_to IS NULL
LEFT JOIN staleness s ON s.field = f.name AND s.account_id = $account
LEFT JOIN ours o ON o.field = f.name AND o.account_id = $account
WHERE (v.value IS NOT NULL OR g.account_id IS NOT NULL) AND ($field::VARCHAR IS NULL OR f.name = $field)
ORDER BY f.category DESC, f.name
