-- Clusters of more than one account of the CRM as the log leaves them, largest first, with the records accepted for each account.
-- In:  cluster_event, crm_account, link. Out: id, since (when its last account came), accounts (account_id, name, records).

WITH here AS (
    SELECT account_id, arg_max(cluster_after, (seq, place)) AS cluster, max(noted_at) AS since
    FROM cluster_event
    WHERE moved
    GROUP BY account_id
),
records AS (
    SELECT account_id, list(source || ':' || record_id ORDER BY source, record_id) AS records
    FROM (
        SELECT account_id, source, record_id FROM link GROUP BY ALL HAVING arg_max(decision, decided_at) = 'accept'
    )
    GROUP BY account_id
)
SELECT h.cluster AS id, max(h.since) AS since,
       list({'account_id': a.account_id, 'name': a.name, 'records': coalesce(r.records, [])} ORDER BY a.account_id) AS accounts
FROM here h
JOIN crm_account a ON a.account_id = h.account_id
LEFT JOIN records r ON r.account_id = h.account_id
WHERE h.cluster IS NOT NULL
GROUP BY h.cluster
HAVING count(*) > 1
ORDER BY count(*) DESC, h.cluster
