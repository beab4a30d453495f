-- What happened to an account, newest first: edits in the CRM, what we wrote and took back, signals.
-- In:  crm_history, outcome, signal; $account. Out: told_at, what (edit, wrote, restored, signal), field,
--      before, after, who, url.

SELECT * FROM (
    SELECT coalesce(h.changed_at, h.seen_at) AS told_at, 'edit' AS what, h.field,
           lag(h.value) OVER (PARTITION BY h.field ORDER BY h.seen_at) AS before, h.value AS after,
           coalesce(h.changed_by, h.actor) AS who, NULL AS url, h.run_id
    FROM crm_history h
    WHERE h.account_id = $account
      AND h.actor IS DISTINCT FROM 'ours'
    UNION ALL
    SELECT o.noted_at, CASE WHEN json_extract_string(o.change, '$.kind') = 'restore' THEN 'restored' ELSE 'wrote' END,
           o.field, o.base, o.value, NULL, NULL, o.run_id
    FROM outcome o WHERE o.account_id = $account AND o.status = 'written'
    UNION ALL
    SELECT coalesce(s.happened_on::TIMESTAMP, s.published_at, min(s.observed_at)), 'signal', NULL, NULL, s.title,
           s.signal_class, any_value(s.url), any_value(s.run_id)
    FROM signal s WHERE s.account_id = $account
    GROUP BY s.happened_on, s.published_at, s.title, s.signal_class
)
ORDER BY told_at DESC NULLS LAST, what, field
LIMIT 80
