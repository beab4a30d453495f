-- What was told of accounts lately, weightiest first by the points it gives or takes in the account's score.
-- In:  story, score, crm_account, crm_value, disowned; $since (last told not before).
-- Out: id, account_id, account_name, owner, event_class, status, title, happened_on, url, points. Stories whose signals
--      feedback took back, all of them, are left out.

WITH point AS (
    SELECT account_id, json_extract_string(part, '$.signal_id') AS id,
           sum(abs(TRY_CAST(json_extract_string(part, '$.points') AS DOUBLE))) AS points
    FROM (SELECT account_id, unnest(from_json(parts, '["JSON"]')) AS part FROM score)
    GROUP BY ALL
),
taken_back AS (SELECT account_id, list(signal_id) AS ids FROM disowned GROUP BY account_id)
SELECT s.id, s.account_id, a.name AS account_name, o.value AS owner, s.event_class, s.status, s.title, s.happened_on,
       s.urls[1] AS url, coalesce(p.points, 0) AS points
FROM story s
LEFT JOIN crm_account a USING (account_id)
LEFT JOIN crm_value o ON o.account_id = s.account_id AND o.field = 'owner'
LEFT JOIN point p ON p.account_id = s.account_id AND p.id = s.id
LEFT JOIN taken_back t ON t.account_id = s.account_id
WHERE s.status <> 'stale' AND s.last_told_at >= $since::TIMESTAMP
  AND NOT list_has_all(coalesce(t.ids, []), s.signal_ids)
ORDER BY points DESC, s.last_told_at DESC, s.id
