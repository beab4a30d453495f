-- Records whose newest link decision is `review`. In: link, crm_account. Out: one row per account and record.

SELECT l.account_id, a.name AS account_name, l.source, l.record_id,
       arg_max(l.decision, l.decided_at) AS decision, arg_max(l.probability, l.decided_at) AS probability,
       arg_max(l.reason, l.decided_at) AS reason, arg_max(l.url, l.decided_at) AS url,
       arg_max(l.record_name, l.decided_at) AS record_name
FROM link l JOIN crm_account a USING (account_id)
GROUP BY ALL
HAVING arg_max(l.decision, l.decided_at) = 'review'
