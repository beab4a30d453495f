-- The golden values a person could check, each with the evidence it rests on best.
-- In:  golden, observation, crm_account, field_spec, ours (view); $field (NULL for all).
-- Out: one row per account and field; `written` where the CRM holds it because we wrote it. What we
-- conclude ourselves (a score, a brief) is no fact of the world and is left out.

SELECT g.account_id, a.name AS account_name, g.field, g.value, g.key, best.source, best.url, best.passage,
       coalesce(o.ours_key = g.key, false) AS written
FROM golden g
JOIN crm_account a USING (account_id)
JOIN field_spec f ON f.name = g.field AND f.category <> 'intelligence'
JOIN (
    SELECT g.account_id, g.field, arg_max(o.source, (o.confidence, o.observed_at, o.id)) AS source,
           arg_max(o.url, (o.confidence, o.observed_at, o.id)) AS url,
           arg_max(o.passage, (o.confidence, o.observed_at, o.id)) AS passage
    FROM (SELECT account_id, field, unnest(observation_ids) AS id FROM golden WHERE valid_to IS NULL) g
    JOIN observation o ON o.id = g.id
    GROUP BY ALL
) best ON best.account_id = g.account_id AND best.field = g.field
LEFT JOIN ours o ON o.account_id = g.account_id AND o.field = g.field
WHERE g.valid_to IS NULL AND ($field::VARCHAR IS NULL OR g.field = $field)
ORDER BY g.account_id, g.field
